// A rule or a fault, asked for in a dialog that says all the while what it would do.

import { Problem, api, codes, h, replace, stateWord, t } from "./core.js";
import { DelayField, EffectField, MatcherField } from "./behaviour_fields.js";
import { Field, ask, group } from "./forms.js";
import { faultSentence, ruleSentence } from "./behaviour_sentences.js";

const ENDPOINTS = ["getbalance", "sendsms", "getreport", "getsms", "*", "push"];

/** Ask for a new rule, or for what one shall be instead; gives the rule, or null when nothing was done. */
export async function askRule(one) {
  const known = one ?? {};
  const account = await accountField(known);
  const fields = {
    account,
    smstype: field("smstype", [["", t("behaviour.smstype.any")], ["0", "SMS"], ["1", "MMS"]], known.smstype),
    number: new MatcherField("number", ["exact", "prefix", "suffix", "regex"], known.number),
    content: new MatcherField("content", ["exact", "contains", "regex"], known.content),
    sender: new MatcherField("sender", ["exact", "prefix", "suffix", "contains", "regex"], known.sender),
    outcome: field("outcome", [["", t("behaviour.outcome.choose")], ...outcomes()], known.outcome),
    unsent_seconds: new DelayField("unsent_seconds", known.unsent_seconds),
    sending_seconds: new DelayField("sending_seconds", known.sending_seconds),
    ...often(known),
  };
  return askFor("rule", one, fields, ruleSentence, [
    ["whom", ["account", "smstype", "number", "content", "sender"]],
    ["ends", ["outcome", "unsent_seconds", "sending_seconds"]],
    ["often", ["times", "probability", "enabled"]],
  ]);
}

/** Ask for a new fault, or for what one shall be instead; gives the fault, or null when nothing was done. */
export async function askFault(one) {
  const known = one ?? { endpoint: "sendsms" };
  const account = await accountField(known);
  const fields = {
    endpoint: field("endpoint", ENDPOINTS.map((name) => [name, t(`endpoint.${name}`)]), known.endpoint),
    account,
    delay_seconds: new DelayField("delay_seconds", known.delay_seconds),
    effect: new EffectField(known),
    after: field("after", "flag", known.after),
    ...often(known),
  };
  fields.endpoint.control.addEventListener("input", () => fields.effect.offer(fields.endpoint.value));
  return askFor("fault", one, fields, faultSentence, [
    ["whom", ["endpoint", "account"]],
    ["happens", ["effect", "delay_seconds", "after"]],
    ["often", ["times", "probability", "enabled"]],
  ]);
}

function askFor(kind, one, fields, sentence, groups) {
  const preview = h("p", { class: "sentence preview", "aria-live": "polite" });
  const show = () => replace(preview, draw(sentence({ ...read(fields), applied: 0 })));
  const many = `${kind}s`;
  let known = one;
  show();

  /** What somebody else made of it meanwhile is not lost unseen. */
  async function checkUnchanged() {
    const now = await api.get(`${many}/${one.id}`);
    const same = JSON.stringify({ ...now, applied: 0 }) === JSON.stringify({ ...known, applied: 0 });
    known = now;
    if (!same) throw new Problem(409, t("behaviour.changed"), []);
  }

  return ask({
    title: one ? t(`behaviour.${kind}.edit.title`, { id: one.id }) : t(`behaviour.${kind}.new.title`),
    verb: t(one ? "behaviour.save" : "behaviour.add"),
    wide: true,
    fields: Object.values(fields),
    body: h("div", { class: "body", on: { input: show } },
      preview,
      one && h("p", { class: "quiet" }, t("behaviour.edit.about")),
      groups.map(([name, settings]) => group(t(`behaviour.group.${name}`), settings.map((setting) => fields[setting].element)))),
    async deed(changed) {
      if (!one) return api.post(many, read(fields));
      const names = Object.keys(changed);
      if (names.length === 1 && names[0] === "enabled") return api.patch(`${many}/${one.id}`, changed);
      if (!names.length) return one;
      await checkUnchanged();
      return api.put(`${many}/${one.id}`, read(fields));
    },
    said: (made) => t(one ? `behaviour.${kind}.saved` : `behaviour.${kind}.added`, { id: made.id }),
  });
}

/** A sentence as elements: what somebody wrote is kept apart, codes stand out. */
export function draw(parts) {
  return parts.map((part) => (typeof part === "string" ? part : part.said !== undefined ? h("bdi", { class: "said-text" }, part.said) : h("b", { class: "num" }, part.code)));
}

/** The settings as the API takes them; what is empty is left out. */
function read(fields) {
  const settings = {};
  for (const one of Object.values(fields)) {
    const { name, value } = one;
    if (value === undefined || (value === "" && !(one instanceof DelayField))) continue; // a delay without its number is none
    if (one instanceof EffectField) Object.assign(settings, value);
    else if (["outcome", "smstype"].includes(name)) settings[name] = Number(value);
    else settings[name] = value;
  }
  if (settings.after === false) delete settings.after;
  if (settings.enabled === true) delete settings.enabled;
  return settings;
}

const field = (name, kind, value, more = {}) => new Field("behaviour", name, kind, value, more);

function often(known) {
  const times = field("times", "number", known.times || null);
  const probability = field("probability", "number", known.probability === 1 ? null : known.probability);
  for (const one of [times, probability]) one.control.placeholder = t(`behaviour.${one.name}.placeholder`);
  return { times, probability, enabled: field("enabled", "flag", known.enabled ?? true) };
}

/** Whose: accounts that there are are offered, and any other may be named. */
async function accountField(known) {
  const found = await api.get("accounts", { limit: 200 });
  const made = field("account", "text", known.account, { list: "known-accounts" });
  made.control.placeholder = t("behaviour.account.any");
  made.element.append(h("datalist", { id: "known-accounts" }, found.items.map((one) => h("option", { value: one.account }))));
  return made;
}

function outcomes() {
  const known = [0, 1, 2, ...Object.keys(codes.reports).map(Number).filter((code) => code > 2).sort((one, other) => one - other)];
  return known.map((code) => [String(code), `${code} ${stateWord(code)}`]);
}
