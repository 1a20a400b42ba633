// What the staff press: calls to the interface, and forms that answer a question.
//
// <button data-method="PUT" data-path="/api/v1/…" data-body='{"a": 1}' data-with-name>
// <form data-path="/staff/desks/1/answer" data-question="7">: its fields, or one named `answer`
// data-with-name: the name of who is on duty goes with it

import { refresh } from "./staff-live.js";
import { staffName } from "./staff-name.js";

export async function press(event) {
  const form = event.type === "submit" ? event.target.closest("form[data-path]") : null;
  const button = event.type === "click" ? event.target.closest("button[data-path]") : null;
  const pressed = form ?? button;
  if (!pressed) return;
  event.preventDefault();
  const who = "withName" in pressed.dataset ? { name: staffName() } : {};
  if (who.name === "" || pressed.dataset.busy) return;
  const body = form ? answerOf(form, event.submitter) : JSON.parse(button.dataset.body ?? "{}");
  pressed.dataset.busy = "yes";
  try {
    await send(pressed, { ...body, ...who }, form);
  } finally {
    delete pressed.dataset.busy;
  }
}

async function send(pressed, body, form) {
  const answer = await fetch(pressed.dataset.path, {
    method: pressed.dataset.method ?? "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (form && answer.status === 422) return showSlip(form, await answer.json());
  if (form) showSlip(form, {});
  say(answer.ok || answer.status === 409 ? "" : document.body.dataset.refused);
  await refresh();
}

/** What is typed and chosen in `form`, by name. */
export function fieldsOf(form, submitter) {
  const fields = Object.fromEntries(new FormData(form, submitter));
  for (const box of form.querySelectorAll("input[type=checkbox]")) fields[box.name] = box.checked;
  if (["true", "false"].includes(submitter?.value)) fields[submitter.name] = submitter.value === "true";
  return fields;
}

function answerOf(form, submitter) {
  const fields = fieldsOf(form, submitter);
  form.querySelectorAll("input[type=password]").forEach((secret) => (secret.value = ""));
  return {
    question: Number(form.dataset.question),
    answer: "answer" in fields ? fields.answer : fields,
  };
}

/** `slip`: the field, and what is wrong with it; a text alone, of all of the form; {}: all is well. */
export function showSlip(form, { field = "", text = "" }) {
  for (const place of form.querySelectorAll("[data-slip]")) {
    const isHere = place.dataset.slip === field;
    place.hidden = !isHere;
    place.textContent = isHere ? text : "";
    for (const input of form.querySelectorAll(`[name="${CSS.escape(place.dataset.slip)}"]`)) {
      input.setAttribute("aria-invalid", String(isHere));
    }
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
  say(form.querySelector("[data-slip]:not([hidden])") ? "" : text);
}

export function say(text) {
  const place = document.getElementById("said");
  place.textContent = text;
  place.hidden = !text;
}
