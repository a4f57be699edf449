// What may be said of an account, asked for in a dialog: all of its settings, or money to add.

import { api, h, money, segment, t } from "./core.js";
import { Field, ask, group } from "./forms.js";

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
    .map(([name, kind]) => new Field("accounts", name, kind, known[name], { unchanged: Boolean(one) && SECRETS.includes(name), long: name === "callback_url" }));
  const by = new Map(fields.map((field) => [field.name, field]));
  const groups = GROUPS.map(([name, settings]) => group(t(`accounts.group.${name}`), settings.map(([setting]) => by.get(setting)?.element)));
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
  const fields = ["balance", "gift"].map((name) => new Field("accounts", name, "money", "", { help: t("accounts.topup.now", { amount: money(one[name]) }) }));
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
