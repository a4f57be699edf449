// What a reason or note says in the page's language. The API's own sentence is English and knows more of the case.

import { api, h, language } from "./core.js";

let translated = language === "en" ? Promise.resolve(new Map()) : null;

/** The Chinese sentences by code; asked for once, and again when that failed. */
export function sentences() {
  translated ??= api.get("codes").then(
    ({ reasons, notes }) => new Map([...notes, ...reasons].map((one) => [one.code, one.sentence_zh])),
    (error) => {
      translated = null;
      throw error;
    });
  return translated;
}

/** A reason or note as paragraphs: what it says in the page's language, and what the API says of this very case. */
export function sentence({ code, text }, known) {
  const own = known.get(code);
  return [own && h("p", {}, own), h("p", { lang: "en", class: own ? "small" : null }, text)];
}
