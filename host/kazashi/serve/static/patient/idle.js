// Time: each press is a sign of life for the service, which asks for one before it ends a visit.

import * as desk from "./desk.js";
import { on } from "./actions.js";
import { $, root, screen, whenShown } from "./page.js";
import { say } from "./speech.js";

const EACH_MS = 5000;
const SAID_AGAIN_S = 10;

let touched = 0;
let ticking = null;

export const isSlow = () => root.dataset.size === "2" || root.dataset.speech === "on";

export function touch() {
  if (screen().dataset.step !== "asked" || Date.now() - touched < EACH_MS) return;
  touched = Date.now();
  desk.touch(isSlow());
}

function goOn() {
  touched = Date.now();
  desk.touch(isSlow());
}

function tick(dialog, until) {
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  dialog.querySelector(".seconds").textContent = left;
  dialog.querySelector("progress").value = left;
  if (left === SAID_AGAIN_S) say(dialog.dataset.say);
}

whenShown(() => {
  const dialog = $('dialog[data-part="idle"]');
  if (!dialog.dataset.seconds) {
    clearInterval(ticking);
    return;
  }
  if (dialog.open) return;
  clearInterval(ticking);
  const until = Date.now() + 1000 * Number(dialog.dataset.seconds);
  dialog.showModal();
  dialog.querySelector("[data-do=continue]").focus();
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  say(dialog.dataset.say);
  ticking = setInterval(() => tick(dialog, until), 1000);
});

on("continue", goOn);
document.addEventListener("pointerdown", () => !$("dialog[open]") && touch());
document.addEventListener("keydown", (event) => {
  if (!$("dialog[open]")) return touch();
  if (["Tab", "Enter", " ", "Shift"].includes(event.key)) return; // of the dialog's buttons
  event.preventDefault();
  goOn();
});
