// How far the patient has come in a question of several screens stays with the visit: a page that is
// loaded again, or shows the question again, stands there. What is typed on a pad is not in it.

import { given, recall } from "./consents.js";
import * as desk from "./desk.js";
import { main, screen, whenShown } from "./page.js";
import * as steps from "./steps.js";

const WITHOUT = ["face", "front", "language"]; // their steps tell of the camera, or stand above the question

let of = null; // the main part that was put where the visit stands
let sent = Promise.resolve(); // one after the other, so that the last one stays

document.addEventListener("stepped", () => {
  const { state, step } = screen().dataset;
  if (step !== "asked" || WITHOUT.includes(state)) return;
  const [question, soFar] = [desk.number(), { steps: steps.path(), agreed: given() }];
  sent = sent.then(() => desk.keep(question, soFar));
});

whenShown(() => {
  if (of === main()) return;
  of = main();
  const kept = JSON.parse(screen().dataset.soFar);
  if (!kept) return;
  recall(kept.agreed);
  steps.restore(kept.steps);
});
