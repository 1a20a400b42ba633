// A ten-key beside the screen, or a keyboard: a digit goes to that choice and reads it, Enter takes
// it, 0 goes to the staff's button, Clear goes back. On a pad digits are typed: pad.js.

import { $, step } from "./page.js";
import { hasPad, press } from "./pad.js";
import { say, sayAll } from "./speech.js";
import { isAgain } from "./strikes.js";

const CLEAR = ["Backspace", "Delete", "Clear", "Escape"];

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("select, input");
  if (isTyping || event.ctrlKey || event.altKey || event.metaKey || $("dialog[open]")) return;
  const isOfTenKey = /^[0-9]$/.test(event.key) || event.key === "Enter" || CLEAR.includes(event.key);
  if ((isOfTenKey && isAgain(event.key, event)) || run(event.key)) event.preventDefault();
});

// Return false if the key is none of these.
function run(key) {
  if (hasPad()) {
    if (/^[0-9]$/.test(key)) return press(key);
    if (CLEAR.includes(key)) return press("clear");
    if (key === "Enter") return !isOnButton() && press("enter");
    return false;
  }
  if (/^[0-9]$/.test(key)) return goTo(key);
  if (CLEAR.includes(key)) return back();
  if (key === "Enter" && !isOnButton()) return takeOnly() || sayAll();
  return false;
}

function goTo(key) {
  const choice = key === "0" ? $('.bar[data-key="0"]') : step()?.querySelector(`[data-key="${key}"]`);
  choice?.focus();
  if (choice) say(choice.dataset.say ?? choice.textContent);
  return true;
}

// Where there is one thing to press, Enter presses it.
function takeOnly() {
  const all = step()?.querySelectorAll(".acts .act:not(.quiet)") ?? [];
  if (all.length !== 1) return false;
  all[0].click();
  return true;
}

function back() {
  const bar = $('[data-do="back"]');
  if (!bar.classList.contains("none")) bar.click();
  return true;
}

const isOnButton = () => document.activeElement?.matches("button, a");
