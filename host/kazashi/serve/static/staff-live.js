// The page as the server has it now: parts that have changed are put in place of the old ones.
//
// A part is an element with an id and data-live. What is typed into a part that has not changed stays.

import { listen } from "./line.js";
import { sound } from "./staff-sound.js";

const PAUSE_MS = 100; // between two fetches: many desks change at once
const RELOAD_MS = 3000; // if the service refuses its events: the page then leads to pairing
const KINDS = ["screen", "elsewhere", "held", "readers", "broken-off", "numbers"]; // of events

const rendered = new Map(); // by id: each part as the server sent it
let isFetching = false;
let isStale = false;
let afterwards = () => {};

/** Follow the events; `changed` runs after each change of the page. */
export function follow(changed) {
  afterwards = changed;
  for (const part of parts(document)) rendered.set(part.id, part.outerHTML);
  let isFirst = true;
  const back = () => {
    offline(false);
    if (!isFirst) refresh();
    isFirst = false;
  };
  const lost = () => {
    offline(true);
    sound();
  };
  const refused = () => setTimeout(() => location.reload(), RELOAD_MS);
  listen("", Object.fromEntries(KINDS.map((kind) => [kind, refresh])), { lost, back, refused });
}

function offline(isSo) {
  document.getElementById("offline").hidden = !isSo;
}

/** Fetch the page again; once more if something happens meanwhile. */
export async function refresh() {
  isStale = true;
  if (isFetching) return;
  isFetching = true;
  try {
    while (isStale) {
      isStale = false;
      await fetchPage().catch(() => {}); // the line is lost: line.js says so, and comes back
      if (isStale) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    isFetching = false;
  }
}

async function fetchPage() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.redirected) return location.replace(answer.url);
  offline(!answer.ok); // what stands here is old
  if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

function parts(page) {
  return [...page.querySelectorAll("[id][data-live]")];
}

function show(page) {
  const ids = parts(document).map((part) => part.id);
  const fresh = parts(page);
  if (fresh.some((part) => !ids.includes(part.id)) || fresh.length !== ids.length) {
    const main = page.querySelector("main");
    for (const part of fresh) rendered.set(part.id, part.outerHTML);
    keepingFocus(document.querySelector("main"), main);
  }
  for (const part of fresh) {
    if (rendered.get(part.id) === part.outerHTML) continue;
    rendered.set(part.id, part.outerHTML);
    keepingFocus(document.getElementById(part.id), part);
  }
  document.title = page.title;
  document.body.dataset.due = page.body.dataset.due;
  afterwards();
}

/** Put `fresh` in place of `old`; what had the focus, or takes its place, has it again. */
function keepingFocus(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const placed = document.importNode(fresh, true);
  old.replaceWith(placed);
  if (!focused) return;
  const desk = focused.closest("[data-desk]")?.dataset.desk;
  const same = focused.id && document.getElementById(focused.id);
  const next = placed.querySelector("[data-first]") ?? placed.querySelector(`[data-desk="${desk}"] .btn`);
  (same || next || document.querySelector("h1")).focus();
}
