// Consents one by one: one screen for each group that is asked, then all answers to check. It is one
// question of the engine: the answer is sent once, at the end. Nothing is agreed to beforehand.

import { answer, on } from "./actions.js";
import { $$, main } from "./page.js";
import * as steps from "./steps.js";

let agreed = new Map();
let of = null; // the main part that they belong to

const groups = () => $$(".check [data-group]:not(button)").map((each) => each.dataset.group);

function note(group, isAgreed) {
  if (of !== main()) [of, agreed] = [main(), new Map()];
  agreed.set(group, isAgreed);
  for (const said of $$(`.check [data-group="${group}"] [data-said]`))
    said.hidden = said.dataset.said !== String(isAgreed);
}

function decide(group, isAgreed) {
  note(group, isAgreed);
  if (steps.path().includes("check")) return steps.back(); // it was to be changed
  const next = groups()[groups().indexOf(group) + 1];
  steps.go(next ?? "check");
}

// The answers up to now, by group.
export const given = () => (of === main() ? Object.fromEntries(agreed) : {});

export function recall(answers) {
  for (const [group, isAgreed] of Object.entries(answers)) note(group, isAgreed);
}

on("agree", (button) => decide(button.dataset.group, true));
on("disagree", (button) => decide(button.dataset.group, false));
on("change", (button) => steps.go(button.dataset.group));
on("consent", () => answer(groups().filter((group) => agreed.get(group))));
