// Who may use the gateway: the list, and one account beside it (?account=NAME).

import { askAccount, askMoney } from "./account_forms.js";
import { $, address, api, attempt, bdi, confirmDeed, copyButton, count, h, money, replace, say, segment, shellWord, t } from "./core.js";
import { calculator } from "./digest.js";
import { arrange } from "./list.js";
import { live } from "./shell.js";

const LIMIT = 100;
const panel = $("#account");
const drawn = new Map(); // by name: what a row was drawn from, and its element

const query = () => new URLSearchParams(location.search);
const place = (account) => address(location.pathname, { contains: query().get("contains"), after: query().get("after"), account });
const list = (page, account) => address(`/_sim/console/${page}`, { account });

async function load() {
  const { contains, after, account: chosen } = Object.fromEntries(query());
  const [found, one] = await Promise.all([api.get("accounts", { limit: LIMIT, contains, after }), chosen && find(chosen)]);
  drawRows(found.items, chosen);
  drawFoot(found, contains, after);
  drawPanel(chosen, one);
}

async function find(name) {
  try {
    return await api.get(`accounts/${segment(name)}`);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

// --- the list ---

function drawRows(accounts, chosen) {
  const names = new Set(accounts.map((one) => one.account));
  for (const name of drawn.keys()) if (!names.has(name)) drawn.delete(name);
  arrange($("#accounts"), accounts.map((one) => {
    const from = JSON.stringify(one);
    const before = drawn.get(one.account);
    const element = before?.from === from ? before.element : redraw(before?.element, row(one));
    drawn.set(one.account, { from, element });
    element.classList.toggle("selected", one.account === chosen);
    return element;
  }));
  $("#no-accounts").hidden = accounts.length > 0;
}

/** Put new cells into a row that is there, so that the button that has the focus keeps it. */
function redraw(before, after) {
  if (!before) return after;
  const focused = [...before.querySelectorAll("a, button")].indexOf(document.activeElement);
  before.replaceChildren(...after.children);
  before.querySelectorAll("a, button")[focused]?.focus();
  return before;
}

function row(one) {
  const cell = (key, kind, ...children) => h("td", { class: kind, dataset: { label: t(`accounts.column.${key}`) } }, h("div", { class: "cell" }, children));
  return h("tr", {},
    cell("account", null, h("a", { href: place(one.account), class: "name", on: { click: follow } }, bdi(one.account)), " ", badges(one)),
    cell("balance", "end-aligned", amount(one.balance)),
    cell("gift", "end-aligned", amount(one.gift)),
    cell("price", "end-aligned aside", amount(one.price)),
    cell("numbers", "aside", few(one.numbers)),
    cell("callback_url", "aside", one.callback_url ? mono(one.callback_url) : nothing()),
    h("td", { class: "narrow" }, h("div", { class: "row deeds" }, topUpButton(one), lockButton(one), editButton(one))));
}

const nothing = () => h("span", { class: "quiet" }, "–");
const mono = (text) => bdi(text, { class: "mono" });

/** Money with its thousands parted. */
function amount(text) {
  const [units, decimals] = money(text).split(".");
  return count(BigInt(units)) + (decimals ? `.${decimals}` : "");
}

function few(texts) {
  if (!texts.length) return nothing();
  const rest = texts.length - 2;
  return [...texts.slice(0, 2).flatMap((text) => [mono(text), " "]), rest > 0 && h("span", { class: "quiet" }, `+${count(rest)}`)];
}

function badges(one) {
  const badge = (kind, key, values) => h("span", { class: `badge ${kind}` }, t(`accounts.${key}`, values));
  return [
    badge("idle", `auth.${one.auth}`), " ",
    one.disabled && [badge("warn", "disabled"), " "],
    one.locked && [badge("bad", "locked.is"), " "],
    one.failures > 0 && badge("warn", "failures.is", { failures: one.failures }),
  ];
}

function drawFoot(found, contains, after) {
  const link = (key, query) => h("a", { href: address(location.pathname, query), class: "button", on: { click: follow } }, t(key));
  replace($("#accounts-foot"),
    h("span", { class: "quiet num" }, t("list.total", { total: count(found.total) })),
    h("span", { class: "row" },
      after && link("accounts.first", { contains }),
      found.items.length === LIMIT && link("accounts.more", { contains, after: found.next })));
}

// --- one account ---

let shown = null; // whose panel there is: {name, auth, parts}
let edited = false; // perhaps its secrets, which are not shown

function drawPanel(name, one) {
  panel.hidden = !name;
  $("#split").classList.toggle("open", Boolean(name));
  if (!name) return (shown = null, replace(panel));
  if (!one) {
    shown = null;
    return replace(panel, head(name), h("p", {}, t("accounts.unknown")));
  }
  if (shown?.name !== name || shown.auth !== one.auth) {
    shown = { name, auth: one.auth, from: null, head: h("div", { class: "stack" }), facts: h("div", { class: "stack" }), digest: calculator(one) };
    replace(panel, shown.head, shown.facts, balanceLine(one), shown.digest.element);
  } else if (edited) shown.digest.again();
  edited = false;
  const from = JSON.stringify(one);
  if (shown.from === from) return;
  shown.from = from;
  const focused = [...shown.head.querySelectorAll("a, button")].indexOf(document.activeElement);
  replace(shown.head, head(name, badges(one)),
    h("div", { class: "row deeds" }, topUpButton(one), lockButton(one), editButton(one), deleteButton(one)));
  shown.head.querySelectorAll("a, button")[focused]?.focus();
  replace(shown.facts, facts(one));
}

function head(name, ...marks) {
  return h("div", { class: "panel-head" },
    h("h2", { id: "account-name", tabindex: "-1" }, bdi(name)),
    h("a", { href: place(null), class: "button plain", "aria-label": t("accounts.close"), on: { click: follow } }, "✕"),
    h("p", { class: "row" }, marks));
}

function facts(one) {
  const texts = (list) => list.length > 0 && h("ul", { class: "texts" }, list.map((text) => h("li", {}, mono(text))));
  const { failures, lock_after_failures: most, max_skew_seconds: seconds } = one;
  const rows = [
    ["balance", amount(one.balance)],
    ["gift", amount(one.gift)],
    ["price", amount(one.price)],
    ["mms_price", amount(one.mms_price)],
    ["billing", t(`accounts.billing.${one.billing}`)],
    ["refund_failed", one.refund_failed && t("accounts.yes")],
    ["auth", t(`accounts.auth.${one.auth}`)],
    ["seq_policy", one.seq_policy !== "any" && t(`accounts.seq_policy.${one.seq_policy}`)],
    ["max_skew_seconds", seconds > 0 && t("accounts.seconds", { seconds })],
    ["failures", most > 0 ? t("accounts.failures.of", { failures, most }) : failures > 0 && String(failures)],
    ["allowed_ips", texts(one.allowed_ips)],
    ["callback_url", one.callback_url ? mono(one.callback_url) : nothing()],
    ["numbers", texts(one.numbers) || nothing()],
    ["sensitive_words", texts(one.sensitive_words)],
    ["templates", texts(one.templates)],
  ];
  return [
    h("dl", { class: "facts" }, rows.filter(([, value]) => value).map(([key, value]) => [h("dt", {}, t(`accounts.${key}`)), h("dd", {}, value)])),
    h("p", { class: "row links" }, ["messages", "requests", "pushes"].map((page) => h("a", { href: list(page, one.account), class: "button" }, t(`nav.${page}`)))),
  ];
}

function balanceLine(one) {
  if (one.auth === "md5") return null;
  const line = `curl -G ${location.origin}/getbalance --data-urlencode ${shellWord(`account=${one.account}`)} --data-urlencode "password=$EIMS_PASSWORD"`;
  return h("section", { class: "part" },
    h("h3", {}, t("accounts.ask")),
    h("div", { class: "code-box with-copy" }, h("pre", {}, line), copyButton(() => line)));
}

// --- deeds ---

const path = (one) => `accounts/${segment(one.account)}`;

function topUpButton(one) {
  return h("button", { type: "button", on: { click: async () => (await askMoney(one)) && refresh() } }, t("accounts.topup"));
}

function editButton(one) {
  async function edit(event) {
    const now = await attempt(() => api.get(path(one)), event.currentTarget);
    if (!now || (await askAccount(now))) refresh();
  }
  return h("button", { type: "button", on: { click: edit } }, t("accounts.edit"));
}

function lockButton(one) {
  async function turn(event) {
    await attempt(() => api.patch(path(one), { locked: !one.locked }), event.currentTarget);
    refresh();
  }
  return h("button", { type: "button", on: { click: turn } }, t(one.locked ? "accounts.unlock" : "accounts.lock"));
}

function deleteButton(one) {
  async function remove(event) {
    const button = event.currentTarget;
    const what = await attempt(() => Promise.all(["messages", "inbound", "pushes"].map((kind) => api.get(kind, { account: one.account, limit: 1 }))), button);
    if (!what) return;
    const [messages, inbound, pushes] = what.map(({ total }) => (total === null ? t("list.uncounted") : count(total)));
    const question = t("accounts.delete.ask", { account: one.account, messages, inbound, pushes });
    if (!(await confirmDeed(question, t("accounts.delete.do")))) return;
    const done = await attempt(async () => (await api.delete(path(one)), true), button);
    if (!done) return;
    say(t("accounts.deleted", { account: one.account }));
    go(place(null));
  }
  return h("button", { type: "button", class: "danger", on: { click: remove } }, t("accounts.delete"));
}

// --- where we are ---

function follow(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(event.currentTarget.href);
}

async function go(where) {
  const left = query().get("account");
  history.pushState(null, "", where);
  await attempt(load);
  if (query().has("account")) $("#account-name")?.focus();
  else if (left !== null) (drawn.has(left) ? $("a.name", drawn.get(left).element) : $("#new-account")).focus({ preventScroll: true });
}

$("#new-account").addEventListener("click", async () => {
  const made = await askAccount(null);
  if (made) go(place(made.account));
});
const filter = $("#filter-contains");
filter.value = query().get("contains") ?? "";
filter.addEventListener("input", () => {
  history.replaceState(null, "", address(location.pathname, { contains: filter.value, account: query().get("account") }));
  refresh();
});
$("#filters").addEventListener("submit", (event) => event.preventDefault());
addEventListener("popstate", () => {
  filter.value = query().get("contains") ?? "";
  refresh();
});
const told = (kind) => (edited ||= !["request", "message"].includes(kind));
const refresh = live(["account", "request", "message"], load, { told }); // a submit spends, a message that fails may pay back
