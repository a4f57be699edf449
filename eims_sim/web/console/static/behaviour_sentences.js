// A rule or a fault as a sentence. Which words there are, and in which order, is said by the texts of each language.
//
// A sentence is a list of parts: a text of ours, {said} for what somebody wrote, {code} for a number on the wire.

import { codes, count, t } from "./core.js";

const REQUESTS = "*";
const PUSH = "push";
const CHOSEN = ["connection", "body", "reports"];
const FLAGS = ["repeat_inbound", "report_first"];

/** What a rule does: "Messages to numbers that end in 7 fail with 1011 Black Number". */
export function ruleSentence(rule) {
  const left = leftOf(rule);
  const one = left === 1 ? ".one" : "";
  const { outcome } = rule;
  const ends = [0, 1, 2].includes(outcome) ? outcome : "code";
  const code = present(outcome) ? [{ code: String(outcome) }, ` ${codes.reports[outcome] ?? ""}`] : t("unknown");
  return tidy(fill("rule", {
    count: left && fill(`rule.count${one}`, { count: count(left) }),
    messages: fill(`rule.messages.${rule.smstype ?? "any"}${one}`),
    account: rule.account && fill("rule.account", { account: said(rule.account) }),
    number: matched("number", rule.number),
    content: matched("content", rule.content),
    sender: matched("sender", rule.sender),
    outcome: fill(`rule.outcome.${ends}${one}`, { code }),
    share: share(rule),
    unsent: present(rule.unsent_seconds) && fill("rule.unsent", { delay: delay(rule.unsent_seconds) }),
    sending: present(rule.sending_seconds) && fill("rule.sending", { delay: delay(rule.sending_seconds) }),
  }));
}

/** What a fault does: "Answer -12 to the next 3 sendsms of demo". */
export function faultSentence(fault) {
  const late = present(fault.delay_seconds);
  const [effect, values] = effectOf(fault);
  const alone = effect === null;
  const target = targetOf(fault);
  const key = alone ? `fault.late.${fault.endpoint === PUSH ? PUSH : "requests"}` : `fault.${effect}`;
  return tidy(fill("fault", {
    after: fault.after && fill("fault.after"),
    wait: late && !alone && fill("fault.wait", { delay: delay(fault.delay_seconds) }),
    deed: alone && !late ? fill("fault.nothing", { target }) : fill(key, { target, delay: late && delay(fault.delay_seconds), ...values }),
    share: share(fault),
  }));
}

/** The sentence as one text. */
export const plain = (parts) => parts.map((part) => (typeof part === "string" ? part : (part.said ?? part.code))).join("");

/** The effect of a fault: the end of its text's key, and what is to be named in it. */
function effectOf(fault) {
  if (present(fault.status)) return ["status", { status: [{ code: String(fault.status) }] }];
  if (present(fault.http_status)) return ["http_status", { http_status: [{ code: `HTTP ${fault.http_status}` }] }];
  if (typeof fault.body_text === "string") return ["body_text", { text: said(fault.body_text) }];
  const chosen = CHOSEN.find((name) => present(fault[name]));
  if (chosen) return [`${chosen}.${fault[chosen]}`, {}];
  return [FLAGS.find((name) => fault[name]) ?? null, {}];
}

/** "the next 3 sendsms of demo" */
function targetOf(fault) {
  const left = leftOf(fault);
  const how = left === 1 ? "one" : left ? "some" : "every";
  const what = { [REQUESTS]: "requests", [PUSH]: PUSH }[fault.endpoint] ?? "endpoint";
  return fill("fault.target", {
    account: fault.account && fill("fault.account", { account: said(fault.account) }),
    what: fill(`fault.${what}.${how}`, { count: count(left), endpoint: [{ code: fault.endpoint }] }),
  });
}

/** How often it may still apply, and once that is used up how often it might; 0 for ever. */
function leftOf({ times, applied = 0 }) {
  const most = Number.isInteger(times) && times > 0 ? times : 0;
  return Math.max(most - applied, 0) || most;
}

function matched(name, matcher) {
  const [kind, text] = Object.entries(matcher ?? {})[0] ?? [];
  if (name === "sender" && kind === "exact" && text === "") return fill("rule.sender.none");
  return kind && fill(`rule.${name}.${kind}`, { text: present(text) ? said(text) : t("unknown") });
}

function delay(seconds) {
  const [shape, numbers] = typeof seconds === "object" ? Object.entries(seconds)[0] : ["fixed", [seconds]];
  const [first, second] = Array.isArray(numbers) ? numbers : [numbers.median, numbers.sigma];
  const known = (value) => (present(value) ? String(value) : t("unknown"));
  return fill(`delay.${shape}.words`, { first: known(first), second: known(second) });
}

function share({ probability }) {
  if (typeof probability !== "number" || probability >= 1) return false;
  return fill("share", { percent: `${Number((probability * 100).toPrecision(4))}%` });
}

const present = (value) => value !== null && value !== undefined && value !== "";
const said = (text) => [{ said: text }];

/** The text of a key as parts, with the parts of each value in the place of its name. */
function fill(key, values = {}) {
  return t(key).split(/\{(\w+)\}/).flatMap((piece, place) => (place % 2 ? (values[piece] ?? []) || [] : piece));
}

/** Without what is empty, and beginning as a sentence does. */
function tidy(parts) {
  const left = parts.filter((part) => part !== "").map((part) => (typeof part === "number" ? String(part) : part));
  if (typeof left[0] === "string") left[0] = left[0].charAt(0).toUpperCase() + left[0].slice(1);
  return left;
}
