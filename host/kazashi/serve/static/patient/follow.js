// Follows the desk's events. A lost line is said; the service tells the staff.

import { listen } from "../line.js";
import { $, root, screen } from "./page.js";
import { changed, refresh } from "./screen.js";

export function follow() {
  listen(`&desk=${root.dataset.desk}`, { screen: seen }, { lost: () => say(true), back });
}

function seen(event) {
  const shown = JSON.parse(event.data);
  if (shown.id > Number(screen().dataset.id)) changed(shown);
}

function back() {
  say(false);
  screen().dataset.id = -1; // the service may have begun anew, and counts from the start
  refresh();
}

function say(isLost) {
  $(".lost").hidden = !isLost;
}
