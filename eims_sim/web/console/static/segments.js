// A content as the radio parts in which it goes. Only drawing: the control API divides it.

import { count, h, s, t } from "./core.js";

/** What a division (POST segments) says, drawn: a bar and a box for each part, what forced UCS-2 highlighted. */
export function drawSegments(division) {
  const { segments, room, forced_by: forced } = division;
  let before = 0; // code points
  return h("div", { class: "division" },
    h("p", {}, h("b", {}, t(`segments.${division.alphabet}`)), " · ", t(segments.length === 1 ? "segments.one" : "segments.count", { count: count(segments.length), room })),
    forced && h("p", { class: "forced" }, t("segments.forced"), " ", h("mark", {}, shownCharacter(forced.character)), " ",
      h("span", { class: "mono quiet" }, codePoint(forced.character)), " ", t("segments.forced.where", { position: forced.index + 1 })),
    h("ol", { class: "parts" }, segments.map((part, place) => {
      const from = before;
      before += [...part.content].length;
      const at = forced && forced.index >= from && forced.index < before ? forced.index - from : null;
      return h("li", { class: "part" },
        h("div", { class: "part-head" },
          h("span", { class: "quiet" }, t("segments.part", { number: place + 1, count: segments.length })),
          bar(part.units, room),
          h("span", { class: "num quiet" }, t("segments.units", { units: part.units, room }))),
        h("p", { class: "part-text" }, h("bdi", {}, marked(part.content, at))));
    })));
}

function bar(units, room) {
  return s("svg", { class: "room", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "whole", width: 100, height: 6 }), s("rect", { class: "used", width: (100 * units) / room, height: 6 }));
}

function marked(content, at) {
  if (at === null) return content;
  const points = [...content];
  return [points.slice(0, at).join(""), h("mark", { title: codePoint(points[at]) }, points[at]), points.slice(at + 1).join("")];
}

const codePoint = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** A character that can be seen: of blanks and controls only the code point tells. */
const shownCharacter = (character) => (/[\p{C}\p{Z}\p{M}]/u.test(character) ? "␣" : character);
