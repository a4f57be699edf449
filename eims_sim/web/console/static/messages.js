// Every message: searched, filtered, a page at a time, live.

import { $, api, bdi, codes, copyButton, h, moment, money, replace, stateBadge, stateWord, t } from "./core.js";
import { MASKED, urlLine } from "./curl.js";
import { list } from "./list.js";
import { gatewayZone, readClock, writeMoment } from "./shell.js";

function row(message) {
  const at = `/_sim/console/messages/${message.id}`;
  const cell = (key, kind, ...children) => h("td", { class: kind, dataset: { label: t(`messages.${key}`) } }, children);
  return h("tr", {},
    cell("id", "end-aligned id", h("a", { href: at, "data-go": true }, String(message.id))),
    cell("time", "narrow time", moment(message.accepted_at)),
    cell("account", "name", bdi(message.account)),
    cell("number", "num", bdi(message.number)),
    cell("sender", message.sender ? "name" : "name none", message.sender ? bdi(message.sender) : h("span", { class: "quiet" }, "–")),
    cell("content", "one-line content",
      message.smstype === 1 && [h("span", { class: "badge idle" }, t("messages.content.mms")), " "],
      h("bdi", { title: message.content }, h("a", { href: at, tabindex: "-1" }, message.content))),
    cell("state", "state", stateBadge(message.state)),
    cell("segments", "end-aligned segments", String(message.segments)),
    cell("price", "end-aligned price", money(message.price)));
}

function fillStates() {
  const states = [1, 2, ...Object.keys(codes.reports).map(Number)];
  $("#state").append(...states.map((state) => h("option", { value: String(state) }, `${state} ${stateWord(state)}`)));
}

/** The filters as the API takes them: bounds are in the gateway's zone. */
function asked({ since, until, ...filters }) {
  const zoned = (text, fraction = "") => text && `${text.length === 16 ? `${text}:00` : text}${fraction}${gatewayZone()}`;
  return { ...filters, since: zoned(since), until: zoned(until, ".999999") };
}

/** A link may hold a bound with its offset; here it is written as the form writes it. */
function adoptBounds() {
  const query = new URLSearchParams(location.search);
  for (const name of ["since", "until"]) {
    const text = query.get(name) ?? "";
    const ms = Date.parse(text.replace(" ", "+"));
    if (/([+\- ]\d\d:\d\d|Z)$/.test(text) && !Number.isNaN(ms)) query.set(name, writeMoment(ms).slice(0, 19));
  }
  if (query.toString() !== new URLSearchParams(location.search).toString()) history.replaceState(null, "", `${location.pathname}?${query}`);
}

let told = false;

/** Tell how the first message is sent, by an account that may send it so. */
async function showFirst() {
  if (told) return;
  told = true;
  const { items } = await api.get("accounts", { limit: 100 });
  const sender = items.find((one) => one.auth !== "md5" && !one.locked && !one.disabled && Number(one.balance) + Number(one.gift) > 0) ?? items[0];
  const sent = { account: sender?.account ?? "demo", password: MASKED, numbers: "13800138000", content: "Hello" };
  const line = urlLine("sendsms", sent, location.origin);
  const box = $("#first-curl");
  replace(box, line);
  box.after(copyButton(() => line));
  replace($("#first-password"), t("messages.none.password"));
}

async function fillAccounts() {
  if ($("#accounts").childElementCount > 0) return;
  const { items } = await api.get("accounts", { limit: 1000 });
  replace($("#accounts"), items.map((one) => h("option", { value: one.account })));
}

function shown(messages) {
  $("#table").hidden = messages.length === 0;
  if (messages.length === 0 && $("#list").dataset.filtered === "false") showFirst();
}

fillStates();
$("#filters").elements.namedItem("account").addEventListener("focus", () => fillAccounts().catch(() => {}), { once: true });
if (/[?&](since|until)=/.test(location.search)) {
  await readClock().catch(() => {});
  adoptBounds();
}
$("#more-filters").open = /[?&](sender|submit|since|until)=/.test(location.search);
list({ root: $("#list"), form: $("#filters"), path: "messages", kinds: ["message"], row, asked, shown });
