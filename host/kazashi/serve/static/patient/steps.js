// A state that has several screens: which is seen, and the way back.

import { $, $$, step, tellShown, main } from "./page.js";
import { focus } from "./screen.js";

let passed = [];
let of = null; // the main part that they belong to

const showIt = (name) => {
  for (const each of $$("#main > [data-step]")) each.hidden = each.dataset.step !== name;
  focus();
  tellShown();
};

const known = () => {
  if (of !== main()) [of, passed] = [main(), []];
  return passed;
};

// By the patient: so-far.js tells the service.
const moved = (name) => {
  showIt(name);
  document.dispatchEvent(new Event("stepped"));
};

export function go(name) {
  known().push(step().dataset.step);
  moved(name);
}

// Return false if there is none before.
export function back() {
  const before = known().pop();
  if (before) moved(before);
  return Boolean(before);
}

// Names of the screens on the way here, and of this one.
export const path = () => [...known(), step()?.dataset.step];

// Show the last screen of a path as if the patient had come that way.
export function restore(names) {
  const here = $$("#main > [data-step]").map((each) => each.dataset.step);
  if (!names.every((name) => here.includes(name))) return;
  [of, passed] = [main(), names.slice(0, -1)];
  showIt(names.at(-1));
}

export const canGoBack = () => known().length > 0;

// The bar's button is seen where it leads somewhere.
document.addEventListener("shown", () => {
  const bar = $('[data-do="back"]');
  bar.classList.toggle("none", !(canGoBack() || "leads" in bar.dataset));
});
