// Calls out again what is shown, when the staff ask for it: a card was left behind, say.

import { screen, whenShown } from "./page.js";
import { sayAll } from "./speech.js";
import { tone } from "./tones.js";

let before = Number(screen().dataset.reminders);

whenShown(() => {
  const now = Number(screen().dataset.reminders);
  const isMore = now > before;
  before = now;
  if (!isMore) return;
  tone("end");
  sayAll();
});
