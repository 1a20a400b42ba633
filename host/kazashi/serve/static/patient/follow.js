// Follows the desk's events. A lost line is said after three seconds; after ten, the staff are
// called once it is back. The browser connects again by itself, or here if the service refused.

import * as desk from "./desk.js";
import { $, root, screen } from "./page.js";
import { changed, refresh } from "./screen.js";

const SAID_MS = 3000;
const CALLED_MS = 10_000;
const AGAIN_MS = 2000;

let lostAt = 0;
let timer = null;

export function follow() {
  const events = new EventSource(`/api/v1/events?desk=${root.dataset.desk}`);
  events.addEventListener("open", back);
  events.addEventListener("error", () => {
    lost();
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS);
  });
  events.addEventListener("screen", (event) => {
    const shown = JSON.parse(event.data);
    if (shown.id > Number(screen().dataset.id)) changed(shown);
  });
}

function lost() {
  if (lostAt) return;
  lostAt = Date.now();
  timer = setTimeout(() => say(true), SAID_MS);
}

function back() {
  clearTimeout(timer);
  const wasLong = lostAt && Date.now() - lostAt >= CALLED_MS;
  lostAt = 0;
  say(false);
  screen().dataset.id = -1; // the service may have begun anew, and counts from the start
  refresh();
  if (wasLong) desk.callStaff();
}

function say(isLost) {
  $(".lost").hidden = !isLost;
}
