// Short tones beside words: a key, an end, a mistake. Each key sounds the same.

import { $, screen, whenShown } from "./page.js";

const TONES = { key: [[660, 0.04]], end: [[880, 0.15], [1175, 0.25]], mistake: [[330, 0.3]] };
const LOUD = 0.08;

let context = null; // browsers allow one once something was pressed
let before = "";

export function tone(name) {
  if (!context) return;
  let at = context.currentTime;
  for (const [hertz, seconds] of TONES[name]) {
    const [source, level] = [context.createOscillator(), context.createGain()];
    source.frequency.value = hertz;
    level.gain.setValueAtTime(LOUD, at);
    level.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
    source.connect(level).connect(context.destination);
    source.start(at);
    source.stop(at + seconds);
    at += seconds;
  }
}

for (const name of ["pointerdown", "keydown"])
  document.addEventListener(name, () => (context ??= new AudioContext()), { once: true });

whenShown((state) => {
  const { number, reminders } = screen().dataset;
  const now = `${state} ${number} ${reminders} ${Boolean($(".msg.attn"))}`;
  if (now === before) return;
  before = now;
  if (["done", "stopped"].includes(state)) tone("end");
  else if ($(".msg.attn")) tone("mistake");
});
