// What a button does: data-answer answers the question, data-do names an action.
// A press counts on release; sliding off cancels: that is what "click" is.

import * as desk from "./desk.js";
import { main, screen } from "./page.js";
import { choose, refresh } from "./screen.js";
import * as steps from "./steps.js";

const actions = new Map();

export const on = (name, run) => actions.set(name, run);

// Answer the question; until the next is here nothing can be pressed.
export async function answer(value) {
  main().inert = true;
  settle(await desk.answer(value));
}

// What a call came to. Refused: what is shown is old.
export function settle(done) {
  if (done?.ok) return;
  main().inert = false;
  if (done) refresh();
}

on("step", (button) => steps.go(button.dataset.to));
on("back", () => {
  if (screen().dataset.state === "language") choose("");
  else if (!steps.back() && "leads" in document.querySelector('[data-do="back"]').dataset) answer("back");
});
on("stop", async () => settle(await desk.stop()));
on("call", async () => settle(await desk.callStaff()));
on("let-go", async () => settle(await desk.letGo()));
on("language", () => choose(screen().dataset.state === "language" ? "" : "language"));
on("speak", async (button) => {
  await desk.speak(button.dataset.language);
  choose("");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do],[data-answer]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  if (button.dataset.answer !== undefined) answer(JSON.parse(button.dataset.answer));
  else actions.get(button.dataset.do)?.(button);
});
