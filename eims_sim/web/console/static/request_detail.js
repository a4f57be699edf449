// One request of the journal: why it was answered so, what was sent, what came back, as curl, and once more. And findings.

import { $, api, attempt, bdi, copyButton, count, h, milliseconds, moment, replace, say, statusBadge, t } from "./core.js";
import { MASKED, curlLine } from "./curl.js";
import { exact, prettyJson } from "./exact.js";
import { sentence } from "./sentences.js";

export const PAGE = "/_sim/console/requests";

const KEPT_BYTES = 2048; // of the parameters, and of the answer
const OF_FINDING = 10;
const ACCEPTED = /^\{"status":0,"success":\d+,"fail":\d+,"array":\[\[(?:\d+|"[^"]*"),(\d+)\]/;

/** The address of a request, the list beside it being filtered by `search`. */
export const place = (id, search = "") => `${PAGE}/${id}${search}`;

/** What was answered: the status in words, the HTTP status where there is none, whether it arrived. */
export function answerBadges({ status, http_status: httpStatus, delivered }) {
  const said = status !== null || httpStatus !== null;
  return [said && statusBadge(status, httpStatus), !delivered && h("span", { class: "badge warn" }, t("requests.undelivered"))];
}

const bytes = (text) => new TextEncoder().encode(text).length;
const isCut = (text) => text.endsWith("…") && bytes(text) > KEPT_BYTES;
const areCut = (parameters) => Object.values(parameters).some((value) => value.endsWith("…")) && bytes(Object.entries(parameters).flat().join("")) > KEPT_BYTES;

const codeLink = (code) => h("a", { href: `/_sim/console/codes#${encodeURIComponent(code)}`, class: "mono" }, code);

/** Draw a request into its place; null: it is not kept. What is there already stays as it is. `open` shows another, `known` are the
 *  sentences of the page's language. */
export function showRequest(root, id, entry, { open, known }) {
  const from = JSON.stringify(entry);
  if (root.dataset.shown === String(id) && root.drawnFrom === from) return;
  root.dataset.shown = id;
  root.drawnFrom = from;
  replace(root, entry === null ? gone(id) : drawn(entry, open, known));
}

const back = () => h("a", { href: `${PAGE}${location.search}`, class: "button plain", dataset: { back: "" } }, t("requests.back"));

function gone(id) {
  return [h("div", { class: "spread" }, h("h2", { id: "detail-title", tabindex: "-1" }, `#${id}`), back()), h("p", {}, t("requests.gone"))];
}

/** A button to the next one of those that the list shows. */
function step({ id }, order, label, open) {
  const button = h("button", { type: "button", class: "plain" }, label);
  button.addEventListener("click", async () => {
    const filters = Object.fromEntries(new URLSearchParams(location.search));
    for (const name of ["older", "newer", "view"]) delete filters[name];
    const found = await attempt(() => api.get("requests", { ...filters, after: id, order, limit: 1 }), button);
    if (found?.items.length) open(found.items[0].id);
    else if (found) say(t(order === "asc" ? "requests.newest" : "requests.oldest"));
  });
  return button;
}

function drawn(entry, open, known) {
  return [
    h("div", { class: "spread" },
      h("h2", { id: "detail-title", tabindex: "-1" }, `#${entry.id} `, h("span", { class: "method" }, entry.method), " ", bdi(`/${entry.endpoint}`)),
      h("span", { class: "row" },
        step(entry, "asc", t("list.newer"), open),
        step(entry, "desc", t("list.older"), open),
        back())),
    h("p", { class: "row" }, answerBadges(entry), madeLink(entry)),
    explanations(entry, known),
    again(entry, known),
    parameters(entry),
    answer(entry),
    facts(entry),
    curl(entry),
  ];
}

/** A submit that was accepted leads to its messages. */
function madeLink({ endpoint, status, answer }) {
  const submit = endpoint === "sendsms" && status === 0 && ACCEPTED.exec(answer)?.[1];
  return submit && h("a", { href: `/_sim/console/messages?submit=${submit}` }, t("requests.messages"));
}

function explanations({ reason, notes }, known) {
  const line = (one, kind) =>
    h("li", { class: `explained ${kind}` },
      sentence(one, known),
      h("p", { class: "row tight" },
        h("span", { class: "quiet" }, t(`requests.${kind}`)), codeLink(one.code),
        h("a", { href: `${PAGE}?finding=${encodeURIComponent(one.code)}` }, t("requests.same"))));
  if (!reason && !notes.length) return h("p", { class: "quiet" }, t("requests.fine"));
  return h("ul", { class: "explanations", "aria-label": t("requests.why") }, reason && line(reason, "reason"), notes.map((note) => line(note, "note")));
}

function facts(entry) {
  const fact = (label, ...value) => [h("dt", {}, label), h("dd", {}, value)];
  return h("dl", { class: "facts" },
    fact(t("requests.at"), moment(entry.at, { day: "always" })),
    fact(t("requests.account"), entry.account === null ? h("span", { class: "quiet" }, t("requests.no_account")) : bdi(entry.account)),
    fact(t("requests.peer"), h("span", { class: "mono" }, entry.peer)),
    fact(t("requests.http_status"), h("span", { class: "num" }, entry.http_status ?? "–")),
    fact(t("requests.duration"), h("span", { class: "num" }, milliseconds(entry.duration_ms))),
    fact(t("requests.delivered"), t(entry.delivered ? "requests.delivered.yes" : "requests.delivered.no")));
}

function parameters({ parameters: sent }) {
  const names = Object.keys(sent);
  const shown = (value) => (value === MASKED ? h("span", { class: "badge idle" }, t("requests.masked")) : exact(value));
  return h("section", { class: "stack tight", "aria-labelledby": "parameters-title" },
    h("h3", { id: "parameters-title" }, t("requests.parameters")),
    names.length === 0
      ? h("p", { class: "quiet" }, t("requests.parameters.none"))
      : h("div", { class: "table-box flat", tabindex: "0", role: "region", "aria-labelledby": "parameters-title" },
          h("table", { class: "parameters" },
            h("thead", { class: "visually-hidden" }, h("tr", {}, h("th", { scope: "col" }, t("requests.name")), h("th", { scope: "col" }, t("requests.value")))),
            h("tbody", {}, names.map((name) => h("tr", {}, h("th", { scope: "row" }, exact(name)), h("td", {}, shown(sent[name]))))))),
    areCut(sent) && h("p", { class: "quiet" }, t("requests.parameters.cut")));
}

function answer({ answer: text }) {
  const pretty = prettyJson(text);
  const pre = h("pre", { id: "answer-bytes", tabindex: "0", "aria-labelledby": "answer-title" }, exact(text));
  const toggle = h("button", { type: "button", class: "copy", "aria-pressed": "false", disabled: pretty === null }, t("requests.pretty"));
  toggle.addEventListener("click", () => {
    const on = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", String(on));
    replace(pre, on ? bdi(pretty) : exact(text));
  });
  return h("section", { class: "stack tight", "aria-labelledby": "answer-title" },
    h("div", { class: "spread" },
      h("h3", { id: "answer-title" }, t("requests.answer.bytes", { count: count(isCut(text) ? KEPT_BYTES : bytes(text)) })),
      h("span", { class: "row tight" }, toggle, copyButton(() => text))),
    h("div", { class: "code-box" }, pre),
    isCut(text) && h("p", { class: "quiet" }, t("requests.answer.cut")));
}

function curl(entry) {
  const line = curlLine(entry, location.origin);
  if (line === null) return null;
  const signed = Boolean(entry.parameters.seq && entry.parameters.time);
  return h("section", { class: "stack tight", "aria-labelledby": "curl-title" },
    h("h3", { id: "curl-title" }, "curl"),
    h("div", { class: "code-box" }, h("pre", { id: "curl-line", tabindex: "0", "aria-labelledby": "curl-title" }, bdi(line))),
    signed && h("p", { class: "quiet" }, t("requests.curl.signed")));
}

function again(entry, known) {
  const line = curlLine(entry, location.origin);
  const result = h("div", { id: "again-result", role: "status" });
  const send = (label, body, kind) => {
    const button = h("button", { type: "button", class: kind }, label);
    button.addEventListener("click", async () => {
      replace(result, h("p", { class: "quiet" }, t("requests.again.waits")));
      const made = await attempt(() => api.post(`requests/${entry.id}/send`, body), button);
      replace(result, made && madeAgain(made, known));
    });
    return button;
  };
  return h("div", { class: "stack tight" },
    h("div", { class: "row" },
      send(t("requests.again.do"), {}, "first"),
      send(t("requests.again.as_sent"), { as_sent: true }, null),
      line !== null && copyButton(() => line, t("requests.curl.copy"), { class: null })),
    h("p", { class: "quiet small" }, t("requests.again.about"), " ", entry.endpoint === "sendsms" && h("strong", {}, t("requests.again.costs"))),
    result);
}

function madeAgain(made, known) {
  return h("div", { class: "explained made" },
    h("p", { class: "row" }, h("a", { href: place(made.id, location.search), dataset: { request: made.id } }, t("requests.again.made", { id: made.id })), answerBadges(made)),
    made.reason && sentence(made.reason, known),
    h("pre", {}, exact(made.answer)));
}

// --- findings ---

/** A finding as an element that opens to its newest requests; `before` is the one that showed it, `opened` who is open. */
export function showFinding(before, one, opened, known) {
  const element = before ?? findingElement(one, opened);
  if (element.drawnFrom === one.count) return element;
  element.drawnFrom = one.count;
  replace($("summary", element),
    h("span", { class: "finding-count num" }, count(one.count)),
    h("span", { class: `badge ${one.kind === "reason" ? "bad" : "warn"}` }, t(`requests.${one.kind}`)),
    h("code", {}, one.code),
    h("span", { class: "finding-text", lang: known.has(one.code) ? null : "en" }, known.get(one.code) ?? one.text));
  const link = (id) => h("a", { href: place(id), dataset: { request: id } }, `#${id}`);
  replace($("[data-said]", element), known.has(one.code) && h("p", { lang: "en", class: "quiet small" }, one.text));
  replace($("[data-links]", element),
    h("span", {}, t("requests.first"), " ", link(one.first)),
    h("span", {}, t("requests.last"), " ", link(one.last)),
    h("a", { href: `${PAGE}?finding=${encodeURIComponent(one.code)}` }, t("requests.findings.all")),
    h("a", { href: `/_sim/console/codes#${encodeURIComponent(one.code)}` }, t("requests.findings.code")));
  if (opened.has(one.code)) loadOfFinding(element, one.code);
  return element;
}

function findingElement(one, opened) {
  const fold = h("details", { open: opened.has(one.code) }, h("summary", {}), h("div", { class: "finding-body" }, h("div", { dataset: { said: "" } }), h("p", { class: "row", dataset: { links: "" } }), h("ul", { class: "finding-requests" })));
  const element = h("li", { class: "card finding", dataset: { code: one.code } }, fold);
  fold.addEventListener("toggle", () => {
    if (fold.open) opened.add(one.code);
    else opened.delete(one.code);
    if (fold.open) loadOfFinding(element, one.code);
  });
  return element;
}

async function loadOfFinding(element, code) {
  try {
    const { items } = await api.get("requests", { finding: code, order: "desc", limit: OF_FINDING });
    const lines = items.map((one) =>
      h("li", {}, h("a", { href: place(one.id), dataset: { request: one.id } }, `#${one.id}`), moment(one.at), h("span", { class: "method" }, one.method), bdi(`/${one.endpoint}`),
        one.account !== null && bdi(one.account, { class: "quiet" }), answerBadges(one)));
    replace($(".finding-requests", element), lines.length ? lines : h("li", { class: "quiet" }, t("requests.findings.not_kept")));
  } catch (error) {
    say(error.message, "wrong");
  }
}
