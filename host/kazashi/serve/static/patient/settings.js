// Size, contrast and speech, as this patient wants them; the next begins as the site does.

import * as desk from "./desk.js";
import { on } from "./actions.js";
import { touch } from "./idle.js";
import { $, root, screen, tellShown, whenShown } from "./page.js";

const SIZES = ["1", "1.4", "2"];
const NAMES = ["size", "contrast", "speech"];
const FREE = ["idle", "out_of_order", "unassigned"]; // no visit goes on
const FORGOTTEN_MS = 60_000; // nobody is there any more

const kept = window.sessionStorage; // so that a page that is loaded again is as it was
const site = Object.fromEntries(NAMES.map((name) => [name, root.dataset[name] ?? ""]));
if (!site.contrast && matchMedia("(prefers-contrast: more)").matches) site.contrast = "high";
let left = null;
let before = "";

function set(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  kept.setItem(name, value);
  show();
  tellShown();
  touch();
}

function show() {
  for (const name of ["contrast", "speech"])
    $(`.tool[data-do="${name}"]`).setAttribute("aria-pressed", Boolean(root.dataset[name]));
}

function forget() {
  for (const name of NAMES) if ((root.dataset[name] ?? "") !== site[name]) set(name, site[name]);
  const language = root.dataset.siteLanguage;
  if (screen().dataset.language !== language) desk.speak(language);
}

on("size", () => {
  const next = SIZES[(SIZES.indexOf(root.dataset.size ?? "1") + 1) % SIZES.length];
  set("size", next === "1" ? "" : next);
});
on("contrast", () => set("contrast", root.dataset.contrast ? "" : "high"));
on("speech", () => set("speech", root.dataset.speech ? "" : "on"));

for (const name of NAMES) {
  const value = kept.getItem(name) ?? site[name];
  if (value) root.dataset[name] = value;
}

function leave() {
  clearTimeout(left);
  if (FREE.includes(screen().dataset.step)) left = setTimeout(forget, FORGOTTEN_MS);
}

whenShown(() => {
  show();
  const step = screen().dataset.step;
  if (step !== before && step === "idle") {
    before = step;
    forget();
  }
  before = step;
  leave();
});
document.addEventListener("pointerdown", leave);
document.addEventListener("keydown", leave);
