// The pushes of reports: those that were given up, all of them, and one beside the list (?push=ID).

import { $, $$, address, api, attempt, bdi, count, h, moment, pushBadge, replace, say, segment, t } from "./core.js";
import { arrange, list } from "./list.js";
import { live } from "./shell.js";
import { sayVerdict } from "./verdicts.js";

const PARKED = 5;
const RETRIED = ["retrying", "parked", "delivered", "dropped"]; // in these states it can be asked for again

const query = () => new URLSearchParams(location.search);
const place = (push) => address(location.pathname, { ...Object.fromEntries(query()), push });

// --- the lists ---

function row(push) {
  const last = push.attempts.at(-1);
  const cell = (key, kind, ...children) => h("td", { class: kind, dataset: { label: t(`pushes.${key}`) } }, children);
  return h("tr", { dataset: { push: push.id } },
    cell("push", "num", h("a", { href: place(push.id), on: { click: (event) => follow(event, push.id) } }, String(push.id))),
    cell("state", null, pushBadge(push.state)),
    cell("account", "name", bdi(push.account)),
    cell("reports", "end-aligned", count(push.reports.length)),
    cell("attempts", "end-aligned", count(push.attempts.length)),
    cell("verdict", "one-line", h("bdi", { title: last && sayVerdict(last.verdict) }, last ? sayVerdict(last.verdict) : t("pushes.untried"))),
    cell("last", "narrow", moment(last?.at)),
    h("td", { class: "narrow" }, h("div", { class: "row deeds" }, ["parked", "retrying"].includes(push.state) && retryButton(push))));
}

function retryButton(push) {
  async function retry(event) {
    await attempt(async () => {
      await api.post(`pushes/${push.id}/retry`);
      say(t("pushes.retried.one", { id: push.id }));
    }, event.currentTarget);
    refresh();
  }
  const label = push.state === "delivered" || push.state === "dropped" ? "pushes.again" : "pushes.retry";
  return h("button", { type: "button", "aria-label": t("pushes.retry.label", { verb: t(label), id: push.id }), on: { click: retry } }, t(label));
}

const drawn = new Map(); // the parked ones by id: what each was drawn from, and its element

async function showParked() {
  const [account, state] = [query().get("account"), query().get("state")];
  const found = state === "parked" ? { items: [], total: 0 } : await api.get("pushes", { state: "parked", account, limit: PARKED });
  $("#parked").hidden = found.items.length === 0;
  const total = found.total === null ? t("list.uncounted") : count(found.total);
  const label = t("pushes.retry.all", { total });
  if ($("#retry-all").textContent !== label) replace($("#retry-all"), label);
  const kept = new Map(found.items.map((push) => {
    const from = JSON.stringify(push);
    const before = drawn.get(push.id);
    return [push.id, before?.from === from ? before : { from, element: row(push) }];
  }));
  drawn.clear();
  for (const [id, one] of kept) drawn.set(id, one);
  arrange($("#parked-rows"), [...kept.values()].map((one) => one.element));
  $("#parked-foot").hidden = found.total !== null && found.total <= found.items.length;
  replace($("#parked-foot"), h("a", { href: address(location.pathname, { state: "parked", account }) }, t("pushes.parked.all", { total })));
}

$("#retry-all").addEventListener("click", async (event) => {
  await attempt(async () => {
    const { retried } = await api.post("pushes/parked/retry", { account: query().get("account") || null });
    say(t("pushes.retried", { retried: count(retried) }));
  }, event.currentTarget);
  refresh();
});

// --- one push ---

const panel = $("#push");
let from = null;

async function showPush() {
  const id = query().get("push");
  panel.hidden = !id;
  $("#split").classList.toggle("open", Boolean(id));
  select();
  if (!id) return close();
  const push = await find(id);
  const text = JSON.stringify([id, push]);
  if (id !== query().get("push") || text === from) return;
  from = text;
  const focused = [...panel.querySelectorAll("a, button")].indexOf(document.activeElement);
  replace(panel, push ? draw(push) : [head(id), h("p", {}, t("pushes.unknown"))]);
  panel.querySelectorAll("a, button")[focused]?.focus();
}

/** Mark the rows of the push that is shown. */
function select() {
  const id = query().get("push");
  for (const element of $$("tr[data-push]")) element.classList.toggle("selected", element.dataset.push === id);
}

function close() {
  from = null;
  replace(panel);
}

async function find(id) {
  try {
    return await api.get(`pushes/${segment(id)}`);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

function head(id, ...marks) {
  return h("div", { class: "panel-head" },
    h("h2", { id: "push-title", tabindex: "-1" }, t("pushes.one", { id })),
    h("a", { href: place(null), class: "button", "aria-label": t("pushes.close"), on: { click: (event) => follow(event, null) } }, "✕"),
    h("p", { class: "row" }, marks));
}

function draw(push) {
  return [
    head(push.id, pushBadge(push.state), h("a", { href: address("/_sim/console/accounts", { account: push.account }) }, bdi(push.account))),
    RETRIED.includes(push.state) && h("div", { class: "row" }, retryButton(push)),
    h("section", { class: "part" },
      h("h3", {}, t("pushes.made", { attempts: count(push.attempts.length) })),
      push.attempts.length === 0 && h("p", { class: "quiet" }, t("pushes.untried")),
      h("ol", { class: "attempts" }, push.attempts.map(drawAttempt).reverse())),
    h("section", { class: "part" },
      h("h3", {}, t("pushes.carried", { reports: count(push.reports.length) })),
      h("ul", { class: "carried" }, push.reports.map((id) => h("li", {}, h("a", { href: `/_sim/console/messages/${id}`, class: "num", "aria-label": t("pushes.message", { id }) }, String(id)))))),
  ];
}

function drawAttempt(made, at) {
  const delivered = made.http_status >= 200 && made.http_status < 300;
  const outcome = made.http_status === null ? t("pushes.unanswered") : `HTTP ${made.http_status}`;
  return h("li", { class: delivered ? "good" : "bad" },
    h("div", { class: "row" },
      h("b", { class: "num" }, `${at + 1}.`), moment(made.at),
      h("span", { class: `badge ${delivered ? "good" : "bad"}` }, outcome),
      h("span", { class: "quiet num" }, `${count(made.duration_ms)} ms`)),
    h("p", {}, bdi(sayVerdict(made.verdict))),
    made.error && h("p", { class: "quiet" }, bdi(made.error)),
    h("p", { class: "quiet mono" }, "PUT ", bdi(made.url)));
}

async function follow(event, id) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const left = query().get("push");
  history.pushState(null, "", place(id));
  await attempt(showPush);
  if (id !== null) $("#push-title")?.focus();
  else $(`tr[data-push="${CSS.escape(left)}"] a`)?.focus({ preventScroll: true });
}

// --- what happens ---

let looked = null; // at which address the parked ones and the one push were asked for

const look = live(["push"], async () => {
  looked = location.search;
  await Promise.all([showParked(), showPush()]);
});

const pushes = list({
  root: $("#list"),
  form: $("#filters"),
  path: "pushes",
  kinds: ["push"],
  row,
  shown: () => (location.search === looked ? select() : look()),
});

function refresh() {
  pushes.refresh();
  look();
}
