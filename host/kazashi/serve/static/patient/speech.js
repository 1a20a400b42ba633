// Reads aloud, if the patient wants it and the computer has a voice for the language.
// Spoken are heading, messages and choices; names and results never stand in data-say.

import { $, root, screen, step, whenShown } from "./page.js";

const RATE = 0.9;
const voices = window.speechSynthesis;
let said = "";

function voice() {
  const language = root.lang.split("-")[0];
  return voices?.getVoices().find((each) => each.lang.toLowerCase().startsWith(language));
}

export function say(text) {
  const chosen = root.dataset.speech && voice();
  if (!chosen || !text) return;
  voices.cancel();
  const words = new SpeechSynthesisUtterance(text);
  [words.voice, words.lang, words.rate] = [chosen, chosen.lang, RATE];
  voices.speak(words);
}

function wordsOf(element) {
  if (element.dataset.say) return element.dataset.say;
  const copy = element.cloneNode(true);
  for (const silent of copy.querySelectorAll("rt, [aria-hidden=true]")) silent.remove();
  return copy.textContent.trim();
}

const all = () =>
  [...(step()?.querySelectorAll("[data-say]:not([hidden])") ?? []), $('.bar[data-key="0"]')].map(wordsOf).join(" ");

// Return true.
export function sayAll() {
  say(all());
  return true;
}

whenShown(() => {
  $('.tool[data-do="speech"]').hidden = !voice();
  const now = root.dataset.speech ? `${screen().dataset.reminders} ${root.lang} ${all()}` : "";
  if (now === said) return;
  said = now;
  if (now) sayAll();
  else voices?.cancel();
});
voices?.addEventListener("voiceschanged", () => {
  $('.tool[data-do="speech"]').hidden = !voice();
});
for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, () => voices?.cancel(), true);
