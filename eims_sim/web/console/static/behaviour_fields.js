// The settings of rules and faults that are more than one control: a condition on a text, a delay, an effect.

import { codes, h, replace, t } from "./core.js";
import { Field, numberIn } from "./forms.js";

/** A setting of a choice and, by what is chosen, controls beside it. Below, `parts` names them for each choice. */
class Chosen extends Field {
  constructor(name, options, value) {
    super("behaviour", name, options, null);
    this.beside = h("div", { class: "beside" });
    this.control.after(this.beside);
    this.element.classList.add("chosen");
    this.control.addEventListener("input", () => this.show()); // before who reads the form hears of it
    this.read(value ?? null);
    this.before = JSON.stringify(this.value);
  }

  get value() {
    return this.beside ? this.written(this.control.value) : undefined;
  }

  /** Show the controls of what is chosen, holding these values. */
  show(values = []) {
    this.inputs = this.parts(this.control.value).map(([label, props], place) => {
      const { options, rows, ...more } = props;
      const shared = { "aria-label": `${this.label}: ${label}`, "aria-describedby": `${this.id}-wrong`, ...more };
      const input = options
        ? h("select", shared, options.map(([value, word]) => h("option", { value }, word)))
        : h(rows ? "textarea" : "input", { ...(rows ? { rows } : { type: "text" }), spellcheck: "false", ...shared });
      if (values[place] !== undefined) input.value = String(values[place]);
      return input;
    });
    const labels = this.parts(this.control.value).map(([label]) => label);
    replace(this.beside, this.inputs.map((input, place) => h("label", { class: "part" }, h("span", {}, labels[place]), input)));
    this.beside.hidden = this.inputs.length === 0;
    this.element.dataset.parts = String(this.inputs.length);
  }

  choose(choice, values) {
    this.control.value = choice;
    this.show(values);
  }

  tell(texts) {
    super.tell(texts);
    for (const input of this.inputs) {
      if (texts.length) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }
}

/** A condition on a text: which kind, and what it compares with. A content may have lines. */
export class MatcherField extends Chosen {
  constructor(name, kinds, value) {
    super(name, [["", t("behaviour.match.any")], ...kinds.map((kind) => [kind, t(`behaviour.match.${kind}`)])], value);
  }

  get size() {
    return this.name === "content" ? { rows: 2 } : {};
  }

  parts(kind) {
    return kind ? [[t("behaviour.match.text"), { class: "mono", ...this.size }]] : [];
  }

  read(matcher) {
    const [kind, text] = Object.entries(matcher ?? {})[0] ?? ["", ""];
    this.choose(kind, [text]);
  }

  written(kind) {
    return kind ? { [kind]: this.inputs[0].value } : undefined;
  }
}

/** No delay, a number of seconds, or a distribution of them. */
export class DelayField extends Chosen {
  constructor(name, value) {
    super(name, ["", "fixed", "uniform", "lognormal"].map((shape) => [shape, t(`delay.${shape || "none"}`)]), value);
  }

  parts(shape) {
    const names = { fixed: ["seconds"], uniform: ["low", "high"], lognormal: ["median", "sigma"] }[shape] ?? [];
    return names.map((name) => [t(`delay.${name}`), { inputmode: "decimal" }]);
  }

  read(delay) {
    if (delay === null) return this.choose("", []);
    if (typeof delay === "number") return this.choose("fixed", [delay]);
    if (delay.uniform) return this.choose("uniform", delay.uniform);
    return this.choose("lognormal", [delay.lognormal.median, delay.lognormal.sigma]);
  }

  written(shape) {
    const [first, second] = this.inputs.map((input) => numberIn(input.value));
    if (shape === "fixed") return first;
    if (shape === "uniform") return { uniform: [first, second] };
    return shape === "lognormal" ? { lognormal: { median: first, sigma: second } } : undefined;
  }
}

const CHOICES = {
  status: null, http_status: null,
  connection: ["reset", "close", "hang"],
  body: ["malformed", "truncated", "empty", "slow"],
  body_text: null, repeat_inbound: null, report_first: null,
  reports: ["duplicate", "shuffle", "drop", "unknown"],
};
const NUMBERS = ["status", "http_status"];
const HOMES = { repeat_inbound: "getsms", report_first: "sendsms", reports: "push" };
const PUSH = "push";

const fits = (name, endpoint) => (HOMES[name] ?? (endpoint === PUSH ? null : endpoint)) === endpoint;

/** The one effect of a fault, or none: its value is an object of that setting. */
export class EffectField extends Chosen {
  constructor(fault) {
    super("effect", [], fault);
    this.names = Object.keys(CHOICES);
  }

  /** Offer the effects that a fault at this endpoint can have. */
  offer(endpoint) {
    const chosen = this.control.value;
    const values = this.inputs?.map((input) => input.value) ?? [];
    const choices = Object.entries(CHOICES).filter(([name]) => fits(name, endpoint))
      .flatMap(([name, some]) => (some ? some.map((one) => `${name}.${one}`) : [name]));
    replace(this.control, ["", ...choices].map((value) => h("option", { value }, t(`effect.${value || "none"}`))));
    this.choose(choices.includes(chosen) ? chosen : "", values);
  }

  parts(choice) {
    if (choice === "status") return [[t("behaviour.effect.status"), { options: statuses() }]];
    if (choice === "http_status") return [[t("behaviour.effect.http_status"), { inputmode: "numeric" }]];
    return choice === "body_text" ? [[t("behaviour.effect.body_text"), { class: "mono", rows: 2 }]] : [];
  }

  read(fault) {
    this.offer(fault?.endpoint ?? "sendsms");
    const name = Object.keys(CHOICES).find((one) => ![null, undefined, false].includes(fault?.[one]));
    if (name) this.choose(CHOICES[name] ? `${name}.${fault[name]}` : name, [fault[name]]);
  }

  written(choice) {
    if (!choice) return undefined;
    const [name, chosen] = choice.split(".");
    if (chosen) return { [name]: chosen };
    if (!this.inputs.length) return { [name]: true };
    const text = this.inputs[0].value;
    return { [name]: NUMBERS.includes(name) ? numberIn(text) : text };
  }
}

const statuses = () => Object.entries(codes.statuses).map(([code, meaning]) => [Number(code), meaning])
  .filter(([code]) => code < 0).sort(([one], [other]) => other - one).map(([code, meaning]) => [String(code), `${code} ${meaning}`]);
