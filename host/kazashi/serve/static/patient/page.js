// The page's elements, and what the server says of them.

export const root = document.documentElement;
export const screen = () => document.getElementById("screen");
export const main = () => document.getElementById("main");
export const $ = (selector) => document.querySelector(selector);
export const $$ = (selector) => [...document.querySelectorAll(selector)];

// The step of the state that is seen.
export const step = () => $("#main > [data-step]:not([hidden])");

// Whether a camera is seen: it goes on from one question to the next.
export const hasCamera = () => ["face", "front"].includes(screen().dataset.state);

// `run(state)`: now, and each time that something else is shown. `state`: its name.
export const whenShown = (run) => {
  document.addEventListener("shown", () => run(screen().dataset.state));
  run(screen().dataset.state);
};
export const tellShown = () => document.dispatchEvent(new Event("shown"));
