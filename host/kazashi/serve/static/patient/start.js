// Card, phone or neither: the answer, or the beginning of a visit.

import * as desk from "./desk.js";
import { answer, on, settle } from "./actions.js";
import { main, screen } from "./page.js";

on("token", async (button) => {
  const token = button.dataset.token;
  if (screen().dataset.step === "asked") return answer(token);
  main().inert = true;
  settle(await desk.begin(token === "neither" ? null : token));
});
