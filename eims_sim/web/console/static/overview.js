// What a newcomer needs first, and how it goes: traffic, messages, pushes, codes met.

import { $, $$, api, codes, copyButton, count, h, bdi, milliseconds, moment, money, Problem, replace, s, segment, shellWord, stateBadge, statusBadge, pushBadge, t } from "./core.js";
import { live } from "./shell.js";

const CONSOLE = "/_sim/console";

/** Put these children in place of those there, unless they are the same; the link that has the focus keeps it. */
function redraw(element, ...children) {
  const next = replace(element.cloneNode(false), children);
  if (next.isEqualNode(element)) return;
  const focused = element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  element.replaceChildren(...next.childNodes);
  if (focused) $(`a[href="${CSS.escape(focused)}"]`, element)?.focus({ preventScroll: true });
}

// --- the first message ---

const ACCOUNTS = 100;
const MASK = "••••••••";

const strictly = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
const inPhp = (text) => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** How each tool writes a text; a masked one is shown as it is. */
const WRITES = { curl: strictly, "curl-md5": shellWord, python: JSON.stringify, javascript: JSON.stringify, php: inPhp, java: JSON.stringify };

const chosen = { account: null, secrets: null, stale: true, shown: false, tool: "curl" };
let accounts = [];

const query = () => new URLSearchParams(location.search);

function remember(name, value) {
  const asked = query();
  asked.set(name, value);
  history.replaceState(null, "", `?${asked}`);
}

/** The one to begin with: whom nothing keeps from sending. */
const usable = (one) => !one.disabled && !one.locked && !one.allowed_ips.length && !one.templates.length && Number(one.balance) + Number(one.gift) > 0;

async function readAccounts(anew) {
  if (anew) chosen.stale = true;
  accounts = (await api.get("accounts", { limit: ACCOUNTS })).items;
  const wanted = chosen.account?.account ?? query().get("account");
  const names = accounts.map((one) => one.account);
  const select = $("#account");
  redraw(select, names.map((one) => h("option", { value: one }, one)));
  await choose(accounts.find((one) => one.account === wanted) ?? accounts.find(usable) ?? accounts[0] ?? null);
}

let choosing = Promise.resolve();

/** Choose an account; until its secrets have come, the last one's are there: who copies waits. */
function choose(account) {
  const settled = settle(account);
  choosing = Promise.allSettled([choosing, settled]);
  return settled;
}

async function settle(account) {
  const another = account?.account !== chosen.account?.account;
  if (another) chosen.shown = false;
  chosen.account = account;
  if (account && (another || chosen.stale)) {
    chosen.stale = false;
    const secrets = await secretsOf(account.account);
    if (chosen.account.account !== account.account) return; // another was chosen meanwhile
    chosen.secrets = secrets;
  }
  if (!account) chosen.secrets = null;
  if (account) $("#account").value = account.account;
  drawAccount();
  drawExample();
}

/** Password and key, or null where they are not told: to another machine without a token. */
async function secretsOf(account) {
  try {
    const { password, key } = await api.get(`accounts/${segment(account)}`, { secrets: true });
    return { password, key };
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function drawAccount() {
  const one = chosen.account;
  if (!one) return redraw($("#account-facts"), t("overview.accounts.none"));
  const broke = Number(one.balance) + Number(one.gift) === 0;
  const marks = [["disabled", one.disabled, "bad"], ["locked", one.locked, "bad"], ["allowlist", one.allowed_ips.length, "warn"], ["templates", one.templates.length, "idle"], ["broke", broke, "warn"]];
  return redraw($("#account-facts"),
    h("span", {}, t(`overview.auth.${one.auth}`)),
    h("span", {}, t("overview.balance", { balance: money(one.balance) })),
    Number(one.gift) > 0 && h("span", {}, t("overview.gift", { gift: money(one.gift) })),
    marks.filter(([, holds]) => holds).map(([word, , kind]) => h("span", { class: `badge ${kind}` }, t(`overview.${word}`))));
}

/** The example in the chosen tool's language; with `MASK` in place of secrets, or fit to be run. */
function example(masked) {
  const { account, secrets, tool } = chosen;
  const md5 = account.auth === "md5";
  const write = WRITES[md5 ? `${tool}-md5` : tool] ?? WRITES[tool];
  const content = (account.templates[0] ?? "Hello").replace(/\{\w+\}/g, "4711");
  const secret = (name) => (secrets === null ? write(name.toUpperCase()) : masked ? (write === JSON.stringify || write === inPhp ? write(MASK) : MASK) : write(secrets[name]));
  const values = {
    url: location.origin,
    account: write(account.account),
    encoded: strictly(account.account),
    password: secret("password"),
    key: secret("key"),
    content: tool === "curl" ? strictly(content) : write(content),
  };
  const text = $(`[data-example="${tool}${md5 ? "-md5" : ""}"]`).content.textContent.trim();
  return text.replace(/@(\w+)@/g, (_, name) => values[name]);
}

function drawExample() {
  for (const tab of $$("#tools [role=tab]")) {
    const selected = tab.dataset.tool === chosen.tool;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
  }
  $("#example").setAttribute("aria-labelledby", `tool-${chosen.tool}`);
  redraw($("#example"), chosen.account ? example(!chosen.shown) : "");
  const hidden = chosen.account?.auth === "md5" ? "overview.about.hidden.md5" : "overview.about.hidden";
  replace($("#example-about"), chosen.account && t(chosen.secrets ? "overview.about" : hidden));
  const show = $("#show-secrets");
  show.hidden = !chosen.secrets;
  show.setAttribute("aria-pressed", String(chosen.shown));
}

function chooseTool(tool, focus = false) {
  chosen.tool = tool;
  remember("example", tool);
  drawExample();
  if (focus) $(`#tool-${tool}`).focus();
}

function startConnect() {
  replace($("#url"), h("code", {}, location.origin), copyButton(() => location.origin, t("copy"), { "aria-label": t("overview.copy.url") }));
  replace($("#example-deeds"),
    h("button", { type: "button", id: "show-secrets", class: "copy", "aria-pressed": "false", on: { click: () => ((chosen.shown = !chosen.shown), drawExample()) } }, t("overview.show")),
    copyButton(() => choosing.then(() => (chosen.account ? example(false) : "")), t("copy"), { class: "copy first", "aria-label": t("overview.copy.example") }));
  const tabs = $$("#tools [role=tab]");
  const asked = query().get("example");
  if (tabs.some((one) => one.dataset.tool === asked)) chosen.tool = asked;
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => chooseTool(tab.dataset.tool));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      chooseTool(tabs[to % tabs.length].dataset.tool, true);
    });
  });
  $("#account").addEventListener("change", (event) => {
    remember("account", event.target.value);
    choose(accounts.find((one) => one.account === event.target.value));
  });
  const told = (kind) => kind !== "message" && (chosen.stale = true);
  live(["account", "message"], readAccounts, { told, leastMs: 2000 });
}

// --- figures: what Prometheus reads, read by eyes ---

const READ_MS = 2000;
const SPAN_MS = 180_000;
const MINUTE_MS = 60_000;
const KEPT = "eims-sim-readings";

let readings = []; // {at, requests, refused, bounds, buckets}, oldest first; no more than SPAN_MS holds

/** Every sample of a text in Prometheus' format: {name, labels, value}. */
function* samples(text) {
  for (const line of text.split("\n")) {
    const found = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (found) yield { name: found[1], labels: Object.fromEntries([...(found[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((one) => one.slice(1))), value: Number(found[3]) };
  }
}

function summary(text) {
  const sum = { at: Date.now(), requests: 0, refused: 0, attempts: 0, outbox: 0, buckets: {}, messages: {}, pushes: {} };
  for (const { name, labels, value } of samples(text)) {
    if (name === "eims_sim_requests_total") {
      sum.requests += value;
      if (labels.status !== "0") sum.refused += value;
    } else if (name === "eims_sim_request_duration_seconds_bucket") {
      const bound = labels.le === "+Inf" ? "Infinity" : String(Number(labels.le));
      sum.buckets[bound] = (sum.buckets[bound] ?? 0) + value;
    } else if (name === "eims_sim_messages") sum.messages[labels.state] = value;
    else if (name === "eims_sim_pushes") sum.pushes[labels.state] = value;
    else if (name === "eims_sim_push_attempts_total") sum.attempts += value;
    else if (name === "eims_sim_queue_depth" && labels.queue === "outbox") sum.outbox = value;
  }
  return sum;
}

/** The milliseconds within which this share of the requests between two readings was answered; null when there were none. */
function quantile(from, to, share) {
  const bounds = Object.keys(to.buckets).map(Number).sort((a, b) => a - b);
  const passed = bounds.map((bound) => to.buckets[bound] - (from.buckets[bound] ?? 0));
  const all = passed.at(-1) ?? 0;
  if (!all) return null;
  const place = passed.findIndex((number) => number >= share * all);
  const lower = place ? bounds[place - 1] : 0;
  const before = place ? passed[place - 1] : 0;
  if (bounds[place] === Infinity) return lower * 1000;
  return 1000 * (lower + (bounds[place] - lower) * ((share * all - before) / (passed[place] - before)));
}

const rateOf = (from, to) => (to.requests - from.requests) / Math.max(0.001, (to.at - from.at) / 1000);

function keep(reading) {
  const before = readings.at(-1);
  if (before && (reading.requests < before.requests || reading.at < before.at)) readings = []; // another server counts anew
  const last = readings.at(-1);
  if (!last || reading.at - last.at >= READ_MS * 0.9) readings.push({ at: reading.at, requests: reading.requests, buckets: reading.buckets });
  while (readings.length > 2 && readings[1].at < reading.at - SPAN_MS) readings.shift();
}

/** The oldest reading that is no older than this. */
const since = (at) => readings.find((one) => one.at >= at) ?? readings.at(-1);

async function readFigures() {
  const reading = summary(await api.get("metrics"));
  keep(reading);
  drawCounters(reading);
  drawRate(reading.at);
  drawLatency(reading.at);
  drawStates(reading.messages);
  drawPushes(reading.pushes, reading.outbox);
}

const total = (numbers) => Object.values(numbers).reduce((sum, one) => sum + one, 0);

function drawCounters(reading) {
  const counters = [
    ["requests", reading.requests, `${CONSOLE}/requests`],
    ["refused", reading.refused, `${CONSOLE}/codes`],
    ["messages", total(reading.messages), `${CONSOLE}/messages`],
    ["attempts", reading.attempts, `${CONSOLE}/pushes`],
  ];
  redraw($("#counters"), counters.map(([name, number, to]) => h("div", {}, h("dt", {}, t(`overview.${name}`)), h("dd", {}, h("a", { href: to }, count(number))))));
}

const perSecond = (rate) => (rate > 0 && rate < 9.95 ? rate.toFixed(1) : count(Math.round(rate)));

function drawRate(at) {
  const points = pairs().map(([from, to]) => ({ at: to.at, value: rateOf(from, to) }));
  const recent = since(at - 10_000);
  const now = recent.at < at ? rateOf(recent, readings.at(-1)) : 0;
  const highest = Math.max(0, ...points.map((one) => one.value));
  redraw($("#rate"),
    h("span", {}, h("b", { class: "figure" }, perSecond(now)), " ", t("overview.rate")),
    h("span", { class: "quiet small" }, t("overview.highest", { highest: perSecond(highest) })));
  const alt = t("overview.rate.alt", { now: perSecond(now), highest: perSecond(highest) });
  redraw($("#rate-chart"), chart(at, [{ kind: "rate", points, area: true }], alt, perSecond));
}

function drawLatency(at) {
  const line = (share) => pairs().map(([from, to]) => ({ at: to.at, value: quantile(from, to, share) })).filter((one) => one.value !== null);
  const lines = [{ kind: "p99", points: line(0.99) }, { kind: "p50", points: line(0.5) }];
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(since(at - MINUTE_MS), readings.at(-1), share));
  const legend = (kind, value) => h("span", { class: `legend ${kind}` }, h("span", { class: "quiet" }, kind), " ", h("b", { class: "figure" }, milliseconds(value)));
  redraw($("#latency"),
    p50 === null ? h("span", {}, h("b", { class: "figure" }, "–"), " ", h("span", { class: "quiet" }, t("overview.latency.none"))) : h("span", { class: "row" }, legend("p50", p50), legend("p99", p99)),
    h("span", { class: "quiet small" }, t("overview.latency")));
  const alt = p50 === null ? t("overview.latency.alt.none") : t("overview.latency.alt", { p50: milliseconds(p50), p99: milliseconds(p99) });
  redraw($("#latency-chart"), chart(at, lines, alt, milliseconds));
}

const pairs = () => readings.slice(1).map((one, place) => [readings[place], one]);

// --- drawing ---

const WIDTH = 360;
const HEIGHT = 46;

/** The smallest of 1, 2 and 5 with zeros that is not less. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= value);
}

/** Lines over the last minutes; a gap in the points is a gap in the line. */
function chart(at, lines, alt, write) {
  const highest = Math.max(0, ...lines.flatMap((line) => line.points.map((point) => point.value)));
  const top = highest > 0 ? roundUp(highest) : 1;
  const x = (moment) => Math.max(0, WIDTH * (1 - (at - moment) / SPAN_MS)).toFixed(1);
  const y = (value) => (HEIGHT - (HEIGHT - 3) * (value / top)).toFixed(1);
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": alt };
  const runs = lines.flatMap((line) => runsOf(line.points).map((points) => ({ ...line, points })));
  const path = (points) => points.map((one) => `${x(one.at)},${y(one.value)}`).join(" L");
  return [
    s("svg", box,
      [0, 0.5, 1].map((share) => s("line", { class: "grid", x1: 0, x2: WIDTH, y1: y(share * top), y2: y(share * top) })),
      runs.map(({ kind, points, area }) => [
        area && s("path", { class: `area ${kind}`, d: `M${x(points[0].at)},${HEIGHT} L${path(points)} L${x(points.at(-1).at)},${HEIGHT} Z` }),
        s("path", { class: `line ${kind}`, d: `M${path(points)}${points.length === 1 ? " h0.1" : ""}` }),
      ])),
    highest > 0 && h("span", { class: "top quiet num", "aria-hidden": "true" }, write(top)),
    h("p", { class: "axis quiet num", "aria-hidden": "true" }, h("span", {}, `−${t("overview.minutes")}`), h("span", {}, t("overview.now"))),
  ];
}

function runsOf(points) {
  const runs = [];
  points.forEach((point, place) => {
    if (!place || point.at - points[place - 1].at > 4 * READ_MS) runs.push([]);
    runs.at(-1).push(point);
  });
  return runs;
}

const FAILURES = 2;

function drawStates(messages) {
  const failures = Object.entries(messages).filter(([state, number]) => Number(state) > 2 && number).sort(([, a], [, b]) => b - a);
  const failed = failures.reduce((sum, [, number]) => sum + number, 0);
  const parts = [["good", messages[0]], ["bad", failed], ["busy", messages[2]], ["idle", messages[1]]];
  const all = total(messages);
  const alt = t("overview.states.alt", { success: count(messages[0]), failed: count(failed), unsent: count(messages[1]), sending: count(messages[2]) });
  const row = ([state, number]) => h("li", {}, h("a", { href: `${CONSOLE}/messages?state=${state}` }, stateBadge(Number(state)), h("b", { class: number ? "" : "quiet" }, count(number))));
  const rest = failures.slice(FAILURES).reduce((sum, [, number]) => sum + number, 0);
  redraw($("#states"), bar(parts, all, alt),
    h("ul", { class: "rows num" }, [["1", messages[1]], ["2", messages[2]], ["0", messages[0]], ...failures.slice(0, FAILURES)].map(row)),
    rest > 0 && h("p", { class: "small" }, h("a", { href: `${CONSOLE}/messages` }, t("overview.states.more", { count: count(rest) }))));
}

/** One bar of shares, the largest of them never hiding a small one that is there. */
function bar(parts, all, alt) {
  let at = 0;
  const shown = parts.filter(([, number]) => number);
  const least = 4;
  const room = WIDTH - least * shown.length;
  return s("svg", { class: "bar-of-states", viewBox: `0 0 ${WIDTH} 10`, preserveAspectRatio: "none", role: "img", "aria-label": alt },
    !all && s("rect", { class: "none", width: WIDTH, height: 10 }),
    shown.map(([kind, number]) => {
      const width = least + (room * number) / all;
      at += width;
      return s("rect", { class: kind, x: (at - width).toFixed(1), width: Math.max(1, width - 1).toFixed(1), height: 10 });
    }));
}

function drawPushes(pushes, outbox) {
  const waiting = pushes.queued + pushes.sending + pushes.retrying;
  const row = (state) => h("li", {}, h("a", { href: `${CONSOLE}/pushes?state=${state}` }, pushBadge(state), h("b", { class: pushes[state] ? "" : "quiet" }, count(pushes[state]))));
  redraw($("#pushes"),
    h("p", { class: "pair num" },
      h("span", {}, h("b", { class: "figure" }, count(waiting)), " ", t("overview.waiting")),
      h("span", { class: pushes.parked ? "wrong" : "" }, h("b", { class: "figure" }, count(pushes.parked)), " ", t("push.parked"))),
    h("ul", { class: "rows two num" }, ["queued", "sending", "retrying", "delivered", "parked", "dropped"].map(row)),
    outbox > 0 && h("p", { class: "quiet small" }, t("overview.gathering", { count: count(outbox) })));
}

// --- what just happened ---

const LATEST = 6;

async function readLatest() {
  const { items } = await api.get("requests", { order: "desc", limit: LATEST });
  const line = (one) => h("li", {}, h("a", { href: `${CONSOLE}/requests/${one.id}` },
    moment(one.at),
    h("span", { class: "latest-what" }, bdi(one.endpoint ?? one.method, { class: "mono" }), " ", bdi(one.account ?? "", { class: "quiet" })),
    h("span", { class: "latest-why" }, statusBadge(one.status, one.http_status))));
  redraw($("#latest"), items.length ? items.map(line) : h("li", { class: "empty" }, t("overview.latest.none")));
}

// --- codes met and never met ---

async function readCoverage() {
  const { statuses, reports } = await api.get("coverage");
  redraw($("#coverage"),
    chips("statuses", statuses.map((one) => ({ code: one.status, times: one.count, id: `status-${one.status}`, meaning: codes.statuses[one.status] ?? one.meaning }))),
    chips("reports", reports.map((one) => ({ code: one.code, times: one.count, id: `report-${one.code}`, meaning: codes.reports[one.code] ?? one.meaning }))));
}

function chips(kind, found) {
  const met = found.filter((one) => one.times).length;
  const chip = ({ code, times, id, meaning }) => {
    const told = t(times ? "overview.times" : "overview.never", { code, meaning, times: count(times) });
    return h("li", {}, h("a", { class: times ? "chip met" : "chip", href: `${CONSOLE}/codes#${id}`, title: told, "aria-label": told },
      h("b", {}, String(code)), h("span", { class: "chip-word" }, meaning), times > 0 && h("span", { class: "chip-times" }, count(times))));
  };
  return h("div", { class: kind },
    h("h3", {}, t(`overview.${kind}`), " ", h("span", { class: "quiet num" }, t("overview.met", { met, all: found.length }))),
    h("ul", { class: "chips num" }, found.map(chip)));
}

// --- begin ---

try {
  readings = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
} catch {
  readings = [];
}
addEventListener("pagehide", () => sessionStorage.setItem(KEPT, JSON.stringify(readings)));
startConnect();
const figures = live(["message", "push"], readFigures, { leastMs: 1000 });
setInterval(figures, READ_MS);
live(["request"], readLatest);
live(["request", "push"], readCoverage, { leastMs: 1000 });
