// What every page is made of: elements, texts, calls of the control API, and how values are written.

const given = JSON.parse(document.getElementById("given").content.textContent);

export const language = given.language;
export const codes = given.codes;

/** The text of a key in the page's language; `{name}` in it stands for a value. */
export function t(key, values = {}) {
  const text = given.texts[key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** An HTML element. `props`: `on` = {event: listener}, `dataset`, `class`; true and false set and leave out; else attributes.
 *  Children are nodes or texts; null, undefined and false are left out. Text never becomes markup. */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element, as `h`. */
export function s(tag, props, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Put these children in place of those there. */
export function replace(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** A refused call: `status` is HTTP's, `detail` a sentence, `errors` every violation as {pointer, detail, nearest?}. */
export class Problem extends Error {
  constructor(status, detail, errors) {
    super([detail, ...errors.map((one) => `${one.pointer.slice(1) || "body"}: ${one.detail}`)].join(" · "));
    this.status = status;
    this.detail = detail;
    this.errors = errors;
  }
}

const TOKEN = "eims-sim-token";

export const authorization = () => {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
};

let asking = null;

/** Ask for the token, once however many calls want it; it is kept for this tab. */
export function askToken() {
  asking ??= tokenDialog(Boolean(sessionStorage.getItem(TOKEN))).finally(() => (asking = null));
  return asking;
}

function tokenDialog(wasWrong) {
  const input = h("input", { id: "token", type: "password", autocomplete: "off", required: true, size: 32 });
  const form = h("form", { method: "dialog" },
    h("h2", { id: "token-title" }, t("token.title")),
    h("p", {}, t("token.about")),
    wasWrong && h("p", { class: "wrong", role: "alert" }, t("token.wrong")),
    h("p", {}, h("label", { for: "token" }, t("token.label"), " "), input),
    h("div", { class: "row end" }, h("button", { class: "first" }, t("token.do"))));
  const dialog = h("dialog", { "aria-labelledby": "token-title", closedby: "none", on: { cancel: (event) => event.preventDefault() } }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(TOKEN, input.value.trim());
      dialog.remove();
      resolve();
    });
  });
}

/** The path of a call with its query; what is empty, null or undefined is left out. */
export function address(path, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(pairs).toString();
  return text ? `${path}?${text}` : path;
}

async function call(method, path, body) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const options = { method, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) };
  for (;;) {
    const told = authorization();
    const { answer, text } = await reach(`/_sim/${path}`, { ...options, headers: { ...headers, ...told } });
    if (answer.status === 401) {
      if (told.Authorization === authorization().Authorization) await askToken(); // else it was given meanwhile
      continue;
    }
    const json = /^application\/(problem\+)?json/.test(answer.headers.get("Content-Type") ?? "");
    if (answer.ok) {
      if (answer.status === 204) return null;
      return json ? JSON.parse(text) : text;
    }
    const problem = json ? JSON.parse(text) : {};
    throw new Problem(answer.status, problem.detail ?? `HTTP ${answer.status}`, problem.errors ?? []);
  }
}

/** An answer and its whole body; a server that goes away between them does not answer, either. */
async function reach(path, options) {
  try {
    const answer = await fetch(path, options);
    return { answer, text: await answer.text() };
  } catch {
    throw new Problem(0, t("unreachable"), []);
  }
}

/** The control API: each call gives what was answered, and throws a Problem. */
export const api = {
  get: (path, query) => call("GET", address(path, query)),
  post: (path, body = {}) => call("POST", path, body),
  put: (path, body) => call("PUT", path, body),
  patch: (path, body) => call("PATCH", path, body),
  delete: (path) => call("DELETE", path),
};

/** The part of a path that a name is. */
export const segment = encodeURIComponent;

const saying = new Map(); // by text: what takes it away again

/** Say something that passes: a deed is done, or why not. What still stands there is not said twice. */
export function say(text, kind = "done") {
  const line = saying.get(text)?.line ?? h("p", { class: `say ${kind}` }, text);
  clearTimeout(saying.get(text)?.timer);
  if (!line.isConnected) document.getElementById("said").append(line);
  const end = () => (saying.delete(text), line.remove());
  saying.set(text, { line, timer: setTimeout(end, kind === "wrong" ? 8000 : 4000) });
}

/** Do a deed; a Problem is said, and null given. The button that asked for it waits meanwhile. */
export async function attempt(deed, button = null) {
  if (button) button.disabled = true;
  try {
    return await deed();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(error.message, "wrong");
    return null;
  } finally {
    if (button) button.disabled = false;
  }
}

/** Ask before a deed; true when it is to be done. `verb` is what the button says. */
export function confirmDeed(question, verb, danger = true) {
  const dialog = h("dialog", { "aria-labelledby": "ask" },
    h("form", { method: "dialog" },
      h("p", { id: "ask" }, question),
      h("div", { class: "row end" },
        h("button", { value: "" }, t("cancel")),
        h("button", { value: "yes", class: danger ? "danger" : "first" }, verb))));
  return new Promise((resolve) => showDialog(dialog, () => resolve(dialog.returnValue === "yes")));
}

/** Open a dialog; when it closes it is removed and `closed` is told. */
export function showDialog(dialog, closed = () => {}) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed();
  });
  dialog.showModal();
  return dialog;
}

/** A button that copies what `text` gives when it is pressed. */
export function copyButton(text, label = t("copy"), props = {}) {
  const button = h("button", { type: "button", class: "copy", ...props }, label);
  button.addEventListener("click", async () => {
    await copy(await text());
    replace(button, t("copied"));
    setTimeout(() => replace(button, label), 1500);
  });
  return button;
}

/** Put a text on the clipboard, also where the page is not served over TLS. The focus stays where it is. */
export async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const focused = document.activeElement;
  const area = h("textarea", { class: "visually-hidden", value: text });
  ($$("dialog[open]").at(-1) ?? document.body).append(area);
  area.focus({ preventScroll: true });
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
}

/** A moment as the server writes it (RFC 3339 in its zone), for eyes: the time, the date only when it is another day's. */
export function moment(text, { day = "auto" } = {}) {
  if (!text) return h("span", { class: "quiet" }, "–");
  return h("time", { datetime: text, title: text, class: "num", dataset: { day } }, timeAndDay(text, day));
}

function timeAndDay(text, day) {
  const [date, rest] = text.split("T");
  const time = rest.slice(0, 12).replace(/\.?0+$/, (zeros) => (zeros.startsWith(".") ? "" : zeros));
  return day === "always" || (day === "auto" && date !== today) ? `${date} ${time.slice(0, 8)}` : time;
}

let today = "";

/** The gateway's present date, which moments of the same day leave out: those that are shown, too, when it changes. */
export function setToday(text) {
  const date = text.split("T")[0];
  if (date === today) return;
  today = date;
  for (const one of $$("time[data-day=auto]")) one.textContent = timeAndDay(one.dateTime, "auto");
}

/** Money as the API writes it, without the zeros that say nothing. */
export function money(text) {
  if (text === null || text === undefined) return "–";
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

const whole = new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en");

/** A whole number with its thousands parted. */
export const count = (number) => whole.format(number);

/** A duration in milliseconds, for eyes. */
export function milliseconds(ms) {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** What a state is called: 0 success, 1 unsent, 2 sending, else a report code's meaning. */
export function stateWord(state) {
  const known = { 0: "state.success", 1: "state.unsent", 2: "state.sending" }[state];
  return known ? t(known) : (codes.reports[state] ?? String(state));
}

/** A message's state as a badge: colour, number and word. */
export function stateBadge(state) {
  const kind = { 0: "good", 1: "idle", 2: "busy" }[state] ?? "bad";
  return h("span", { class: `badge ${kind}`, title: stateWord(state) }, h("b", {}, String(state)), " ", stateWord(state));
}

/** A push's state as a badge. */
export function pushBadge(state) {
  const kind = { queued: "idle", sending: "busy", retrying: "warn", delivered: "good", parked: "bad", dropped: "warn" }[state];
  return h("span", { class: `badge ${kind}` }, t(`push.${state}`));
}

/** A request's status as a badge; `httpStatus` where it has none. */
export function statusBadge(status, httpStatus = null) {
  if (status === null) return h("span", { class: "badge bad" }, httpStatus === null ? "–" : `HTTP ${httpStatus}`);
  const meaning = codes.statuses[status] ?? "";
  return h("span", { class: `badge ${status === 0 ? "good" : "bad"}`, title: meaning }, h("b", {}, String(status)), " ", h("span", { class: "badge-word" }, meaning));
}

/** A word for the shell as it takes it literally. */
export function shellWord(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Text that may hold anything, kept apart from the direction and the shape of what is around it. */
export const bdi = (text, props = {}) => h("bdi", props, text);
