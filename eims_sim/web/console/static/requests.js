// Requests: the journal as it grows, one entry beside it, and what clients did wrong, grouped by finding.

import { $, api, attempt, codes, confirmDeed, copyButton, h, milliseconds, moment, replace, say, t } from "./core.js";
import { list } from "./list.js";
import { PAGE, answerBadges, place, showFinding, showRequest } from "./request_detail.js";
import { sentences } from "./sentences.js";
import { live, refreshAll } from "./shell.js";

const detail = $("#detail");
const opened = new Set(); // the findings whose requests are shown

const query = () => new URLSearchParams(location.search);
const chosen = () => Number(/\/requests\/(\d+)$/.exec(location.pathname)?.[1] ?? 0) || null;
const grouped = () => query().get("view") === "findings" && !chosen();

// --- the list ---

function requestRow(one) {
  const why = [...(one.reason ? [one.reason] : []), ...one.notes];
  return h("tr", { dataset: { id: one.id }, class: one.id === chosen() ? "selected" : null },
    h("td", { class: "end-aligned narrow request-id", "data-label": "#" }, String(one.id)),
    h("td", { class: "narrow request-at", "data-label": t("requests.at") }, moment(one.at)),
    h("td", { class: "request-name", "data-label": t("requests.request") },
      h("a", { href: place(one.id, location.search), dataset: { request: one.id }, "aria-current": one.id === chosen() ? "true" : null, "aria-label": `#${one.id} ${one.method} /${one.endpoint}` },
        h("span", { class: "method" }, one.method), " ", h("bdi", {}, `/${one.endpoint}`))),
    h("td", { class: "request-account with-room", "data-label": t("requests.account") }, one.account === null ? h("span", { class: "quiet" }, "–") : h("bdi", {}, one.account)),
    h("td", { class: "request-answer", "data-label": t("requests.answer") }, h("span", { class: "row tight" }, answerBadges(one))),
    h("td", { class: "request-why", "data-label": t("requests.why") }, why.length > 0 && h("code", { class: one.reason ? "why bad" : "why" }, why[0].code), why.length > 1 && h("span", { class: "quiet", title: why.map((reason) => reason.code).join("\n") }, ` +${why.length - 1}`)),
    h("td", { class: "end-aligned narrow quiet with-room request-took", "data-label": t("requests.duration") }, milliseconds(one.duration_ms)));
}

function fillFilters() {
  const statuses = Object.entries(codes.statuses).sort(([one], [other]) => other - one);
  $("#filter-status").append(...statuses.map(([status, meaning]) => h("option", { value: status }, `${status} ${meaning}`)));
  const curl = `curl -G ${location.origin}/getbalance -d account=demo --data-urlencode "password=$EIMS_PASSWORD"`;
  replace($("#first-curl"), h("pre", {}, curl), copyButton(() => curl));
}

function showFilterOfSubmit() {
  const submit = query().get("submit");
  $("#of-submit").hidden = !submit;
  if (submit) replace($("#of-submit"), t("requests.of_submit", { submit }));
}

function markChosen() {
  for (const row of $("[data-rows]").children) {
    const selected = Number(row.dataset.id) === chosen();
    row.classList.toggle("selected", selected);
    const link = $("a[data-request]", row);
    link.href = place(row.dataset.id, location.search);
    if (selected) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// --- one of them ---

function noneIfUnknown(error) {
  if (error.status !== 404) throw error;
  return null;
}

async function loadDetail() {
  const id = chosen();
  if (id === null) return;
  const [known, entry] = await Promise.all([sentences(), api.get(`requests/${id}`).catch(noneIfUnknown)]);
  if (id !== chosen()) return;
  showRequest(detail, id, entry, { known, open: (other) => go(place(other, location.search), { focus: true }) });
}

/** Show what the page's address names, without loading the page anew. */
function turn({ focus = false, load = true } = {}) {
  const wide = matchMedia("(min-width: 1180px)").matches;
  const id = chosen();
  $("#requests").hidden = grouped();
  $("#findings").hidden = !grouped();
  $("#requests").dataset.open = String(id !== null);
  $("#view-list").toggleAttribute("data-here", !grouped());
  $("#view-findings").toggleAttribute("data-here", grouped());
  for (const link of [$("#view-list"), $("#view-findings")]) {
    if (link.hasAttribute("data-here")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  detail.hidden = id === null;
  document.title = `${id === null ? "" : `#${id} · `}${t("requests.title")} · eims-sim`;
  showFilterOfSubmit();
  markChosen();
  if (id !== null && Number(detail.dataset.shown) !== id) replace(detail, h("p", { class: "quiet" }, t("loading")));
  if (id !== null && load) loadDetail().then(() => focus && !wide && ($("#detail-title").focus(), scrollTo({ top: 0 }))).catch((error) => say(error.message, "wrong"));
}

function go(where, options) {
  const filtered = new URL(where, location.href).search !== location.search;
  history.pushState(null, "", where);
  if (filtered) dispatchEvent(new PopStateEvent("popstate"));
  else turn(options);
}

/** Links to requests open beside the list; with a key held they do what links do. */
function follow(event) {
  const link = event.target.closest?.("a[data-request], a[data-back], #view-list, #view-findings");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const back = "back" in link.dataset ? chosen() : null;
  go(link.href, { focus: true });
  if (back) $(`a[data-request="${back}"]`)?.focus({ preventScroll: true });
  if (grouped()) refreshFindings();
}

// --- findings ---

async function loadFindings() {
  const { items } = await api.get("findings");
  replace($("#findings-known"), items.map((one) => h("option", { value: one.code })));
  if (!grouped()) return;
  $("#findings-none").hidden = items.length > 0;
  showFindings(items, await sentences());
}

function showFindings(items, known) {
  const parent = $("#findings-list");
  const shown = new Map([...parent.children].map((one) => [one.dataset.code, one]));
  for (const [code, element] of shown) if (!items.some((one) => one.code === code)) element.remove();
  for (const [at, one] of items.entries()) {
    const element = showFinding(shown.get(one.code), one, opened, known);
    if (parent.children[at] !== element) parent.insertBefore(element, parent.children[at] ?? null);
  }
}

async function clear(button) {
  if (!(await confirmDeed(t("requests.clear.ask"), t("requests.clear.do")))) return;
  const done = await attempt(async () => (await api.delete("requests"), true), button);
  if (!done) return;
  say(t("requests.clear.done"));
  if (chosen()) go(PAGE);
  refreshAll();
}

async function clearFindings(button) {
  if (!(await confirmDeed(t("requests.findings.ask"), t("requests.clear.do")))) return;
  await attempt(() => api.delete("findings"), button);
  refreshFindings();
}

fillFilters();
list({ root: $("#list"), form: $("#filters"), path: "requests", kinds: ["request"], row: requestRow, shown: markChosen });
const refreshFindings = live(["request"], loadFindings, { leastMs: 1000 });
live([], async () => chosen() && loadDetail());
turn({ load: false });
addEventListener("popstate", () => (turn(), refreshFindings()));
document.addEventListener("click", follow);
for (const event of ["change", "submit", "reset"]) $("#filters").addEventListener(event, () => turn());
$("#clear").addEventListener("click", (event) => clear(event.currentTarget));
$("#clear-findings").addEventListener("click", (event) => clearFindings(event.currentTarget));
