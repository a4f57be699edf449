// A test with Testcontainers for Node: npm install --save-dev testcontainers && node --test

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { GenericContainer, Wait } from "testcontainers";

const PORT = 20003;
const TOKEN = "only-for-tests";

let container;
let gateway;

before(async () => {
  container = await new GenericContainer("eims-sim")
    .withExposedPorts(PORT)
    .withEnvironment({ EIMS_SIM_DATABASE: ":memory:", EIMS_SIM_ADMIN_TOKEN: TOKEN })
    .withWaitStrategy(Wait.forLogMessage(/^ready http:\/\//))
    .start();
  gateway = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;
});

after(() => container?.stop());

test("a code is sent", async () => {
  const message = new URLSearchParams({
    account: "demo",
    password: "demo123",
    numbers: "13800138000",
    content: "Your code is 4711",
  });

  const answer = await (await fetch(`${gateway}/sendsms?${message}`)).json();

  const headers = { Authorization: `Bearer ${TOKEN}` };
  const seen = await (await fetch(`${gateway}/_sim/otp?number=13800138000`, { headers })).json();
  assert.equal(answer.status, 0);
  assert.equal(seen.code, "4711");
});
