// A form in a dialog: settings as fields, each with what it is for and, when the server refuses it, what is wrong with it.

import { $, Problem, h, replace, say, showDialog, t } from "./core.js";

/** Ask for settings; gives what `deed` gave, or null when nothing was done. `deed` is told the values of the fields that were
 *  changed, by name; what it refuses stands beside the field that it names, and beneath the form where it names none.
 *  `said` tells of what was done. */
export function ask({ title, verb, fields, body, deed, said, wide = false }) {
  const trouble = h("p", { class: "wrong", role: "alert", hidden: true });
  const submit = h("button", { class: "first" }, verb);
  const form = h("form", { novalidate: true, autocomplete: "off" },
    h("h2", { id: "ask-title" }, title), body, trouble,
    h("div", { class: "row end foot" }, h("button", { type: "button", on: { click: () => dialog.close() } }, t("cancel")), submit));
  const dialog = h("dialog", { class: wide ? "wide settings-form" : null, "aria-labelledby": "ask-title" }, form);
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
      const field = fields.find((one) => one.names.includes(name));
      if (!field) others.push(detail);
      return { field, text: field?.lines && line !== undefined ? t("form.line", { line: Number(line) + 1, detail }) : detail };
    });
    for (const field of fields) field.tell(places.filter((place) => place.field === field).map((place) => place.text));
    if (!problem.errors.length) others.push(problem.detail);
    trouble.hidden = others.length === 0;
    replace(trouble, others.join(" · "));
    $("[aria-invalid]", form)?.focus();
  }

  return new Promise((resolve) => showDialog(dialog, () => resolve(outcome)));
}

/** Fields that belong together, under a heading. */
export function group(title, elements) {
  return h("fieldset", { class: "group" }, h("legend", {}, h("h3", {}, title)), h("div", { class: "fields" }, elements));
}

/** One setting: its label, its control, what it is for, and what is wrong with it. `kind` is text, secret, number, money, flag,
 *  lines, texts, or the options of a select: names that have texts, or pairs of a value and a word. `texts` is what the keys of
 *  its label (`texts.name`) and its help (`texts.name.help`) begin with. */
export class Field {
  constructor(texts, name, kind, value, { unchanged = false, help = t(`${texts}.${name}.help`), long = false, list = null } = {}) {
    this.name = name;
    this.names = [name];
    this.kind = kind;
    this.id = `setting-${name}`;
    this.texts = texts;
    this.help = h("p", { class: "help", id: `${this.id}-help` }, help);
    this.wrong = h("p", { class: "wrong", id: `${this.id}-wrong`, hidden: true });
    this.label = t(`${texts}.${name}`);
    this.control = this.make({ id: this.id, "aria-describedby": `${this.id}-help ${this.id}-wrong`, list });
    this.write(value);
    if (unchanged) this.control.placeholder = t("form.unchanged");
    this.before = JSON.stringify(this.value);
    this.element = this.lay(long);
  }

  get lines() {
    return this.kind === "lines" || this.kind === "texts";
  }

  get value() {
    const { value, checked } = this.control;
    if (this.kind === "flag") return checked;
    if (this.kind === "lines") return value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (this.kind === "texts") return value.split("\n").filter(Boolean);
    if (this.kind === "number") return numberIn(value);
    return this.kind === "secret" ? value : value.trim();
  }

  get changed() {
    return JSON.stringify(this.value) !== this.before;
  }

  make(props) {
    const { kind } = this;
    if (Array.isArray(kind)) {
      const pairs = kind.map((option) => (Array.isArray(option) ? option : [option, t(`${this.texts}.${this.name}.${option}`)]));
      return h("select", props, pairs.map(([value, word]) => h("option", { value }, word)));
    }
    if (this.lines) return h("textarea", { ...props, rows: 3, spellcheck: "false", class: "mono" });
    if (kind === "flag") return h("input", { ...props, type: "checkbox" });
    if (kind === "secret") return h("input", { ...props, type: "password", autocomplete: "new-password" });
    return h("input", { ...props, type: "text", inputmode: kind === "text" ? null : "decimal", spellcheck: "false" });
  }

  write(value) {
    if (value === undefined || value === null) return;
    if (this.kind === "flag") this.control.checked = value;
    else this.control.value = Array.isArray(value) ? value.join("\n") : String(value);
  }

  lay(long) {
    const label = h("label", { for: this.id }, this.label);
    const flag = this.kind === "flag";
    return h("div", { class: `field${flag ? " flag" : ""}${long ? " long" : ""}` }, flag ? [this.control, label] : [label, this.control], this.help, this.wrong);
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

/** What was typed as a number; what is none stays as it is, and the server says so. */
export function numberIn(text) {
  return text.trim() === "" || !Number.isFinite(Number(text)) ? text : Number(text);
}
