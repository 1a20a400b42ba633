// What the screen asks of the service: see /api/v1.

import { root, screen } from "./page.js";

const path = `/api/v1/desks/${root.dataset.desk}`;

async function call(method, address, body) {
  const isPicture = body instanceof Blob;
  return fetch(address, {
    method,
    headers: body === undefined ? {} : { "content-type": isPicture ? body.type : "application/json" },
    body: body === undefined || isPicture ? body : JSON.stringify(body),
  });
}

// Each returns the answer, or null if the line is lost: follow.js says so.
const sent = async (...what) => {
  try {
    return await call(...what);
  } catch {
    return null;
  }
};
const tried = (method, name, body) => sent(method, path + name, body);

export const number = () => Number(screen().dataset.number);
export const answer = (value) => tried("POST", "/answer", { question: number(), answer: value });
export const keep = (question, soFar) => sent("PUT", `/patient/${root.dataset.desk}/so-far/${question}`, soFar);
export const sendPicture = (question, jpeg) => tried("PUT", `/answer/${question}/picture`, jpeg);
export const begin = (token) => tried("POST", "/visit", { token });
export const stop = () => tried("DELETE", "/visit");
export const callStaff = () => tried("POST", "/call");
export const letGo = () => tried("DELETE", "/call");
export const touch = (slow) => tried("POST", "/touch", { slow });
export const speak = (language) => tried("POST", "/language", { language });
export const table = (card) => tried("PUT", "/table", { card });

export async function shown(view) {
  const answer = await fetch(`/patient/${root.dataset.desk}/screen?view=${view}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}
