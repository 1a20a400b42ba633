// Size, contrast and speech, as this patient wants them; the next begins as the site does.

import * as desk from "./desk.js";
import { on } from "./actions.js";
import { touch } from "./idle.js";
import { $, root, screen, tellShown, whenShown } from "./page.js";

const SIZES = ["1", "1.4", "2"];
const NAMES = ["size", "contrast", "speech"];
const FREE = ["idle", "opening", "out_of_order", "unassigned"]; // no visit goes on
const FORGOTTEN_MS = 60_000; // without a touch: the patient has left

const kept = window.sessionStorage; // so that a page that is loaded again is as it was
const site = Object.fromEntries(NAMES.map((name) => [name, root.dataset[name] ?? ""]));
if (!site.contrast && matchMedia("(prefers-contrast: more)").matches) site.contrast = "high";
let left = null;
let before = { step: "", visit: kept.getItem("visit") };

function set(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  kept.setItem(name, value);
  show();
  tellShown();
}

function press(name, value) {
  set(name, value);
  touch();
}

function show() {
  for (const name of ["contrast", "speech"])
    $(`.tool[data-do="${name}"]`).setAttribute("aria-pressed", Boolean(root.dataset[name]));
}

function forget() {
  for (const name of NAMES) if ((root.dataset[name] ?? "") !== site[name]) set(name, site[name]);
}

// Whether the patient who chose these is gone. What was chosen on a free screen is for the next visit.
function isAnother(step, visit) {
  const wasFree = FREE.includes(before.step);
  if (FREE.includes(step) && !wasFree) return true;
  return visit !== before.visit && !(wasFree && Number(visit) === Number(before.visit) + 1);
}

on("size", () => {
  const next = SIZES[(SIZES.indexOf(root.dataset.size ?? "1") + 1) % SIZES.length];
  press("size", next === "1" ? "" : next);
});
on("contrast", () => press("contrast", root.dataset.contrast ? "" : "high"));
on("speech", () => press("speech", root.dataset.speech ? "" : "on"));

for (const name of NAMES) {
  const value = kept.getItem(name) ?? site[name];
  if (value) root.dataset[name] = value;
}

// The next patient finds the screen as the site has it, in the site's language, too.
function leave() {
  clearTimeout(left);
  if (FREE.includes(screen().dataset.step)) left = setTimeout(abandon, FORGOTTEN_MS);
}

function abandon() {
  forget();
  const language = root.dataset.siteLanguage;
  if (screen().dataset.language !== language) desk.speak(language);
}

whenShown(() => {
  show();
  const { step, visit } = screen().dataset;
  const hasGone = isAnother(step, visit);
  before = { step, visit };
  kept.setItem("visit", visit);
  if (hasGone) forget();
  leave();
});
document.addEventListener("pointerdown", leave);
document.addEventListener("keydown", leave);
