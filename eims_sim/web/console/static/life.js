// The life of a message as a picture on a time axis: what happened when, and what comes. Only drawing: nothing is asked for here.
//
// Lives last for half a second or for days, mostly both: a week until it is sent, then a second. So gaps are not drawn in
// proportion: a longer one is wider, by its logarithm, and says how long it is.

import { language, s, stateWord, t } from "./core.js";

const ATTEMPTS = 24; // so many are drawn, the last ones

/** Microseconds since 1970 of a moment as the server writes it. */
export function micros(text) {
  const [, until, fraction = "", zone] = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  return Date.parse(until + zone) * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

/** A span of microseconds, in the two largest units that it has. */
export function span(us) {
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${trim(us / 1000, us < 10_000 ? 1 : 0)} ms`;
  if (us < 60_000_000) return `${trim(us / 1_000_000, us < 10_000_000 ? 2 : 1)} s`;
  const seconds = Math.round(us / 1_000_000);
  const parts = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]].map(([unit, size], place, all) => [Math.floor((place ? seconds % all[place - 1][1] : seconds) / size), unit]);
  const first = parts.findIndex(([number]) => number > 0);
  return parts.slice(first, first + 2).filter(([number]) => number > 0).map((part) => part.join(" ")).join(" ");
}

const trim = (number, digits) => String(Number(number.toFixed(digits)));

const tone = (state) => ({ 0: "good", 1: "idle", 2: "busy" }[state] ?? "bad");

/** What happened to a message, what comes, and where the clock is (`now`, as the server writes moments), in the order of time.
 *  Each has `at` (text), `us`, `kind`, `tone`, `title`, `ahead` (it has not happened); an attempt its `push` and `attempt` too. */
export function happenings(message, upcoming, pushes, now) {
  const found = [{ at: message.accepted_at, kind: "accepted", tone: "idle", title: t("message.at.accepted"), phase: "unsent" }];
  const entered = message.transitions.slice(1).map((one) => ({ ...one, ahead: false }));
  const scheduled = message.sendtime && micros(message.sendtime) > micros(message.accepted_at);
  if (scheduled) {
    found[0].phase = "scheduled";
    const ended = entered.length > 0 && micros(entered[0].at) < micros(message.sendtime);
    if (!ended) found.push({ at: message.sendtime, kind: "scheduled", tone: "idle", title: t("message.at.scheduled"), phase: "unsent", ahead: micros(message.sendtime) > micros(now) });
  }
  for (const { state, at, ahead } of [...entered, ...upcoming.map((one) => ({ ...one, ahead: true }))]) {
    if (state === 2) found.push({ at, kind: "sending", tone: "busy", title: t("message.at.sending"), phase: "sending", ahead });
    else if (state !== 1) found.push({ at, kind: "final", tone: tone(state), title: `${state} ${stateWord(state)}`, ahead });
  }
  const attempts = pushes.flatMap((push) => push.attempts.map((attempt) => ({ push, attempt }))).slice(-ATTEMPTS);
  for (const { push, attempt } of attempts) {
    const good = attempt.http_status !== null && attempt.http_status >= 200 && attempt.http_status < 300;
    const result = attempt.http_status === null ? t("message.at.no_answer") : `HTTP ${attempt.http_status}`;
    const title = pushes.length > 1 ? t("message.at.attempt", { push: push.id, result }) : result;
    found.push({ at: attempt.at, kind: "attempt", tone: good ? "good" : "bad", title, push, attempt });
  }
  if (message.state === 1 || message.state === 2) found.push({ at: now, kind: "now", tone: "now", title: t("message.at.now") });
  const order = ["accepted", "scheduled", "sending", "final", "attempt", "now"];
  return found
    .map((one) => ({ ahead: false, ...one, us: micros(one.at) }))
    .sort((a, b) => a.us - b.us || order.indexOf(a.kind) - order.indexOf(b.kind));
}

const HIGH = 36; // a label's two lines
const ROW = 58;
const CHAR = 6.7;

/** How wide a text will be, near enough to keep labels apart. */
const wide = (text) => [...text].reduce((sum, char) => sum + (char > "\u2e7f" ? 12.5 : CHAR), 0);

/** Where each happening is on an axis of this length, `least` apart at least. */
function places(all, length, least) {
  const weights = all.slice(1).map((one, place) => Math.log10(1 + (one.us - all[place].us) / 10_000));
  const sum = weights.reduce((a, b) => a + b, 0) || 1;
  const free = Math.max(0, length - least * weights.length);
  let at = 0;
  return [0, ...weights.map((weight) => (at += least + free * (weight / sum)))];
}

/** The time of day as a label, with the date where it is another day's than the first. */
function clockTime(one, first) {
  const [date, rest] = one.at.split("T");
  const time = /^[\d:]+(?:\.\d{1,3})?/.exec(rest)[0].replace(/\.?0*$/, (end) => (end.startsWith(".") ? "" : end)).replace(/(\.\d*?)0+$/, "$1");
  return date === first.at.split("T")[0] ? time : `${date.slice(5)} ${time}`;
}

/** The picture, as wide as there is room; upright where there is little. */
export function drawLife(all, room, label) {
  return room < 560 ? upright(all, room, label) : lying(all, room, label);
}

function lying(all, room, label) {
  const ends = 64;
  const xs = places(all, room - 2 * ends, 26).map((x) => x + ends);
  const width = Math.max(room, xs.at(-1) + ends);
  const labels = { up: [], down: [] };
  const placed = all.map((one, index) => {
    const side = one.kind === "attempt" || one.kind === "now" ? "down" : "up";
    const time = clockTime(one, all[0]);
    const half = Math.max(wide(one.title), wide(time)) / 2 + 6;
    const middle = Math.min(Math.max(xs[index], half), width - half);
    const levels = labels[side];
    let level = levels.findIndex((right) => middle - half >= right);
    if (level < 0) level = levels.push(0) - 1;
    levels[level] = middle + half;
    return { one, x: xs[index], side, time, middle, level };
  });
  const axis = labels.up.length * HIGH + 26;
  const height = axis + 22 + labels.down.length * HIGH;
  const line = ({ side, level }) => (side === "up" ? axis - 22 - level * HIGH : axis + 22 + level * HIGH);
  return picture(width, height, label,
    phases(all, xs, (a, b) => ({ x1: a, y1: axis, x2: b, y2: axis })),
    gaps(all, xs).map(({ text, from, to }) => s("text", { x: (from + to) / 2, y: axis - 8, class: "gap", "text-anchor": "middle" }, text)),
    placed.map((at) => s("line", { class: "leader", x1: at.x, x2: at.x, y1: axis, y2: at.side === "up" ? line(at) + 2 : line(at) - 2 })),
    placed.map((at) => dot(at.one, at.x, axis)),
    placed.map((at) => {
      const top = at.side === "up" ? line(at) - 16 : line(at) + 11;
      return s("g", { class: `label ${at.one.tone}`, "text-anchor": "middle" },
        s("text", { x: at.middle, y: top, class: "title" }, at.one.title),
        s("text", { x: at.middle, y: top + 14, class: "time" }, at.time));
    }));
}

function upright(all, room, label) {
  const x = 12;
  const ys = places(all, (all.length - 1) * ROW, 46).map((y) => y + 14);
  return picture(room, ys.at(-1) + 30, label,
    phases(all, ys, (a, b) => ({ x1: x, y1: a, x2: x, y2: b })),
    all.map((one, index) => dot(one, x, ys[index])),
    gaps(all, ys, 0).map(({ text, from, to }) => s("text", { x: x + 16, y: (from + to) / 2 + 5, class: "gap" }, text)),
    all.map((one, index) => s("g", { class: `label ${one.tone}` },
      s("text", { x: x + 16, y: ys[index] + 4, class: "title" }, one.title),
      s("text", { x: room - 2, y: ys[index] + 4, class: "time", "text-anchor": "end" }, clockTime(one, all[0])))));
}

function picture(width, height, label, ...parts) {
  return s("svg", { class: "life", role: "img", "aria-label": label, width, height, viewBox: `0 0 ${width} ${height}`, lang: language }, parts);
}

/** Thick lines: in which state the message was between two happenings of its own; dashed what comes, thin what is after its end. */
function phases(all, places, line) {
  const own = all.map((one, index) => ({ one, place: places[index] })).filter(({ one }) => one.kind !== "attempt" && one.kind !== "now");
  const drawn = [s("line", { class: "axis", ...line(places[0], places.at(-1)) })];
  own.slice(0, -1).forEach(({ one, place }, index) => {
    const next = own[index + 1];
    const now = all.findIndex((other) => other.kind === "now");
    const until = next.one.ahead && now >= 0 ? Math.max(place, Math.min(next.place, places[now])) : next.place;
    if (until > place) drawn.push(s("line", { class: `phase ${one.phase}`, ...line(place, until) }));
    if (until < next.place) drawn.push(s("line", { class: `phase ahead ${one.phase}`, ...line(until, next.place) }));
  });
  const last = own.at(-1);
  const now = all.findIndex((other) => other.kind === "now");
  if (last.one.phase && now >= 0 && places[now] > last.place) drawn.push(s("line", { class: `phase ${last.one.phase}`, ...line(last.place, places[now]) }));
  return drawn;
}

/** The spans between happenings, where there is room to say them. */
function gaps(all, places, needed = 14) {
  return all.slice(1).map((one, index) => ({ text: span(one.us - all[index].us), from: places[index], to: places[index + 1] }))
    .filter(({ text, from, to }) => needed === 0 || to - from > wide(text) + needed);
}

function dot(one, x, y) {
  const kind = `dot ${one.tone} ${one.ahead ? "ahead" : ""}`;
  if (one.kind === "now") return s("path", { class: "dot now", d: `M${x - 5},${y}a5,5 0 1,0 10,0a5,5 0 1,0 -10,0` });
  if (one.kind === "attempt") return s("path", { class: kind, d: `M${x},${y - 7}l7,7l-7,7l-7,-7z` });
  return s("circle", { class: kind, cx: x, cy: y, r: one.kind === "final" ? 8 : 6 });
}
