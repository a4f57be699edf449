// One message: its life, its parts, who decided how it ends, what was paid, the request that made it, its reports.

import { $, $$, address, api, attempt, bdi, codes, confirmDeed, copyButton, count, h, milliseconds, moment, money, pushBadge, replace, say, segment, stateBadge, stateWord, statusBadge, t } from "./core.js";
import { MASKED, urlLine } from "./curl.js";
import { drawLife, happenings, span } from "./life.js";
import { drawSegments } from "./segments.js";
import { gatewayNow, live, readClock, writeMoment } from "./shell.js";
import { sayVerdict } from "./verdicts.js";

const PUSHES = 10; // of a message that was reported oftener, the last ones
const id = location.pathname.split("/").at(-1).replace(/^0+(?=\d)/, "");
const shown = new Map(); // by section: what it was drawn from
let current = null;

/** Draw a section when what it is made of has changed, so that focus and selection stay. */
function section(name, from, draw) {
  const text = JSON.stringify(from);
  if (shown.get(name) === text) return;
  shown.set(name, text);
  draw();
}

/** What is asked for once: it does not change. */
const once = new Map();
function ask(key, call) {
  if (!once.has(key)) once.set(key, call());
  return once.get(key).catch((error) => {
    once.delete(key);
    throw error;
  });
}

function forget() {
  once.clear();
  shown.clear();
  made = null;
}

/** The answer, or null where there is nothing of that kind. */
async function maybe(call) {
  try {
    return await call;
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

async function load(anew) {
  if (anew) forget(); // another message may have this id
  const [message, explanation] = await Promise.all([maybe(api.get(`messages/${id}`)), maybe(api.get(`messages/${id}/explanation`))]);
  $("#message").hidden = !message;
  $("#missing").hidden = Boolean(message);
  if (!message || !explanation) {
    replace($("#missing"), t("message.missing", { id }));
    replace($("#state"));
    forget();
    current = null;
    if (Number.isSafeInteger(Number(id))) await neighbours();
    return;
  }
  await neighbours();
  const [pushes, division, rule, account, request] = await Promise.all([
    Promise.all(message.pushes.slice(-PUSHES).map((push) => maybe(api.get(`pushes/${push}`)))),
    ask("segments", () => api.post("segments", { content: message.content })),
    message.rule === null ? null : maybe(api.get(`rules/${message.rule}`)),
    maybe(api.get(`accounts/${segment(message.account)}`)),
    madeBy(message.submit),
  ]);
  current = { message, explanation, pushes: pushes.filter(Boolean) };
  section("head", message.state, () => replace($("#state"), stateBadge(message.state)));
  section("content", message.content, () => drawContent(message, division));
  section("facts", [message, explanation, rule, request], () => drawFacts(message, explanation, rule, request));
  section("reports", [current.pushes, message.state, account?.callback_url], () => drawReports(message, current.pushes, account));
  section("poll", [message.account, account?.auth], () => drawPoll(message, account));
  const final = message.state !== 1 && message.state !== 2;
  $("#force").hidden = final;
  $("#forced").hidden = !final;
  showLife();
}

let made = null; // the request that made it: the journal is searched until it is found

async function madeBy(submit) {
  made ??= (await api.get("requests", { submit, limit: 1 })).items[0] ?? null;
  return made;
}

// --- head ---

async function neighbours() {
  const of = (order) => api.get("messages", { order, after: id, limit: 1 }).then((answer) => answer.items[0]?.id ?? null);
  const [before, after] = await Promise.all([ask("before", () => of("desc")), of("asc")]);
  section("neighbours", [before, after], () => {
    const link = (other, rel) => other !== null && h("a", { class: "button", rel, href: `/_sim/console/messages/${other}`, "aria-label": t(`message.${rel}`, { id: other }) },
      rel === "prev" ? `‹ ${other}` : `${other} ›`);
    replace($("#neighbours"), link(before, "prev"), link(after, "next"));
  });
}

// --- life ---

function showLife() {
  if (!current) return;
  const { message, explanation, pushes } = current;
  const now = presentMoment();
  const all = happenings(message, explanation.upcoming, pushes, now);
  const room = Math.floor($("#life").clientWidth);
  section("life", [all, room], () => replace($("#life"), drawLife(all, room, t("message.life.label", { id }))));
  section("times", all.filter((one) => one.kind !== "now"), () => replace($("#times"), all.filter((one) => one.kind !== "now").map(timeRow)));
}

/** The gateway's present moment to the millisecond, as the server writes moments. */
function presentMoment() {
  const ms = Math.floor(gatewayNow());
  const text = writeMoment(ms);
  return `${text.slice(0, 19)}.${String(ms % 1000).padStart(3, "0")}${text.slice(19)}`;
}

function timeRow(one, place, all) {
  const what = one.kind === "attempt" ? t("message.times.attempt", { push: one.push.id, result: one.title }) : one.title;
  return h("tr", {},
    h("td", { class: "narrow" }, h("time", { class: "num mono", datetime: one.at }, one.at.replace("T", " "))),
    h("td", {}, what, one.ahead && h("span", { class: "quiet" }, ` (${t("message.times.ahead")})`)),
    h("td", { class: "end-aligned narrow" }, place > 0 && span(one.us - all[place - 1].us)));
}

// --- content and facts ---

function drawContent(message, division) {
  const mms = message.smstype === 1;
  $("#mms").hidden = !mms;
  if (mms) replace($("#mms"), t("message.mms"), " ", message.mmstitle && bdi(message.mmstitle));
  replace($("#segments"), mms ? h("p", { class: "part-text" }, bdi(message.content)) : drawSegments(division));
  replace($("#content-copy"), copyButton(() => message.content));
}

function drawFacts(message, explanation, rule, request) {
  const fact = (key, ...value) => [h("dt", {}, t(`message.fact.${key}`)), h("dd", {}, value)];
  const list = (query, text) => h("a", { href: address("/_sim/console/messages", query) }, text);
  replace($("#facts"),
    fact("number", h("a", { href: address("/_sim/console/handset", { number: message.number }), class: "num" }, bdi(message.number))),
    fact("account", h("a", { href: address("/_sim/console/accounts", { account: message.account }) }, bdi(message.account))),
    fact("sender", message.sender ? list({ sender: message.sender }, bdi(message.sender)) : h("span", { class: "quiet" }, t("message.fact.none"))),
    fact("decided", decision(explanation, message.rule, rule)),
    fact("charge", charge(message, explanation.submit)),
    fact("submit", list({ submit: message.submit }, t("message.submit", { id: message.submit }))),
    fact("request", request ? requestLink(request) : h("span", { class: "quiet" }, t("message.request.gone"))));
}

function decision({ decided_by: by, outcome, forced_from: from }, ruleId, rule) {
  const state = `${outcome} ${stateWord(outcome)}`;
  if (by === "operator") return t("message.decided.operator", { state, from: stateWord(from) });
  if (by === "magic number") return t("message.decided.magic", { state });
  if (by === "nobody") return t("message.decided.nobody", { state });
  const link = h("a", { href: address("/_sim/console/behaviour", { rule: ruleId }) }, t("message.decided.rule", { id: ruleId }));
  if (!rule) return [link, " ", t("message.decided.rule.gone", { state })];
  return [link, " ", t("message.decided.rule.says", { state }), h("ul", { class: "conditions" }, conditions(rule).map((one) => h("li", {}, h("code", {}, bdi(one)))))];
}

function conditions(rule) {
  const matcher = (name) => rule[name] && Object.entries(rule[name]).map(([kind, text]) => `${name} ${kind} ${JSON.stringify(text)}`);
  const plain = (name, usual) => rule[name] !== usual && rule[name] !== null && `${name} ${JSON.stringify(rule[name])}`;
  return [plain("account"), matcher("number"), matcher("content"), matcher("sender"), plain("smstype"), plain("probability", 1), plain("times", 0)].flat().filter(Boolean);
}

function charge(message, paid) {
  const whole = { gift: money(paid.paid_gift), balance: money(paid.paid_balance) };
  return [h("b", { class: "num" }, money(message.price)), " ",
    h("span", { class: "quiet" }, t("message.charge", { segments: message.segments })),
    h("br"), h("span", { class: "quiet" }, t("message.charge.submit", whole), " ", Number(paid.refunded) > 0 && t("message.charge.refunded", { amount: money(paid.refunded) }))];
}

function requestLink(request) {
  return [h("a", { href: `/_sim/console/requests/${request.id}` }, t("message.request", { id: request.id })), " ", statusBadge(request.status, request.http_status), " ",
    h("span", { class: "quiet" }, `${request.method} · `, bdi(request.peer), " · ", moment(request.at))];
}

function drawPoll(message, account) {
  $("#poll-md5").hidden = account?.auth !== "md5";
  const line = urlLine("getreport", { account: message.account, password: MASKED, ids: id }, location.origin);
  replace($("#poll"), line);
  $$(".copy", $("#poll").parentElement).forEach((one) => one.remove());
  $("#poll").after(copyButton(() => line));
}

// --- reports ---

function drawReports(message, pushes, account) {
  const final = message.state !== 1 && message.state !== 2;
  const why = !account?.callback_url ? "none" : final ? "waiting" : "later";
  const left = message.pushes.length - pushes.length;
  replace($("#reports"),
    pushes.length === 0 && h("p", { class: "quiet" }, t(`message.reports.${why}`)),
    left > 0 && h("p", { class: "quiet" }, t("message.reports.left", { count: count(left) })),
    pushes.map(drawPush));
}

function drawPush(push) {
  const heads = ["at", "result", "took", "verdict"];
  return h("article", { class: "push", "aria-label": t("message.push", { id: push.id }) },
    h("div", { class: "spread" },
      h("div", { class: "row" },
        h("a", { href: address("/_sim/console/pushes", { push: push.id }) }, t("message.push", { id: push.id })),
        pushBadge(push.state),
        push.reports.length > 1 && h("span", { class: "quiet" }, t("message.push.with", { count: push.reports.length }))),
      retryButton(push)),
    push.attempts.length > 0 && h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("message.push.attempts", { id: push.id }) },
      h("table", { class: "attempts cards-when-narrow" },
        h("caption", { class: "visually-hidden" }, t("message.push.attempts", { id: push.id })),
        h("thead", {}, h("tr", {}, heads.map((key) => h("th", { scope: "col" }, t(`message.push.${key}`))))),
        h("tbody", {}, push.attempts.map((one) => h("tr", {},
          h("td", { class: "narrow" }, moment(one.at)),
          h("td", { class: "narrow" }, resultBadge(one)),
          h("td", { class: "narrow num" }, milliseconds(one.duration_ms)),
          h("td", { title: one.url }, bdi(sayVerdict(one.verdict)), one.error && h("div", { class: "quiet" }, bdi(one.error)))))))));
}

function resultBadge({ http_status: status }) {
  const good = status !== null && status >= 200 && status < 300;
  return h("span", { class: `badge ${good ? "good" : "bad"}` }, status === null ? t("message.at.no_answer") : `HTTP ${status}`);
}

function retryButton(push) {
  if (push.state === "queued" || push.state === "sending") return null;
  async function retry(event) {
    await attempt(async () => {
      await api.post(`pushes/${push.id}/retry`);
      say(t("message.push.retried", { id: push.id }));
    }, event.currentTarget);
    refresh();
  }
  return h("button", { type: "button", on: { click: retry } }, t("message.push.again"));
}

// --- force ---

async function force(event) {
  event.preventDefault();
  const state = Number($("#code").value);
  const word = `${state} ${stateWord(state)}`;
  if (!(await confirmDeed(t("message.force.ask", { id, state: word }), t("message.force.do")))) return;
  await attempt(async () => {
    try {
      await api.patch(`messages/${id}`, { state });
      say(t("message.force.done", { id, state: word }));
    } catch (problem) {
      if (problem.status !== 409) throw problem;
      say(t("message.force.late", { id }), "wrong");
    }
  }, $("#force button"));
  refresh();
}

document.title = document.title.replace(t("message.title"), t("message.one", { id }));
replace($("#title"), t("message.one", { id }));
$("#code").append(...Object.keys(codes.reports).map((code) => h("option", { value: code }, `${code} ${stateWord(Number(code))}`)));
$("#force").addEventListener("submit", force);
await readClock().catch(() => {});
const refresh = live(["message", "push"], load);
new ResizeObserver(() => showLife()).observe($("#life"));
setInterval(() => !document.hidden && showLife(), 1000);
