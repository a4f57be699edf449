// A client of the EIMS SMS gateway, edition 1.0/1.1, for Node 18 or newer, without any package: copy this file into your
// project.
//
//     import { EimsClient } from "./eims_client.mjs";
//     const gateway = new EimsClient("http://127.0.0.1:20003", "demo", "demo123"); // { key: "demokey" } for md5
//     const sent = await gateway.sendsms(["13800138000"], "Hello");
//     const { reports } = await gateway.getreport(sent.accepted.map(([, id]) => id));
//
// Ids and numbers are strings: both may have more digits than a JavaScript number keeps, and a number may begin with +
// or 0. Try it: node eims_client.mjs balance | send NUMBERS CONTENT | report IDS | inbox, with EIMS_URL, EIMS_ACCOUNT,
// EIMS_PASSWORD and, for md5, EIMS_KEY in the environment.

import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A getreport of more ids is refused with -7. */
const IDS_A_CALL = 200;

/** Why there is no result: `status` is the gateway's, `reason` what it or the simulator told. */
export class EimsError extends Error {
  constructor(status, reason, options) {
    super(status === null ? reason : `status ${status}: ${reason}`, options);
    this.name = new.target.name;
    this.status = status;
    this.reason = reason;
  }
}

/** The gateway said no. Of a submit nothing was sent and nothing charged: it may be mended and sent again. */
export class Refused extends EimsError {}

/**
 * There is no answer to go by: a time-out, a broken connection, an HTTP error, or no JSON.
 *
 * After a submit nobody knows whether the messages were accepted, and the gateway has nothing to recognize a second
 * submit by: sent again they may go out, and be charged, twice. So nothing is tried again here. To be safe, write the
 * submit down before it is sent, mark it "unknown" now, and let a person, the balance, or a pushed report with an
 * unknown id decide. What only reads, getbalance and getreport, may be called again as it is.
 */
export class Unanswered extends EimsError {}

let lastSeq = 0;

/** One account of one gateway. Every call returns a result, or throws Refused or Unanswered. */
export class EimsClient {
  #url;
  #account;
  #password;
  #key;
  #timeout;

  /** With a `key` the md5 password is sent, else the plain one; `timeout` in seconds. */
  constructor(url, account, password, { key = "", timeout = 30 } = {}) {
    this.#url = new URL(url).href.replace(/\/+$/, "");
    this.#account = account;
    this.#password = password;
    this.#key = key;
    this.#timeout = timeout;
  }

  /** The account's own money and the money given to it: strings, with all their decimals. */
  getbalance() {
    return this.#get("getbalance", {}, ({ balance, gift }) => ({ balance: text(balance), gift: text(gift) }));
  }

  /**
   * Send a content to up to 10,000 numbers; `more`: sender, sendtime (yyyyMMddHHmmss), smstype, mmstitle.
   *
   * `accepted` holds pairs of number and id in the order given; `fail` is how many were not accepted: look at both.
   * Always by POST: a GET carries 100 numbers only, its password ends up in the log files on the way, and some HTTP
   * libraries send a GET again by themselves.
   */
  sendsms(numbers, content, more = {}) {
    const parameters = { ...this.#credentials(), numbers: numbers.join(","), content, ...more };
    const request = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(parameters),
    };
    return this.#call("sendsms", request, ({ fail, array }) => ({
      fail: integer(fail),
      accepted: array.map(([number, id]) => [text(number), text(id)]),
    }));
  }

  /**
   * What became of messages, in as many calls as that takes.
   *
   * State 0 is sent, 1 not sent yet, 2 being sent, else a report code; sendtime is yyyyMMddHHmmss or "0". An id that
   * was asked for and has no report is counted in `nofound`.
   */
  async getreport(ids) {
    const found = { nofound: 0, reports: [] };
    for (let start = 0; start < ids.length; start += IDS_A_CALL) {
      const part = ids.slice(start, start + IDS_A_CALL).join(",");
      const { nofound, reports } = await this.#get("getreport", { ids: part }, ({ nofound, array }) => ({
        nofound: integer(nofound),
        reports: array.map(([id, number, sendtime, state]) => ({
          id: text(id),
          number: text(number),
          sendtime: text(sendtime),
          state: integer(state),
        })),
      }));
      found.nofound += nofound;
      found.reports.push(...reports);
    }
    return found;
  }

  /** Up to 50 messages from phones. The gateway gives each away once: keep them before you call again. */
  getsms() {
    return this.#get("getsms", {}, ({ array }) =>
      array.map(([id, sender, to, time, content]) => ({
        id: text(id),
        sender: text(sender),
        to: text(to),
        time: text(time),
        content: Buffer.from(content, "base64").toString("utf8"), // atob alone would give bytes, not characters
      })),
    );
  }

  /** All that wait, in lists of up to 50, until nothing new comes: keep each list before you take the next. */
  async *inbox() {
    const known = new Set(); // two messages with the same id are one that was told twice
    for (;;) {
      const fresh = (await this.getsms()).filter(({ id }) => !known.has(id));
      if (fresh.length === 0) return;
      fresh.forEach(({ id }) => known.add(id));
      yield fresh;
    }
  }

  /**
   * A seq for the next request: microseconds since 1970, and always greater than the last.
   *
   * So it grows over restarts and, on one clock, from process to process, which a counter in memory that starts at 1
   * does not. Override this where a counter in your database shall give it.
   */
  nextSeq() {
    lastSeq = Math.max(lastSeq + 1, Date.now() * 1000);
    return lastSeq;
  }

  #credentials() {
    if (!this.#key) return { account: this.#account, password: this.#password };
    // Once: the digest and the parameters must say the same.
    const [seq, time] = [this.nextSeq(), Math.floor(Date.now() / 1000)];
    const signed = `${this.#account}${this.#password}${seq}${time}${this.#key}`;
    const password = createHash("md5").update(signed, "utf8").digest("hex");
    return { account: this.#account, password, seq, time };
  }

  #get(endpoint, parameters, read) {
    return this.#call(`${endpoint}?${new URLSearchParams({ ...this.#credentials(), ...parameters })}`, {}, read);
  }

  async #call(target, request, read) {
    let answer, body;
    try {
      const signal = AbortSignal.timeout(this.#timeout * 1000);
      // A redirect is no answer, and following one would turn a POST into a GET.
      answer = await fetch(`${this.#url}/${target}`, { ...request, signal, redirect: "manual" });
      body = await answer.text();
    } catch (error) {
      const why = error.cause?.code ?? error.cause?.message ?? error.name;
      throw new Unanswered(null, `${why} at ${target.split("?")[0]}`, { cause: error });
    }
    const reason = answer.headers.get("X-EIMS-Sim-Reason"); // the simulator's: a gateway gives none
    if (answer.status !== 200) {
      throw new Unanswered(null, [`HTTP ${answer.status}`, reason].filter(Boolean).join("; "));
    }
    let status;
    try {
      const told = parse(body);
      status = integer(told.status);
      if (status === 0) return read(told);
    } catch (error) {
      throw new Unanswered(null, "the answer cannot be read", { cause: error });
    }
    throw new Refused(status, reason);
  }
}

/** Read JSON and lose no digit: JSON.parse would round 123456789012345678 to 123456789012345680. */
function parse(json) {
  const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  return JSON.parse(json.replace(tokens, (token) => (/^-?\d{16,}$/.test(token) ? `"${token}"` : token)));
}

function text(value) {
  if (typeof value !== "string" && typeof value !== "number") throw new TypeError("neither text nor a number");
  return String(value);
}

function integer(value) {
  if (!/^-?\d+$/.test(text(value))) throw new TypeError("no integer");
  return Number(value);
}

async function* run(gateway, command, [first, second]) {
  if (command === "balance") yield await gateway.getbalance();
  else if (command === "send") yield await gateway.sendsms(first.split(","), second);
  else if (command === "report") yield await gateway.getreport(first.split(","));
  else {
    for await (const messages of gateway.inbox()) yield { messages };
    yield { messages: [] };
  }
}

async function main([command, ...words]) {
  const wanted = { balance: 0, send: 2, report: 1, inbox: 0 };
  const { EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD, EIMS_KEY = "", EIMS_TIMEOUT } = process.env;
  const isSet = EIMS_URL && EIMS_ACCOUNT && EIMS_PASSWORD;
  if (!Object.hasOwn(wanted, command ?? "") || wanted[command] !== words.length || !isSet) {
    console.error("usage: eims_client.mjs balance | send NUMBERS CONTENT | report IDS | inbox");
    console.error("set EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD; EIMS_KEY for md5; EIMS_TIMEOUT in seconds");
    return 2;
  }
  const options = { key: EIMS_KEY, timeout: Number(EIMS_TIMEOUT || 30) };
  const gateway = new EimsClient(EIMS_URL, EIMS_ACCOUNT, EIMS_PASSWORD, options);
  try {
    for await (const result of run(gateway, command, words)) console.log(JSON.stringify(result));
  } catch (error) {
    if (!(error instanceof EimsError)) throw error;
    const kind = error.name.toLowerCase();
    console.log(JSON.stringify({ error: kind, status: error.status, reason: error.reason }));
    return kind === "refused" ? 1 : 3;
  }
  return 0;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
