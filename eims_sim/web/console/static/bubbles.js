// What was said, as a phone shows it: bubbles, days, senders, codes to copy.

import { copy, h, language, say, stateBadge, stateWord, t } from "./core.js";
import { gatewayNow, writeMoment } from "./shell.js";

const UNSENT = 1;
const SENDING = 2;

const days = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** One message or reply is this one, whatever becomes of it. */
export const keyOf = (one) => `${one.direction}${one.id}`;

/** Hours and minutes of a moment; all of it on hovering. */
export const shortTime = (at) => h("time", { datetime: at, title: at, class: "num" }, at.slice(11, 16));

/** When something was said last, for a list: the time today, else the day. */
export function lastTime(at) {
  return at.slice(0, 10) === today() ? shortTime(at) : h("time", { datetime: at, title: at, class: "num" }, at.slice(0, 10));
}

const today = () => writeMoment(gatewayNow()).slice(0, 10);

/** The line above the first of a day. */
export function dayLine(at) {
  const date = at.slice(0, 10);
  const name = date === today() ? t("handset.today") : days.format(new Date(`${date}T00:00:00Z`));
  return h("li", { class: "day" }, h("time", { datetime: date }, name));
}

/** One message or reply; `named` when it is to say who sent it. */
export function bubble(one, named) {
  return one.direction === "mt" ? sent(one, named) : written(one);
}

function sent(one, named) {
  const arrived = one.state === 0;
  return h("li", { class: `said-mt${arrived ? "" : one.state === UNSENT || one.state === SENDING ? " pending" : " failed"}` },
    named && h("p", { class: "sender" }, h("bdi", { class: one.sender ? "" : "quiet" }, one.sender || t("handset.nosender"))),
    h("div", { class: "bubble" },
      one.smstype === 1 && h("p", { class: "mms", dir: "auto" }, h("span", { class: "badge idle" }, t("handset.mms")), " ", h("bdi", {}, one.mmstitle)),
      h("p", { class: "text", dir: "auto" }, withCodes(one))),
    h("p", { class: "meta" },
      shortTime(one.at),
      h("a", { href: `/_sim/console/messages/${one.id}`, "aria-label": t("handset.message", { id: one.id }) }, `#${one.id}`),
      h("bdi", {}, one.account),
      !arrived && h("span", { class: "why" }, why(one))));
}

function why(one) {
  if (one.state === SENDING) return t("handset.sending");
  if (one.state !== UNSENT) return t("handset.failed", { state: one.state, word: stateWord(one.state) });
  if (one.sendtime && Date.parse(one.sendtime) > gatewayNow()) return t("handset.scheduled", { at: one.sendtime.slice(0, 16).replace("T", " ") });
  return t("handset.unsent");
}

/** The content with a button for each code. */
function withCodes(one) {
  const characters = [...one.content]; // the server counts code points
  const parts = [];
  let from = 0;
  for (const { code, start } of one.codes) {
    parts.push(characters.slice(from, start).join(""), codeButton(code));
    from = start + code.length;
  }
  return [...parts, characters.slice(from).join("")];
}

function codeButton(code) {
  const button = h("button", { type: "button", class: "code", title: t("handset.code", { code }), "aria-label": t("handset.code", { code }) }, code);
  button.addEventListener("click", async () => {
    await copy(code);
    button.focus();
    say(t("handset.code.copied", { code }));
  });
  return button;
}

function written(one) {
  return h("li", { class: "said-mo" },
    h("div", { class: "bubble" }, h("p", { class: "text", dir: "auto" }, one.content)),
    h("p", { class: "meta" },
      shortTime(one.at),
      h("span", {}, "→ ", h("bdi", {}, one.to), " ", h("bdi", {}, one.account)),
      one.fetched_at
        ? h("span", { class: "fetched" }, t("handset.fetched", { at: one.fetched_at.slice(11, 19) }))
        : h("span", { class: "badge busy" }, t("handset.waiting"))));
}

/** A number in the list: what was said last, and when. */
export function handsetLine(one, chosen) {
  const text = one.direction === "mo" ? t("handset.you", { text: one.last }) : one.last;
  return h("li", {},
    h("a", { href: `?${new URLSearchParams({ number: one.number })}`, "aria-current": chosen ? "true" : null, dataset: { number: one.number } },
      h("span", { class: "handset-number" }, h("bdi", {}, one.number), lastTime(one.last_at)),
      h("span", { class: "handset-last", dir: "auto" }, text),
      one.direction === "mt" && one.state !== 0 && stateBadge(one.state)));
}
