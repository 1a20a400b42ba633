// The camera, while a face or the card's front is asked for: the patient sees it, the engine gets
// pictures one by one. Nothing of it is kept, or goes anywhere else.
//
// Which camera: data-only is a part of its label, data-not one of the label of another.

import { answer } from "./actions.js";
import { number, sendPicture } from "./desk.js";
import { $, hasCamera, screen, whenShown } from "./page.js";
import { go } from "./steps.js";

const EACH_MS = 1500;
const READ_MS = 4000; // that the camera cannot be used
const QUALITY = 0.9;

let stream = null;
let of = ""; // the state that it was opened for
let opening = false;
let sent = 0; // the question that got its picture, or gets it
let due = null;
let last = 0;

const media = navigator.mediaDevices;
const stop = (opened) => opened?.getTracks().forEach((track) => track.stop());

async function open() {
  if (stream || opening) return;
  opening = true;
  const state = screen().dataset.state;
  const opened = await chosen($("[data-camera]").dataset).catch(() => null);
  const isRefused = !opened && screen().dataset.state === state;
  if (isRefused) refuse();
  opening = false;
  if (isRefused) return;
  [stream, of] = [opened, state];
  last = Date.now(); // a moment to look
  look();
}

// A label is told only while a camera is allowed: so any is opened, then the one that is meant.
async function chosen({ only, not }) {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const any = await media.getUserMedia({ audio: false, video: { facingMode: "user", ...size } });
  if (!only && !not) return any;
  const all = (await media.enumerateDevices()).filter((each) => each.kind === "videoinput");
  const meant = all.find(({ label }) => (only ? label.includes(only) : !label.includes(not)));
  stop(any);
  if (!meant) throw new Error("no such camera");
  return media.getUserMedia({ audio: false, video: { deviceId: { exact: meant.deviceId }, ...size } });
}

function close() {
  clearTimeout(due);
  stop(stream);
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
  const video = $("[data-camera]");
  if (video && video.srcObject !== stream) {
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

function look() {
  if (stream && of !== screen().dataset.state) close();
  if (!hasCamera()) return;
  if (stream) attend();
  else open();
}

whenShown(look);
addEventListener("pagehide", close);
