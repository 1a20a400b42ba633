// Digits of a PIN or of the card's front. They are here alone, until they are sent, once, in a body.
//
// Of a PIN nothing is shown, spoken or lit but how many digits there are.

import { answer, on } from "./actions.js";
import { main, step, whenShown } from "./page.js";
import { say } from "./speech.js";
import { isAgain } from "./strikes.js";
import { tone } from "./tones.js";

let typed = "";
let of = null; // the main part that it was typed in

const pad = () => step()?.querySelector("[data-pad]");
const length = () => Number(pad().dataset.length);
export const hasPad = () => Boolean(pad());

// A digit, "clear" or "enter". Return true.
export function press(key) {
  if (main().inert) return true;
  if (key === "enter") return send();
  if (key === "clear" && !typed) {
    document.querySelector('[data-do="back"]').click();
    return true;
  }
  tone("key");
  if (key === "clear") typed = typed.slice(0, -1);
  else if (typed.length < length()) typed += key;
  show();
  const count = JSON.parse(pad().dataset.counts)[typed.length];
  pad().querySelector("[data-count]").textContent = count;
  say(count);
  return true;
}

function send() {
  if (typed.length < length()) return true;
  const digits = typed;
  typed = "";
  answer(digits);
  show();
  return true;
}

function show() {
  const isShown = pad().dataset.pad !== "pin";
  pad().querySelectorAll(".slots i").forEach((slot, n) => {
    slot.classList.toggle("on", n < typed.length);
    if (isShown) slot.textContent = typed[n] ?? "";
    if (isShown) slot.classList.toggle("next", n === typed.length);
  });
  pad().querySelector(".go").setAttribute("aria-disabled", typed.length < length());
}

whenShown(() => {
  if (of === main()) return;
  [of, typed] = [main(), ""];
  if (hasPad()) show();
});

on("enter", send);
// With the pointer a key does not take the focus: Enter on a ten-key would press it again.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".pad")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-digit]");
  if (key && !isAgain(key.dataset.digit, event)) press(key.dataset.digit);
});
