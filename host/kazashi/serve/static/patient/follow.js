// Follows the desk's events. A lost line is said; after ten seconds, the staff are called once it is
// back.

import { listen } from "../line.js";
import * as desk from "./desk.js";
import { $, root, screen } from "./page.js";
import { changed, refresh } from "./screen.js";

const CALLED_MS = 10_000;

export function follow() {
  listen(`&desk=${root.dataset.desk}`, { screen: seen }, { lost: () => say(true), back });
}

function seen(event) {
  const shown = JSON.parse(event.data);
  if (shown.id > Number(screen().dataset.id)) changed(shown);
}

function back(silentMs) {
  say(false);
  screen().dataset.id = -1; // the service may have begun anew, and counts from the start
  refresh();
  if (silentMs >= CALLED_MS) desk.callStaff();
}

function say(isLost) {
  $(".lost").hidden = !isLost;
}
