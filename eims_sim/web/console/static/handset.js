// Handset: pick a number, see its conversation as on its phone, write as the person who holds it.

import { $, $$, address, api, attempt, copyButton, h, replace, segment, t } from "./core.js";
import { MASKED, urlLine } from "./curl.js";
import { bubble, dayLine, handsetLine, keyOf } from "./bubbles.js";
import { arrange } from "./list.js";
import { live } from "./shell.js";

const RECENT = 50;
const PART = 50;
const MOST = 500; // bubbles on the page; what is older is in the list of messages
const NEAR_END = 80; // so many pixels from the end somebody still reads the newest

const log = $("#log");
const picked = () => (new URLSearchParams(location.search).get("number") ?? "").replace(/^ (?=\d)/, "+"); // a + that nobody escaped

// --- the picker ---

const recents = new Map(); // what was drawn, and from what

async function showRecents() {
  const prefix = $("#pick-number").value.trim();
  const { items } = await api.get("handsets", { number: prefix, limit: RECENT });
  const drawn = items.map((one) => kept(recents, one.number, [one, one.number === picked()], () => handsetLine(one, one.number === picked())));
  forget(recents, items.map((one) => one.number));
  arrange($("#recent"), drawn);
  $("#recent-empty").hidden = items.length > 0;
  replace($("#recent-empty"), prefix ? t("handset.recent.none") : t("handset.recent.empty"));
  if (!picked()) await showSilence(items.length === 0 && !prefix);
}

/** An element that is drawn anew only when what it shows has changed. */
function kept(drawn, key, shown, draw) {
  const from = JSON.stringify(shown);
  const before = drawn.get(key);
  if (before?.from === from) return before.element;
  const element = draw();
  drawn.set(key, { from, element });
  return element;
}

function forget(drawn, keys) {
  const wanted = new Set(keys);
  for (const key of drawn.keys()) if (!wanted.has(key)) drawn.delete(key);
}

function pick(number) {
  const where = address(location.pathname, { number });
  if (where !== location.pathname + location.search) history.pushState(null, "", where);
  turn();
  if (number) $("#phone-title").focus({ preventScroll: true });
}

/** Show what the page's address names. */
function turn() {
  const number = picked();
  $("#handset").dataset.open = String(Boolean(number));
  $("#phone-number").textContent = number || "–";
  $("#phone-title").hidden = !number;
  $("#phone-list").hidden = !number;
  $("#phone-list").href = address("/_sim/console/messages", { number });
  $("#reply-text").placeholder = t("handset.reply", { number });
  $("#reply-label").textContent = t("handset.reply", { number });
  document.title = document.title.replace(/^.*(?= · )/, number ? `${number} – ${t("handset.title")}` : t("handset.title"));
  shown = { number, limit: PART, last: null };
  chosenTo = null;
  bubbles.clear();
  replace($("#said-list"));
  for (const part of ["#earlier", "#earlier-list", "#newer", "#silent", "#reply", "#numberless"]) $(part).hidden = true;
  refreshRecents();
  refresh();
}

// --- the conversation ---

const bubbles = new Map();
let shown = { number: "", limit: PART, last: null };

async function showConversation() {
  const { number, limit } = shown;
  if (!number) return;
  const [answer, numbers] = await Promise.all([api.get(`handsets/${segment(number)}`, { limit }), api.get("inbound/numbers")]);
  if (number !== shown.number) return; // another was picked meanwhile
  const stay = shown.last === null || atTheEnd();
  showReply(numbers.items, answer.items.find((one) => one.direction === "mt")?.account); // it takes from the height
  draw(answer, stay);
  if (answer.items.length) $("#silent").hidden = true;
  else await showSilence(true);
}

function draw({ items, next }, stay) {
  const said = [...items].reverse();
  const elements = [];
  const keys = [];
  let [day, sender] = [null, null];
  for (const one of said) {
    if (one.at.slice(0, 10) !== day) {
      day = one.at.slice(0, 10);
      sender = null;
      keys.push(day);
      elements.push(kept(bubbles, day, dayLine(one.at).textContent, () => dayLine(one.at)));
    }
    const named = one.direction === "mt" && one.sender !== sender;
    sender = one.direction === "mt" ? one.sender : sender;
    keys.push(keyOf(one));
    elements.push(kept(bubbles, keyOf(one), [one, named], () => bubble(one, named)));
  }
  forget(bubbles, keys);
  const newest = said.length ? keyOf(said.at(-1)) : "";
  keepPlace(() => {
    arrange($("#said-list"), elements);
    $("#earlier").hidden = next === null || shown.limit >= MOST;
    $("#earlier-list").hidden = next === null || shown.limit < MOST;
  }, newest, stay);
}

/** Change what is shown: who reads the newest goes on with it, who reads older ones keeps them under the eyes. */
function keepPlace(change, newest, atEnd) {
  const top = (one) => one.getBoundingClientRect().top;
  const before = atEnd ? [] : $$("li:not(.day)", log).filter((one) => one.getBoundingClientRect().bottom > top(log)).map((one) => [one, top(one)]);
  change();
  const [anchor, was] = before.find(([one]) => one.isConnected) ?? []; // the first may have been drawn anew
  if (atEnd) log.scrollTop = log.scrollHeight;
  else if (anchor) log.scrollTop += top(anchor) - was;
  if (newest !== shown.last) $("#newer").hidden = atEnd;
  shown.last = newest;
}

const atTheEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;

async function showSilence(withExample) {
  const number = picked();
  const told = [h("p", {}, t(number ? "handset.silent" : "handset.nothing"))];
  if (withExample) {
    const owner = (await api.get("inbound/numbers")).items[0]?.account ?? "demo";
    const sent = { account: owner, password: MASKED, numbers: number || "13800138000", content: t("handset.nothing.content") };
    const curl = urlLine("sendsms", sent, location.origin);
    if (!number) told.push(h("p", {}, t("handset.nothing.try")));
    told.push(h("div", { class: "code-box with-copy" }, h("pre", {}, curl), copyButton(() => curl)));
  }
  if (number !== picked()) return;
  const from = JSON.stringify([number, withExample]);
  if ($("#silent").dataset.from !== from) replace($("#silent"), told);
  $("#silent").dataset.from = from;
  $("#silent").hidden = $("#said-list").children.length > 0;
}

// --- the reply ---

let chosenTo = null; // what somebody chose for this number; else the account that wrote last decides

function showReply(numbers, account) {
  $("#reply").hidden = numbers.length === 0;
  $("#numberless").hidden = numbers.length > 0;
  const select = $("#reply-to");
  const from = JSON.stringify(numbers);
  if (select.dataset.from !== from) {
    const names = [...new Set(numbers.map((one) => one.account))];
    replace(select, names.map((name) => h("optgroup", { label: name },
      numbers.filter((one) => one.account === name).map(({ number }) => h("option", { value: number }, `${number} · ${name}`)))));
    select.dataset.from = from;
  }
  const own = numbers.find((one) => one.account === account);
  const wanted = numbers.find((one) => one.number === chosenTo) ?? own ?? numbers[0];
  if (wanted) select.value = wanted.number;
  const note = $("#reply-unowned");
  note.hidden = !account || Boolean(own);
  if (!note.hidden) note.textContent = t("handset.unowned", { account });
}

async function write(content, button) {
  if (!content.trim()) return false;
  const body = { from: shown.number, to: $("#reply-to").value, content };
  const kept = await attempt(() => api.post("inbound", body), button);
  if (kept) {
    log.scrollTop = log.scrollHeight;
    refresh();
  }
  return Boolean(kept);
}

async function send() {
  const text = $("#reply-text");
  const content = text.value;
  text.value = ""; // at once, so that the next can be written
  if (!(await write(content, null)) && !text.value) text.value = content;
  grow();
}

/** As tall as what is written, up to what the style allows. */
function grow() {
  const text = $("#reply-text");
  text.style.setProperty("height", "auto");
  text.style.setProperty("height", `${text.scrollHeight + 2}px`);
}

function start() {
  $("#pick").addEventListener("submit", (event) => {
    event.preventDefault();
    const number = $("#pick-number").value.trim();
    if (number) pick(number);
  });
  $("#pick-number").addEventListener("input", refreshRecents);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#recent a, #phone-back");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    pick(link.dataset.number ?? "");
  });
  $("#earlier-do").addEventListener("click", () => {
    shown.limit = Math.min(shown.limit * 2, MOST);
    refresh();
  });
  $("#newer").addEventListener("click", () => (log.scrollTop = log.scrollHeight));
  log.addEventListener("scroll", () => atTheEnd() && ($("#newer").hidden = true), { passive: true });
  $("#reply").addEventListener("submit", (event) => (event.preventDefault(), send()));
  $("#reply-text").addEventListener("input", grow);
  $("#reply-text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  $("#reply-to").addEventListener("change", (event) => (chosenTo = event.target.value));
  for (const button of $$("[data-quick]")) button.addEventListener("click", () => write(t(button.dataset.quick), button));
  addEventListener("popstate", turn);
}

const refreshRecents = live(["message", "inbound"], showRecents);
const refresh = live(["message", "inbound", "account"], showConversation);
start();
turn();
