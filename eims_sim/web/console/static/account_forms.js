// What may be said of an account, asked for in a dialog: all of its settings, or money to add.

import { $, Problem, api, h, money, replace, say, segment, showDialog, t } from "./core.js";

const GROUPS = [
  ["credentials", [["account", "text"], ["password", "secret"], ["auth", ["plain", "md5", "any"]], ["key", "secret"], ["seq_policy", ["any", "unique", "increasing"]], ["max_skew_seconds", "number"]]],
  ["money", [["balance", "money"], ["gift", "money"], ["price", "money"], ["mms_price", "money"], ["billing", ["message", "segment"]], ["refund_failed", "flag"]]],
  ["limits", [["locked", "flag"], ["lock_after_failures", "number"], ["allowed_ips", "lines"]]],
  ["callback", [["callback_url", "text"]]],
  ["inbound", [["numbers", "lines"]]],
  ["contents", [["sensitive_words", "texts"], ["templates", "texts"]]],
];
const SECRETS = ["password", "key"];

/** Ask for the settings of a new account, or what is to change of one that there is; gives the account, or null when nothing was
 *  done. Only what was changed here is sent: what the account is charged meanwhile is not lost. */
export function askAccount(one) {
  const known = one ?? {};
  const fields = GROUPS.flatMap(([, settings]) => settings)
    .filter(([name]) => !(one && name === "account"))
    .map(([name, kind]) => new Field(name, kind, known[name], { unchanged: Boolean(one) && SECRETS.includes(name) }));
  const by = new Map(fields.map((field) => [field.name, field]));
  const groups = GROUPS.map(([group, settings]) => h("fieldset", { class: "group" },
    h("legend", {}, h("h3", {}, t(`accounts.group.${group}`))),
    h("div", { class: "fields" }, settings.map(([name]) => by.get(name)?.element))));
  if (!one) showDefaults(fields);
  return ask({
    title: one ? t("accounts.edit.title", { account: one.account }) : t("accounts.new.title"),
    verb: one ? t("accounts.save") : t("accounts.create"),
    wide: true,
    fields,
    body: [one && h("p", { class: "quiet" }, t("accounts.edit.about")), groups],
    async deed(changed) {
      if (!one) return api.post("accounts", changed);
      return Object.keys(changed).length ? api.patch(`accounts/${segment(one.account)}`, changed) : one;
    },
    said: (account) => t(one ? "accounts.saved" : "accounts.created", { account: account.account }),
  });
}

/** Ask how much money to add; gives the account, or null when nothing was done. */
export function askMoney(one) {
  const fields = ["balance", "gift"].map((name) => new Field(name, "money", "", { help: t("accounts.topup.now", { amount: money(one[name]) }) }));
  return ask({
    title: t("accounts.topup.title", { account: one.account }),
    verb: t("accounts.topup.do"),
    fields,
    body: [h("p", { class: "quiet" }, t("accounts.topup.about")), h("div", { class: "fields" }, fields.map((field) => field.element))],
    deed: (changed) => api.post(`accounts/${segment(one.account)}/topup`, changed),
    said: (account) => t("accounts.topup.done", { account: account.account, balance: money(account.balance), gift: money(account.gift) }),
  });
}

/** What a setting is when nothing is said of it, as the description of the API has it. */
async function showDefaults(fields) {
  const described = await api.get("openapi.json").catch(() => null);
  const properties = described?.components.schemas.AccountSettings.properties ?? {};
  for (const field of fields) field.showDefault(properties[field.name]?.default);
}

function ask({ title, verb, fields, body, deed, said, wide = false }) {
  const trouble = h("p", { class: "wrong", role: "alert", hidden: true });
  const submit = h("button", { class: "first" }, verb);
  const form = h("form", { novalidate: true, autocomplete: "off" },
    h("h2", { id: "ask-title" }, title), body, trouble,
    h("div", { class: "row end foot" }, h("button", { type: "button", on: { click: () => dialog.close() } }, t("cancel")), submit));
  const dialog = h("dialog", { class: wide ? "wide account-form" : null, "aria-labelledby": "ask-title" }, form);
  let outcome = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const changed = Object.fromEntries(fields.filter((field) => field.changed).map((field) => [field.name, field.value]));
    try {
      outcome = await deed(changed);
      say(said(outcome));
      dialog.close();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      tell(error);
    } finally {
      submit.disabled = false;
    }
  });

  function tell(problem) {
    const others = [];
    for (const field of fields) field.tell([]);
    const places = problem.errors.map(({ pointer, detail }) => {
      const [name, line] = pointer.slice(1).split("/");
      const field = fields.find((one) => one.name === name);
      if (!field) others.push(detail);
      return { field, text: line === undefined ? detail : t("accounts.line", { line: Number(line) + 1, detail }) };
    });
    for (const field of fields) field.tell(places.filter((place) => place.field === field).map((place) => place.text));
    if (!problem.errors.length) others.push(problem.detail);
    trouble.hidden = others.length === 0;
    replace(trouble, others.join(" · "));
    $("[aria-invalid]", form)?.focus();
  }

  return new Promise((resolve) => showDialog(dialog, () => resolve(outcome)));
}

/** One setting: its label, its control, what it is for, and what is wrong with it. */
class Field {
  constructor(name, kind, value, { unchanged = false, help = t(`accounts.${name}.help`) } = {}) {
    this.name = name;
    this.kind = kind;
    const id = `setting-${name}`;
    this.help = h("p", { class: "help", id: `${id}-help` }, help);
    this.wrong = h("p", { class: "wrong", id: `${id}-wrong`, hidden: true });
    this.control = makeControl(kind, name, { id, "aria-describedby": `${id}-help ${id}-wrong` });
    write(this.control, kind, value);
    if (unchanged) this.control.placeholder = t("accounts.unchanged");
    this.before = JSON.stringify(this.value);
    const label = h("label", { for: id }, t(`accounts.${name}`));
    const flag = kind === "flag";
    this.element = h("div", { class: `field${flag ? " flag" : ""}${name === "callback_url" ? " long" : ""}` }, flag ? [this.control, label] : [label, this.control], this.help, this.wrong);
  }

  get value() {
    const { value, checked } = this.control;
    if (this.kind === "flag") return checked;
    if (this.kind === "lines") return value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (this.kind === "texts") return value.split("\n").filter(Boolean);
    if (this.kind === "number") return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
    return this.kind === "secret" ? value : value.trim();
  }

  get changed() {
    return JSON.stringify(this.value) !== this.before;
  }

  showDefault(value) {
    if (this.control.placeholder === "" && ["string", "number"].includes(typeof value)) this.control.placeholder = String(value);
  }

  tell(texts) {
    this.wrong.hidden = texts.length === 0;
    replace(this.wrong, texts.join(" · "));
    if (texts.length) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }
}

function makeControl(kind, name, props) {
  if (Array.isArray(kind)) return h("select", props, kind.map((option) => h("option", { value: option }, t(`accounts.${name}.${option}`))));
  if (kind === "lines" || kind === "texts") return h("textarea", { ...props, rows: 3, spellcheck: "false", class: "mono" });
  if (kind === "flag") return h("input", { ...props, type: "checkbox" });
  if (kind === "secret") return h("input", { ...props, type: "password", autocomplete: "new-password" });
  return h("input", { ...props, type: "text", inputmode: kind === "text" ? null : "decimal", spellcheck: "false" });
}

function write(control, kind, value) {
  if (value === undefined || value === null) return;
  if (kind === "flag") control.checked = value;
  else control.value = Array.isArray(value) ? value.join("\n") : String(value);
}
