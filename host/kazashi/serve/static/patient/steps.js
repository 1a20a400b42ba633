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

export function go(name) {
  known().push(step().dataset.step);
  showIt(name);
}

// Return false if there is none before.
export function back() {
  const before = known().pop();
  if (before) showIt(before);
  return Boolean(before);
}

export const canGoBack = () => known().length > 0;

// The bar's button is seen where it leads somewhere.
document.addEventListener("shown", () => {
  const bar = $('[data-do="back"]');
  bar.classList.toggle("none", !(canGoBack() || "leads" in bar.dataset));
});
