// A list that is paged by the server, filtered by the page's query string, and live on its first page.

import { $, $$, address, api, count, h, replace, t } from "./core.js";
import { live } from "./shell.js";

const LIMIT = 50;

/** Show a list of the control API, newest first.
 *
 *  `root` holds [data-rows] (a tbody or any container), [data-foot], [data-pill], and maybe [data-empty]; `form` holds the filters,
 *  each control named as the API names its filter. `path` is the call, `kinds` the events that change it, `row(object)` draws one
 *  object as an element. `fixed` are filters that are always there, `asked(filters)` are those of the page as the call takes them.
 *  `shown(items)` is told what is shown. With j and k, or the arrows in the list, the reader goes from row to row.
 *  Gives {refresh, items()}. */
export function list({ root, form, path, kinds, row, fixed = {}, asked = (filters) => filters, limit = LIMIT, shown = () => {} }) {
  const rows = $("[data-rows]", root);
  const foot = $("[data-foot]", root);
  const pill = $("[data-pill]", root);
  const empty = $("[data-empty]", root);
  const drawn = new Map(); // by id: what it was drawn from, and its element
  let items = [];
  let fresh = 0;

  const query = () => new URLSearchParams(location.search);
  const filters = () => Object.fromEntries([...query()].filter(([name]) => name !== "older" && name !== "newer" && form?.elements.namedItem(name)));
  const first = () => !query().has("older") && !query().has("newer");

  /** Whether redrawing would take something from under the reader's eyes. */
  function reading() {
    const selection = getSelection();
    const selecting = selection && !selection.isCollapsed && rows.contains(selection.anchorNode);
    return selecting || rows.getBoundingClientRect().top < -40 || rows.querySelector(":focus-visible") !== null;
  }

  async function load(anew = false) {
    const [older, newer] = [query().get("older"), query().get("newer")];
    const answer = await api.get(path, { ...fixed, ...asked(filters()), limit: limit + 1, order: newer ? "asc" : "desc", after: newer ?? older });
    answer.more = answer.items.length > limit; // in the direction in which was asked
    answer.items.length = Math.min(answer.items.length, limit);
    if (newer) answer.items.reverse();
    const newest = items[0]?.id ?? 0;
    const gone = anew || !answer.items.length || (Object.keys(filters()).length === 0 && answer.items[0].id < newest);
    if (first() && items.length && reading() && !gone) {
      fresh = answer.items.filter((one) => one.id > newest).length;
      draw(items.map((one) => answer.items.find((other) => other.id === one.id) ?? one), answer);
      showPill(answer);
      return;
    }
    fresh = 0;
    showPill(answer);
    draw(answer.items, answer);
  }

  function showPill(answer) {
    if (!pill) return;
    pill.hidden = fresh === 0;
    if (fresh) replace(pill, fresh < answer.items.length ? t("list.new", { count: fresh }) : t("list.new.some"));
  }

  function draw(found, answer) {
    items = found;
    const kept = new Set();
    const elements = found.map((one) => {
      const from = JSON.stringify(one);
      kept.add(one.id);
      const before = drawn.get(one.id);
      if (before?.from === from) return before.element;
      const element = renew(before?.element, row(one));
      drawn.set(one.id, { from, element });
      return element;
    });
    for (const id of drawn.keys()) if (!kept.has(id)) drawn.delete(id);
    arrange(rows, elements);
    drawFoot(found, answer);
    if (empty) empty.hidden = found.length > 0;
    root.dataset.filtered = String(Object.keys(filters()).length > 0 || !first());
    shown(found);
  }

  function drawFoot(found, answer) {
    const at = (more) => address(location.pathname, { ...filters(), ...more });
    const link = (text, more, rel) => h("a", { href: at(more), rel, class: "button", on: { click: (event) => (event.preventDefault(), go(at(more))) } }, text);
    const [older, newer] = query().has("newer") ? [true, answer.more] : [answer.more, !first()];
    replace(foot,
      h("span", { class: "quiet num" }, answer.total === null ? t("list.uncounted") : t("list.total", { total: count(answer.total) })),
      h("span", { class: "row" },
        !first() && link(t("list.newest"), {}, "first"),
        newer && found.length > 0 && link(t("list.newer"), { newer: found[0].id }, "prev"),
        older && found.length > 0 && link(t("list.older"), { older: found.at(-1).id }, "next")));
  }

  function go(where) {
    history.pushState(null, "", where);
    fill();
    scrollTo({ top: 0 });
    refresh();
  }

  function fill() {
    if (!form) return;
    for (const control of form.elements) if (control.name) control.value = query().get(control.name) ?? "";
  }

  function filter() {
    const wanted = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]));
    const where = address(location.pathname, wanted);
    if (where !== location.pathname + location.search) go(where);
  }

  form?.addEventListener("submit", (event) => (event.preventDefault(), filter()));
  form?.addEventListener("change", filter);
  form?.addEventListener("reset", (event) => (event.preventDefault(), go(location.pathname)));
  pill?.addEventListener("click", () => (scrollTo({ top: 0 }), refresh()));
  walkable(rows);
  addEventListener("popstate", () => (fill(), refresh()));
  fill();
  const refresh = live(kinds, load);
  return { refresh, items: () => items };
}

/** What was drawn anew, in the element that has the focus, so that it keeps it; else the new element. */
export function renew(before, after) {
  const focused = before?.contains(document.activeElement) ? $$("a, button", before).indexOf(document.activeElement) : -1;
  if (focused < 0) return after;
  before.className = after.className;
  before.replaceChildren(...after.childNodes);
  $$("a, button", before)[focused]?.focus({ preventScroll: true });
  return before;
}

/** Let j and k, and the arrows once a row has the focus, lead from row to row: to the first link of each. */
function walkable(rows) {
  document.addEventListener("keydown", (event) => {
    const within = rows.contains(document.activeElement);
    const step = { j: 1, k: -1, ...(within && { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
    const typing = event.target.closest?.("input, select, textarea, dialog, [contenteditable]");
    if (!step || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...rows.children].map((one) => $("a", one)).filter(Boolean);
    const place = links.findIndex((one) => one.closest("[data-rows] > *").contains(document.activeElement));
    const next = links[place < 0 ? 0 : place + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

/** Make these the children, in this order, moving as few as possible so that focus and selection stay. */
export function arrange(parent, elements) {
  const wanted = new Set(elements);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  elements.forEach((element, place) => {
    if (parent.children[place] !== element) parent.insertBefore(element, parent.children[place] ?? null);
  });
}
