// The machine works: other words after ten and after thirty seconds.

import { $, whenShown } from "./page.js";
import { go } from "./steps.js";

const LATER = [
  ["longer", 10_000],
  ["long", 30_000],
];
let timers = [];

whenShown((state) => {
  if (state !== "waiting") {
    timers.forEach(clearTimeout);
    timers = [];
  } else if (!timers.length) {
    timers = LATER.map(([name, ms]) => setTimeout(() => $(`[data-step="${name}"]`) && go(name), ms));
  }
});
