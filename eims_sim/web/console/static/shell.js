// What stands around every page: the live stream, the clock, language, theme, reset.

import { $, $$, Problem, api, askToken, attempt, authorization, confirmDeed, replace, say, setToday, t } from "./core.js";

// --- what happens, as it happens ---

const LEAST_MS = 400;
const MOST_MS = 2000;
const watchers = new Set();

/** Have `refresh` called soon after anything of these kinds happened (request, message, push, inbound, account), or after a
 *  deed of this page. It is never called again before it is done, nor more often than its cost allows, however much happens.
 *  `refresh(anew)`: whether what is shown may belong to a world that is gone, whose ids another has.
 *  `told(kind, data)` sees every event of the kinds as it comes. Gives a function that calls it now. */
export function live(kinds, refresh, { told = null, leastMs = LEAST_MS } = {}) {
  const watcher = { kinds: new Set(kinds), told, due: false, anew: false, running: false, timer: null, again: 0 };
  watcher.wake = () => {
    watcher.due = true;
    if (watcher.running || watcher.timer !== null || document.hidden) return;
    watcher.timer = setTimeout(run, Math.max(0, watcher.again - performance.now()));
  };
  async function run() {
    watcher.timer = null;
    watcher.due = false;
    watcher.running = true;
    const began = performance.now();
    const anew = watcher.anew;
    watcher.anew = false;
    try {
      await refresh(anew);
    } catch (error) {
      watcher.anew ||= anew;
      if (!(error instanceof Problem)) throw error;
      say(error.message, "wrong");
    } finally {
      const took = performance.now() - began;
      watcher.again = performance.now() + Math.max(leastMs, Math.min(4 * took, MOST_MS)); // a slow answer must not keep the server busy
      watcher.running = false;
      if (watcher.due) watcher.wake();
    }
  }
  watchers.add(watcher);
  const now = () => {
    watcher.again = 0;
    clearTimeout(watcher.timer);
    watcher.timer = null;
    watcher.wake();
  };
  document.addEventListener("visibilitychange", () => watcher.due && watcher.wake());
  now();
  return now;
}

/** Everything on the page is asked for again: the world was changed under it; `anew`, it is another one. `told` of each hears
 *  of `anything`. */
export function refreshAll({ anew = false } = {}) {
  for (const watcher of watchers) {
    watcher.anew ||= anew;
    watcher.told?.("anything", null);
    watcher.wake();
  }
}

function tell(kind, data) {
  for (const watcher of watchers) {
    if (!watcher.kinds.has(kind)) continue;
    watcher.told?.(kind, data);
    watcher.wake();
  }
}

function showLive(state) {
  $("#live").dataset.live = state;
  replace($("#live-text"), t(`live.${state}`));
}

const AWAY_MS = 3000;

let leave = null; // ends the stream that is being read

/** Listen while the page is seen: a browser has few connections for one host, and a tab in the back needs none. */
async function listen() {
  let wait = 500;
  let lost = false; // by the server's end, maybe
  for (;;) {
    await seen();
    let state = "again";
    leave = new AbortController();
    try {
      const told = authorization();
      const answer = await fetch("/_sim/events", { headers: told, cache: "no-store", signal: leave.signal });
      if (answer.status === 401) {
        if (told.Authorization === authorization().Authorization) await askToken();
        continue;
      }
      if (answer.ok) {
        wait = 500;
        showLive("on");
        refreshAll({ anew: lost }); // what happened before the stream began
        lost = false;
        await read(answer.body);
      } else if (answer.status === 503) state = "full";
    } catch {
      // the server is gone for a while, or we have left: it is asked again below
    }
    if (leave.signal.aborted) continue;
    lost = true;
    showLive(state);
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, 8000);
  }
}

function seen() {
  if (!document.hidden) return Promise.resolve();
  showLive("off");
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

function leaveWhenAway() {
  let timer = null;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => leave?.abort(), AWAY_MS);
  });
}

// The server's remarks on what no event tells: an operator's deed; messages that are gone, by a reset or with their account.
const REMARKS = { ": changed": { anew: false }, ": removed": { anew: true } };

function hear(remark) {
  if (!(remark in REMARKS)) return;
  refreshAll(REMARKS[remark]);
  readClock().catch(() => {});
}

async function read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const found = /^event: (\w+)\ndata: (.*)$/s.exec(event);
      if (found) tell(found[1], JSON.parse(found[2]));
      else hear(event);
    }
  }
}

// --- the clock ---

const CLOCK_MS = 5000;
const clock = { mode: "real", scale: 1, zone: "+00:00", at: 0, seen: 0 };

/** The gateway's present moment, in milliseconds since 1970. */
export function gatewayNow() {
  const passed = performance.now() - clock.seen;
  return clock.at + { real: passed, frozen: 0, scaled: passed * clock.scale }[clock.mode];
}

/** The gateway's zone, as +08:00. */
export const gatewayZone = () => clock.zone;

/** A moment in milliseconds as the gateway's zone writes it: 2026-01-01T12:00:00+08:00. */
export function writeMoment(ms, zone = clock.zone) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(zone) ?? [null, "+", "00", "00"];
  const offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(ms + offset).toISOString().slice(0, 19) + zone;
}

function showClock() {
  const text = writeMoment(gatewayNow());
  const shown = text.slice(0, 19).replace("T", " ");
  const time = $("#clock-now");
  if (time.textContent !== shown) {
    time.textContent = shown;
    time.setAttribute("datetime", text);
    setToday(text);
  }
}

function setClock({ mode, now, scale }) {
  clock.mode = mode;
  clock.scale = scale;
  clock.zone = /(?:[+-]\d\d:\d\d|Z)$/.exec(now)[0].replace("Z", "+00:00");
  clock.at = Date.parse(now);
  clock.seen = performance.now();
  $("#clock").dataset.mode = mode;
  replace($("#clock-mode"), t(`clock.${mode}`, { scale }));
  replace($("#clock-about"), t(`clock.about.${mode}`, { scale }));
  $("#clock-advance").disabled = mode === "real";
  showClock();
}

/** Ask the server for its clock; whoever changed it may have been somebody else. */
export async function readClock() {
  setClock(await api.get("clock"));
}

async function changeClock(body, button) {
  await attempt(async () => setClock(await api.put("clock", body)), button);
  refreshAll();
}

async function advance(body, button) {
  await attempt(async () => {
    const done = await api.post("clock/advance", body);
    await readClock();
    say(t("clock.advanced", { ...done, now: done.now.slice(0, 19).replace("T", " ") }));
  }, button);
  refreshAll();
}

async function followClock() {
  for (;;) {
    if (!document.hidden) await readClock().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, CLOCK_MS));
  }
}

// --- what may be chosen ---

const YEAR = 31_536_000;

function choose(cookie, value) {
  document.cookie = `${cookie}=${value}; path=/_sim/; max-age=${YEAR}; samesite=strict`;
}

async function reset(button) {
  if (!(await confirmDeed(t("reset.ask"), t("reset.do")))) return;
  await attempt(async () => {
    await api.post("reset");
    say(t("reset.done"));
    await readClock();
  }, button);
  refreshAll({ anew: true });
}

function start() {
  $("#clock-real").addEventListener("click", (event) => changeClock({ mode: "real" }, event.currentTarget));
  $("#clock-freeze").addEventListener("click", (event) => changeClock({ mode: "frozen" }, event.currentTarget));
  $("#clock-scaled").addEventListener("click", (event) => changeClock({ mode: "scaled", scale: Number($("#clock-scale").value) }, event.currentTarget));
  $("#clock-form").addEventListener("submit", (event) => event.preventDefault());
  for (const button of $$("[data-advance]")) button.addEventListener("click", () => advance(JSON.parse(button.dataset.advance), button));
  for (const button of $$("[data-language]")) {
    button.addEventListener("click", () => {
      choose("eims_sim_language", button.dataset.language);
      location.reload();
    });
  }
  for (const button of $$("[data-theme-choice]")) {
    button.addEventListener("click", () => {
      choose("eims_sim_theme", button.dataset.themeChoice);
      document.documentElement.dataset.theme = button.dataset.themeChoice;
      for (const one of $$("[data-theme-choice]")) one.setAttribute("aria-pressed", String(one === button));
    });
  }
  $("#reset").addEventListener("click", (event) => reset(event.currentTarget));
  document.addEventListener("click", (event) => closeDrops(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("dialog[open]")) closeDrops(null); // a question that was asked from a menu goes first
  });
  setInterval(showClock, 250);
  showCurrent();
  followClock();
  leaveWhenAway();
  listen();
}

/** Where it is narrow the navigation scrolls sideways: bring the present page into view. */
function showCurrent() {
  const [side, current] = [$(".side"), $(".side a[aria-current]")];
  if (current) side.scrollLeft = current.offsetLeft - (side.clientWidth - current.offsetWidth) / 2;
}

function closeDrops(except) {
  for (const drop of $$("details.drop[open]")) {
    if (except && (drop.contains(except) || except.closest?.("dialog"))) continue;
    const within = drop.contains(document.activeElement);
    drop.open = false;
    if (within) $("summary", drop).focus();
  }
}

start();
