// What is shown: fetched from the service whenever the desk has changed, and put into the page.
//
// Parts that are as before stay as they are: what is typed stays typed, the focus stays where it is.

import { hasCamera, main, root, screen, $, step, tellShown } from "./page.js";
import { shown } from "./desk.js";

const WAIT_MS = 800; // the machine is quick mostly: no screen of its own for that
const WAIT_PICTURE_MS = 4000; // a picture is looked at; the camera goes on

let view = ""; // "language": the choice of languages
let isFetching = false;
let isDue = false;
let waiting = null;
const parts = new Map(); // as the service sent them

// The desk has changed. `event`: what it shows, null: unknown.
export function changed(event) {
  if (!["working", "read"].includes(event?.step)) {
    clearTimeout(waiting);
    waiting = null;
    refresh();
  } else if (screen().dataset.state === "waiting") {
    refresh();
  } else if (!waiting) {
    const isLive = hasCamera();
    if (!isLive) main().inert = true;
    waiting = setTimeout(waited, isLive ? WAIT_PICTURE_MS : WAIT_MS);
  }
}

function waited() {
  waiting = null;
  refresh();
}

export async function choose(what) {
  view = what;
  await refresh();
}

export async function refresh() {
  if (isFetching) {
    isDue = true;
    return;
  }
  isFetching = true;
  do {
    isDue = false;
    try {
      put(parsed(await shown(view)).getElementById("screen"));
    } catch {
      // the line is lost: follow.js says so, and comes back
    }
  } while (isDue);
  isFetching = false;
}

function put(fresh) {
  const before = { ...screen().dataset };
  const isOver = before.state === "language" && view && ["number", "step"].some((each) => fresh.dataset[each] !== before[each]);
  if (isOver) view = ""; // languages were to be chosen above a question that is gone
  for (const [name, value] of Object.entries(fresh.dataset)) screen().dataset[name] = value;
  for (const name of ["lang", "dir"]) {
    root.setAttribute(name, fresh.getAttribute(name));
    screen().setAttribute(name, fresh.getAttribute(name));
  }
  const isAnotherQuestion = before.number !== fresh.dataset.number;
  const hadFocus = main().inert || document.activeElement !== document.body; // inert, it has lost it
  for (const part of [...fresh.children]) replace(part, isAnotherQuestion);
  main().inert = false;
  if (hadFocus && document.activeElement === document.body) focus();
  if (isOver) isDue = true;
  tellShown();
}

function replace(part, isAnotherQuestion) {
  const name = part.dataset.part;
  const before = parts.get(name);
  const html = part.outerHTML;
  parts.set(name, html);
  const old = $(`[data-part="${name}"]`);
  if (name !== "main") {
    if (before !== html) old.replaceWith(part);
    return;
  }
  const isLive = hasCamera();
  if (before === html && (isLive || !isAnotherQuestion)) return;
  if (isLive && before && bare(before) === bare(html)) {
    for (const live of part.querySelectorAll("[data-live]"))
      $(`[data-live="${live.dataset.live}"]`).replaceChildren(...live.childNodes);
    return;
  }
  old.replaceWith(part);
  focus();
}

// Without what changes while all else stays.
function bare(html) {
  const part = parsed(html).firstElementChild;
  for (const live of part.querySelectorAll("[data-live]")) live.replaceChildren();
  return part.outerHTML;
}

// In the page's own document: Chromium never forgets one of DOMParser's that had a <video> in it.
const parsed = (html) => document.createRange().createContextualFragment(html);

// On the heading of what is seen, so that it is read first.
export function focus() {
  document.title = step()?.dataset.title ?? document.title;
  main().scrollTop = 0;
  if (!$("dialog[open]")) step()?.querySelector("h1")?.focus({ preventScroll: true });
}

// The parts that the page came with.
for (const part of document.querySelectorAll("[data-part]")) parts.set(part.dataset.part, part.outerHTML);
focus();
