// The md5 calculator: what is hashed for an account's password, and what comes of it.

import { Problem, api, copyButton, h, replace, segment, shellWord, t } from "./core.js";

const PAUSE_MS = 200;
const FORMULA = "md5(account + password + seq + time + key)";

/** The calculator of an account, a sentence where the account takes no digest: {element, again}; `again` has it calculated anew. */
export function calculator(one) {
  const part = (...children) => h("section", { class: "part digest", "aria-labelledby": "digest-title" }, h("h3", { id: "digest-title" }, t("digest.title")), children);
  if (one.auth === "plain") return { element: part(h("p", { class: "quiet" }, t("digest.plain"))), again: () => {} };

  const inputs = { seq: input("seq"), time: input("time") };
  inputs.seq.control.value = "1";
  const now = h("button", { type: "button" }, t("digest.now"));
  const shown = h("div", { class: "stack", "aria-live": "polite" });
  let asked = 0;

  async function calculate({ present = false } = {}) {
    const turn = ++asked;
    const body = { seq: inputs.seq.control.value.trim() };
    if (!present) body.time = inputs.time.control.value.trim();
    try {
      const found = await api.post(`accounts/${segment(one.account)}/digest`, body);
      if (turn !== asked) return;
      if (present) inputs.time.control.value = found.time;
      tell([]);
      replace(shown, draw(found));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (turn !== asked) return;
      tell(error.errors);
      replace(shown, !error.errors.length && h("p", { class: "wrong" }, error.detail));
    }
  }

  function tell(errors) {
    for (const [name, { control, wrong }] of Object.entries(inputs)) {
      const found = errors.filter(({ pointer }) => pointer === `/${name}`).map(({ detail }) => detail);
      wrong.hidden = found.length === 0;
      replace(wrong, found.join(" · "));
      control.setAttribute("aria-invalid", String(found.length > 0));
    }
  }

  let timer = null;
  const form = h("form", { class: "digest-form", novalidate: true, autocomplete: "off" }, inputs.seq.element, inputs.time.element, now);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(calculate, PAUSE_MS);
  });
  form.addEventListener("submit", (event) => (event.preventDefault(), calculate()));
  now.addEventListener("click", () => calculate({ present: true }));
  calculate({ present: true });
  return { element: part(h("p", { class: "quiet" }, t("digest.about"), " ", h("code", {}, FORMULA)), form, shown), again: () => calculate() };
}

function input(name) {
  const id = `digest-${name}`;
  const control = h("input", { id, type: "text", inputmode: "numeric", spellcheck: "false", class: "mono", "aria-describedby": `${id}-wrong` });
  const wrong = h("p", { id: `${id}-wrong`, class: "wrong", hidden: true });
  return { control, wrong, element: h("div", { class: "field" }, h("label", { for: id }, name), control, wrong) };
}

function draw({ account, seq, time, text, parts, digest }) {
  const line = `curl -G ${location.origin}/getbalance --data-urlencode ${shellWord(`account=${account}`)} -d password=${digest} -d seq=${seq} -d time=${time}`;
  const box = (content, props) => h("div", { class: "code-box with-copy" }, h("pre", props, content), copyButton(() => content));
  return [
    h("div", {},
      h("h4", {}, t("digest.text")),
      h("ol", { class: "hashed", "aria-label": text }, parts.map((part) => h("li", { dataset: { part: part.name } }, h("bdi", { class: "mono" }, part.text), h("span", {}, part.name))))),
    h("div", {}, h("h4", {}, t("digest.digest")), box(digest, { id: "digest" })),
    h("div", {}, h("h4", {}, t("accounts.ask")), box(line, {})),
  ];
}
