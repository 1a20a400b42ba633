// The camera, while a face is asked for: the patient sees it, the engine gets pictures one by one.
// Nothing of it is kept, or goes anywhere else.

import { answer } from "./actions.js";
import { number, sendPicture } from "./desk.js";
import { $, screen, whenShown } from "./page.js";
import { go } from "./steps.js";

const EACH_MS = 1500;
const READ_MS = 4000; // that the camera cannot be used
const QUALITY = 0.9;

let stream = null;
let opening = false;
let sent = 0; // the question that got its picture, or gets it
let due = null;
let last = 0;

async function open() {
  if (stream || opening) return;
  opening = true;
  try {
    const opened = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    stream = opened;
    last = Date.now(); // a moment to look
    attend();
  } catch {
    if (screen().dataset.state === "face") refuse();
  } finally {
    opening = false;
  }
}

function close() {
  clearTimeout(due);
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  sent = 0;
}

// There is none, or it is not allowed: the patient reads so, then another way is asked for.
function refuse() {
  go("no-camera");
  const asked = number();
  setTimeout(() => number() === asked && answer(null), READ_MS);
}

function attend() {
  if (screen().dataset.state !== "face") return close();
  const video = $("[data-camera]");
  if (video && stream && video.srcObject !== stream) {
    video.srcObject = stream;
    video.play().catch(() => {}); // it is gone already
  }
  if (screen().dataset.step !== "asked" || sent === number()) return;
  sent = number();
  clearTimeout(due);
  due = setTimeout(take, Math.max(0, last + EACH_MS - Date.now()), sent);
}

function take(question) {
  const video = $("[data-camera]");
  if (!stream || !video || number() !== question) return;
  if (!video.videoWidth) {
    due = setTimeout(take, 100, question);
    return;
  }
  const frame = document.createElement("canvas");
  [frame.width, frame.height] = [video.videoWidth, video.videoHeight];
  frame.getContext("2d").drawImage(video, 0, 0);
  last = Date.now();
  frame.toBlob((jpeg) => jpeg && sendPicture(question, jpeg), "image/jpeg", QUALITY);
}

whenShown((state) => {
  if (state !== "face") close();
  else if (!stream) open();
  else attend();
});
addEventListener("pagehide", close);
