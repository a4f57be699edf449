// What goes otherwise than it should, on purpose: presets, rules and faults, each with its switch and its count.

import { $, api, attempt, codes, confirmDeed, count, h, replace, say, segment, t } from "./core.js";
import { askFault, askRule, draw } from "./behaviour_forms.js";
import { arrange, renew } from "./list.js";
import { faultSentence, plain, ruleSentence } from "./behaviour_sentences.js";
import { live } from "./shell.js";

const LIMIT = 200;
const KINDS = {
  rule: { path: "rules", sentence: ruleSentence, ask: askRule, code: (rule) => rule.outcome > 2 && codes.reports[rule.outcome] },
  fault: { path: "faults", sentence: faultSentence, ask: askFault, code: (fault) => codes.statuses[fault.status] },
};
const drawn = new Map(); // by kind and id: what an element was drawn from, and it

async function load() {
  const [presets, ...lists] = await Promise.all([api.get("presets"), ...Object.values(KINDS).map(({ path }) => api.get(path, { order: "precedence", limit: LIMIT }))]);
  show($("#presets"), presets.items, "preset", (one) => one.name, card);
  for (const [place, kind] of Object.keys(KINDS).entries()) {
    const { items, total } = lists[place];
    show($(`#${kind}s`), items, kind, (one) => one.id, (one) => row(kind, one));
    $(`#no-${kind}s`).hidden = items.length > 0;
    const foot = $(`#${kind}s-foot`);
    foot.hidden = total <= items.length;
    replace(foot, t("behaviour.more", { shown: count(items.length), total: count(total ?? items.length) }));
  }
}

function show(parent, items, kind, key, make) {
  const kept = new Set(items.map((one) => `${kind} ${key(one)}`));
  for (const name of drawn.keys()) if (name.startsWith(`${kind} `) && !kept.has(name)) drawn.delete(name);
  arrange(parent, items.map((one) => {
    const name = `${kind} ${key(one)}`;
    const from = JSON.stringify(one);
    const before = drawn.get(name);
    if (before?.from === from) return before.element;
    const element = renew(before?.element, make(one));
    drawn.set(name, { from, element });
    return element;
  }));
}

// --- presets ---

function card(preset) {
  const title = t(`preset.${preset.name}`);
  const id = `preset-${preset.name}`;
  return h("li", { class: `card preset${preset.on ? " is-on" : ""}` },
    h("div", { class: "spread" },
      h("h3", { id }, title),
      turn(preset.on, { "aria-labelledby": id, "aria-describedby": `${id}-about` }, (on) => api.put(`presets/${segment(preset.name)}`, { on }))),
    h("p", { class: "quiet", id: `${id}-about` }, t(`preset.${preset.name}.about`)),
    h("p", { class: "applied num" }, applied(preset)));
}

// --- rules and faults ---

function row(kind, one) {
  const { path, sentence, ask, code } = KINDS[kind];
  const parts = sentence(one);
  const about = plain(parts);
  const on = one.enabled ?? true;
  const target = `${path}/${one.id}`;
  const spent = one.times > 0 && one.applied >= one.times;
  async function edit(event) {
    const now = await attempt(() => api.get(target), event.currentTarget);
    if (now && (await ask(now))) refresh();
  }
  async function remove(event) {
    const button = event.currentTarget;
    if (!(await confirmDeed(t(`behaviour.${kind}.delete.ask`, { about }), t("behaviour.delete.do")))) return;
    const done = await attempt(async () => (await api.delete(target), true), button);
    if (!done) return;
    say(t(`behaviour.${kind}.deleted`, { id: one.id }));
    $(`#new-${kind}`).focus();
    refresh();
  }
  return h("li", { class: `behaviour${on ? "" : " is-off"}` },
    turn(on, { "aria-label": about }, (enabled) => api.patch(target, { enabled })),
    h("div", { class: "what" },
      h("p", { class: "sentence" }, draw(parts)),
      h("p", { class: "quiet" }, h("span", { class: "num" }, `#${one.id}`), kind === "fault" && code(one) && ` · ${code(one)}`)),
    h("p", { class: "applied num" }, spent && [h("span", { class: "badge idle" }, t("behaviour.spent")), " "], applied(one)),
    h("div", { class: "row deeds" },
      h("button", { type: "button", "aria-label": t("behaviour.edit.of", { about }), on: { click: edit } }, t("behaviour.edit")),
      h("button", { type: "button", class: "danger", "aria-label": t("behaviour.delete.of", { about }), on: { click: remove } }, t("behaviour.delete"))));
}

function applied(one) {
  if (one.times) return t("behaviour.applied.of", { count: count(one.applied), times: count(one.times) });
  return one.applied === 1 ? t("behaviour.applied.one") : t("behaviour.applied", { count: count(one.applied) });
}

function turn(on, props, deed) {
  async function click() {
    await attempt(() => deed(!on)); // never disabled: it would lose the focus
    refresh();
  }
  return h("button", { type: "button", role: "switch", "aria-checked": String(on), ...props, on: { click } });
}

for (const [kind, { ask }] of Object.entries(KINDS)) {
  $(`#new-${kind}`).addEventListener("click", async (event) => {
    const made = await attempt(() => ask(null), null);
    event.target.focus();
    if (made) refresh();
  });
}
const refresh = live(["request", "message", "push"], load);
