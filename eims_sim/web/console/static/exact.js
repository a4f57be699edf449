// Text exactly as it came: what the eye would miss is marked, what is copied is the text itself.

import { h, t } from "./core.js";

// Line breaks and tabs; blanks where a reader would not see them; other blanks; what has no shape or turns the direction.
const MARKED = /\r\n|[\r\n\t]|^ +| +$| {2,}|[\p{Zs}\p{Zl}\p{Zp}\p{C}\ufffd\u115f\u1160\u3164\uffa0\u034f\u2800](?<! )/gu;
const SIGNS = { "\n": "↵", "\r": "␍", "\r\n": "␍↵", "\t": "⇥" };

/** The text as nodes. */
export function exact(text) {
  if (text === "") return [h("span", { class: "exact-none" }, t("requests.empty"))];
  const nodes = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(MARKED)) {
    if (index > from) nodes.push(text.slice(from, index));
    nodes.push(...mark(found));
    from = index + found.length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return [h("bdi", { class: "exact" }, nodes)];
}

function mark(found) {
  const sign = SIGNS[found] ?? (found[0] === " " ? "·".repeat(found.length) : null);
  if (sign && found[0] === " ") return [h("span", { class: "exact-blank", "data-sign": sign }, found)];
  if (sign) return [h("span", { class: "exact-sign", "data-sign": sign }, found)];
  return [...found].map((one) => {
    const name = `U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return h("span", { class: "exact-odd", "data-sign": name, title: name }, one);
  });
}

/** JSON with a line for each member, its numbers and texts as they stand; null for what is none. */
export function prettyJson(text) {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let shown = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === "[" || token === "{") {
      const end = flatEnd(tokens, at);
      if (end !== null) {
        shown += tokens.slice(at, end + 1).map((one) => (one === "," ? ", " : one)).join("");
        at = end;
      } else {
        depth++;
        shown += token + line();
      }
    } else if (token === "]" || token === "}") {
      depth--;
      shown += line() + token;
    } else shown += token === "," ? token + line() : token === ":" ? ": " : token;
  }
  return shown;
}

/** Where a list ends that holds no lists and no objects. */
function flatEnd(tokens, at) {
  if (tokens[at] === "{") return tokens[at + 1] === "}" ? at + 1 : null;
  for (let end = at + 1; end < tokens.length; end++) {
    if (tokens[end] === "]") return end;
    if ("[{".includes(tokens[end])) return null;
  }
  return null;
}
