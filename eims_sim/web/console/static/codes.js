// Every code: what it means, what makes it arise, how often it was met, and a button that makes it arise.

import { $, $$, api, attempt, copyButton, count, h, language, replace, statusBadge, t } from "./core.js";
import { live } from "./shell.js";

const KINDS = ["statuses", "reports", "reasons", "notes"];
const CHINESE = "zh-Hans";

/** Every code by its kind: {id, numbers, texts, met, list, element, tally, came}. `numbers` are what a number finds it by. */
const entries = { statuses: [], reports: [], reasons: [], notes: [] };
const all = () => KINDS.flatMap((kind) => entries[kind]);
const query = () => new URLSearchParams(location.search);

// --- how each looks ---

/** A text in both languages, the page's first; the other is quiet. */
function both(en, zh) {
  const [first, second] = language === "zh" ? [[zh, CHINESE], [en, "en"]] : [[en, "en"], [zh, CHINESE]];
  return h("p", { class: "code-names" },
    h("span", { class: "code-meaning", lang: first[1] }, first[0]), " ", h("span", { class: "quiet", lang: second[1] }, second[0]));
}

const inPageLanguage = (en, zh) => (language === "zh" ? zh : en);

function entry(kind, { id, code, numbers, texts, list, body, arise = null }) {
  const tally = h("a", { class: "code-tally num" });
  const came = h("div", { class: "code-came", "aria-live": "polite" });
  const element = h("li", { id, class: "code-entry", tabindex: "-1" },
    h("h3", { class: "code-code" }, h("a", { href: `#${id}`, class: "mono" }, code)),
    h("div", { class: "code-body" }, body),
    h("div", { class: "code-deeds" }, tally, arise && ariseButton(arise, code, came)),
    came);
  entries[kind].push({ id, numbers: numbers.map(String), texts: [code, ...texts].join("\n").toLowerCase(), met: 0, list, element, tally, came });
}

const arises = (one) => h("p", { class: "code-arises" }, h("span", { class: "quiet" }, t("codes.arises"), " "), inPageLanguage(one.arises, one.arises_zh));

/** Where it is answered: a few endpoints, or all. */
const places = (endpoints) => endpoints.length === everywhere ? h("li", {}, t("codes.everywhere")) : endpoints.map((name) => h("li", { class: "mono" }, name));

let everywhere = 0; // so many endpoints there are

function drawAll(found) {
  everywhere = found.statuses[0].endpoints.length;
  for (const one of found.statuses) {
    entry("statuses", {
      id: `status-${one.status}`,
      code: String(one.status),
      numbers: [one.status],
      texts: [one.meaning, one.meaning_zh, one.arises, one.arises_zh, ...one.endpoints],
      list: `/_sim/console/requests?status=${one.status}`,
      arise: `codes/statuses/${one.status}/arise`,
      body: [both(one.meaning, one.meaning_zh), arises(one), h("ul", { class: "code-chips" }, places(one.endpoints))],
    });
  }
  for (const one of found.reports) {
    entry("reports", {
      id: `report-${one.code}`,
      code: String(one.code),
      numbers: [one.code],
      texts: [one.text, one.meaning, one.meaning_zh, one.arises, one.arises_zh],
      list: `/_sim/console/messages?state=${one.code}`,
      arise: `codes/reports/${one.code}/arise`,
      body: [both(one.meaning, one.meaning_zh), arises(one), h("ul", { class: "code-chips" }, h("li", { class: "mono", lang: "en" }, one.text))],
    });
  }
  const reasons = new Set(found.reasons.map((one) => one.code));
  for (const one of found.reasons) {
    entry("reasons", {
      id: one.code,
      code: one.code,
      numbers: [one.status, one.http_status].filter((number) => number !== null),
      texts: [one.sentence, one.sentence_zh, ...one.endpoints],
      list: `/_sim/console/requests?finding=${one.code}`,
      body: [both(one.sentence, one.sentence_zh), explained(one)],
    });
  }
  for (const one of found.notes) {
    entry("notes", {
      id: reasons.has(one.code) ? `${one.code}-note` : one.code,
      code: one.code,
      numbers: [],
      texts: [one.sentence, one.sentence_zh],
      list: `/_sim/console/requests?finding=${one.code}`,
      body: both(one.sentence, one.sentence_zh),
    });
  }
  for (const kind of KINDS) replace($("[data-entries]", $(`#${kind}`)), entries[kind].map((one) => one.element));
  $("#codes").removeAttribute("aria-busy");
}

/** What a reason explains, and where. */
function explained(one) {
  return h("ul", { class: "code-chips" },
    one.status !== null && h("li", { class: "linked" }, h("a", { href: `#status-${one.status}` }, statusBadge(one.status))),
    one.http_status !== null && h("li", { class: "linked" }, statusBadge(null, one.http_status)),
    places(one.endpoints),
    one.endpoints.length === 0 && h("li", {}, t("codes.anywhere")));
}

// --- making it arise ---

function ariseButton(path, code, came) {
  const button = h("button", { type: "button" }, t("codes.arise"), h("span", { class: "visually-hidden" }, ` ${code}`));
  button.addEventListener("click", async () => {
    const arisen = await attempt(() => api.post(path), button);
    if (arisen) drawCame(came, arisen, button);
    button.focus();
  });
  return button;
}

function drawCame(came, arisen, button) {
  const hide = h("button", { type: "button", class: "plain", on: { click: () => (replace(came), filter(), button.focus()) } }, t("codes.hide"));
  replace(came,
    h("div", { class: "spread" },
      h("p", { class: "row" }, h("span", { class: `badge ${arisen.arose ? "good" : "warn"}` }, t(arisen.arose ? "codes.arose" : "codes.other")),
        h("span", { class: "quiet" }, t(arisen.arose ? "codes.gone" : "codes.other.about"))),
      hide),
    arisen.exchanges.map(exchange));
}

function exchange(one) {
  const told = [...(one.reason ? [one.reason] : []), ...one.notes];
  return h("div", { class: "code-exchange" },
    h("h4", {}, t("codes.asked"), " ", h("span", { class: "mono" }, one.endpoint)),
    h("div", { class: "code-box with-copy" }, h("pre", {}, one.curl), copyButton(() => one.curl)),
    h("div", { class: "row" }, h("h4", {}, t("codes.answered")), one.answer === null ? h("span", { class: "badge bad" }, t("codes.unanswered")) : statusBadge(one.status, one.http_status)),
    h("div", { class: "code-box" }, h("pre", { class: one.answer === null ? "wrong" : null }, one.answer === null ? one.error : one.answer)),
    told.map(inWords),
    one.request !== null && h("p", {}, h("a", { href: `/_sim/console/requests/${one.request}` }, t("codes.journal", { id: one.request }))));
}

/** A reason or note of an answer; the text says more of this case than its code does. */
function inWords({ code, text }) {
  const zh = sentences[code];
  return h("p", { class: "code-words" }, h("a", { href: `#${code}`, class: "mono" }, code), " ",
    language === "zh" && zh && [h("span", { lang: CHINESE }, zh), h("br")],
    h("span", { lang: "en", class: language === "zh" ? "quiet" : null }, text));
}

const sentences = {}; // the Chinese sentence of a reason or note, by its code

// --- how often it was met ---

async function load() {
  if (!all().length) {
    const found = await api.get("codes");
    for (const one of [...found.notes, ...found.reasons]) sentences[one.code] = one.sentence_zh;
    drawAll(found);
  }
  const [coverage, findings] = await Promise.all([api.get("coverage"), api.get("findings")]);
  const found = Object.fromEntries(findings.items.map((one) => [`${one.kind}s ${one.code}`, one.count]));
  coverage.statuses.forEach((one, place) => (entries.statuses[place].met = one.count));
  coverage.reports.forEach((one, place) => (entries.reports[place].met = one.count));
  for (const kind of ["reasons", "notes"]) {
    for (const one of entries[kind]) one.met = found[`${kind} ${one.id.replace(/-note$/, "")}`] ?? 0;
  }
  for (const one of all()) {
    const text = one.met ? t("codes.count", { count: count(one.met) }) : t("codes.never");
    if (one.tally.textContent !== text) replace(one.tally, text);
    if (one.met) one.tally.href = one.list;
    else one.tally.removeAttribute("href"); // leads nowhere yet
    one.element.classList.toggle("met", one.met > 0);
  }
  filter();
  if (!arrived) arrive();
}

// --- finding one ---

/** What is looked for: a number means the codes that are it and the reasons of it; else every word must occur somewhere. */
function fitting() {
  const wanted = (query().get("q") ?? "").trim().toLowerCase();
  const met = query().get("met");
  const asked = (one) => met !== "yes" && met !== "no" ? true : (one.met > 0) === (met === "yes") || one.came.hasChildNodes(); // an answer is read before it goes
  const exact = all().filter((one) => one.numbers.includes(wanted));
  if (exact.length) return new Set(exact.filter(asked));
  const words = wanted.split(/\s+/);
  return new Set(all().filter((one) => asked(one) && words.every((word) => one.texts.includes(word))));
}

function filter() {
  const fits = fitting();
  for (const kind of KINDS) {
    const section = $(`#${kind}`);
    for (const one of entries[kind]) one.element.hidden = !fits.has(one);
    section.hidden = !entries[kind].some((one) => fits.has(one));
    replace($("[data-tally]", section), t("codes.tally", { met: entries[kind].filter((one) => one.met).length, all: entries[kind].length }));
  }
  $("#nothing").hidden = fits.size > 0;
  replace($("#found"), t("codes.found", { found: fits.size, all: all().length }));
}

function fill() {
  $("#find-text").value = query().get("q") ?? "";
  for (const button of $$("[data-met]")) button.setAttribute("aria-pressed", String(button.dataset.met === (query().get("met") ?? "")));
}

function look(changes, hash = "") {
  const wanted = query();
  for (const [name, value] of Object.entries(changes)) value ? wanted.set(name, value) : wanted.delete(name);
  const text = wanted.toString();
  history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}${hash}`);
  fill();
  filter();
}

// --- links to one ---

let arrived = false;

/** Go to the code that the address names, even when it is filtered out. */
function arrive() {
  arrived = true;
  for (const one of all()) one.element.classList.remove("target");
  const named = all().find((one) => one.id === decodeURIComponent(location.hash.slice(1)));
  if (!named) return;
  if (named.element.hidden) look({ q: "", met: "" }, location.hash);
  named.element.classList.add("target");
  named.element.scrollIntoView({ block: "center" });
  named.element.focus({ preventScroll: true });
}

$("#find").addEventListener("submit", (event) => event.preventDefault());
$("#find-text").addEventListener("input", (event) => look({ q: event.currentTarget.value.trim() }));
for (const button of $$("[data-met]")) button.addEventListener("click", () => look({ met: button.dataset.met }));
$("#clear").addEventListener("click", () => (look({ q: "", met: "" }), $("#find-text").focus()));
addEventListener("hashchange", arrive);
addEventListener("popstate", () => (fill(), filter()));
fill();
live(["request", "push"], load);
