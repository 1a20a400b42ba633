// One soft sound whenever it changes where the staff must act, and when the service is lost.

let before = document.body.dataset.due;
let audio = null;

export function soundIfChanged() {
  const now = document.body.dataset.due;
  if (now === before) return;
  before = now;
  sound();
}

export function sound() {
  const mayBeHeard = navigator.userActivation.hasBeenActive; // browsers keep other pages silent
  if (!mayBeHeard || !document.getElementById("sound").checked) return;
  audio ??= new AudioContext();
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  const begin = audio.currentTime;
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(0.12, begin + 0.05);
  volume.gain.linearRampToValueAtTime(0, begin + 0.5);
  tone.connect(volume).connect(audio.destination);
  tone.start(begin);
  tone.stop(begin + 0.5);
}
