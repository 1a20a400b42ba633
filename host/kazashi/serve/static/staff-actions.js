// What the staff press: calls to the interface, and forms that answer a question.
//
// <button data-method="PUT" data-path="/api/v1/…" data-body='{"a": 1}' data-with-name>
// <form data-path="/staff/desks/1/answer" data-question="7">: its fields, or one named `answer`

import { refresh } from "./staff-live.js";
import { staffName } from "./staff-name.js";

export async function press(event) {
  const form = event.type === "submit" ? event.target.closest("form[data-path]") : null;
  const button = event.type === "click" ? event.target.closest("button[data-path]") : null;
  const pressed = form ?? button;
  if (!pressed) return;
  event.preventDefault();
  const body = form ? answerOf(form, event.submitter) : bodyOf(button);
  if (body === null || pressed.dataset.busy) return;
  pressed.dataset.busy = "yes";
  try {
    await send(pressed, body, form);
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
  say(answer.ok || answer.status === 409 ? "" : document.body.dataset.refused);
  await refresh();
}

function bodyOf(button) {
  const body = JSON.parse(button.dataset.body ?? "{}");
  if (!("withName" in button.dataset)) return body;
  const name = staffName();
  return name ? { ...body, name } : null;
}

function answerOf(form, submitter) {
  const fields = Object.fromEntries(new FormData(form, submitter));
  for (const box of form.querySelectorAll("input[type=checkbox]")) fields[box.name] = box.checked;
  if (["true", "false"].includes(submitter?.value)) fields[submitter.name] = submitter.value === "true";
  form.querySelectorAll("input[type=password]").forEach((secret) => (secret.value = ""));
  const answer = "answer" in fields ? fields.answer : fields;
  return { question: Number(form.dataset.question), answer };
}

/** `slip`: which field, and what is wrong with it. */
function showSlip(form, slip) {
  for (const place of form.querySelectorAll("[data-slip]")) {
    const isHere = place.dataset.slip === slip.field;
    place.hidden = !isHere;
    place.textContent = isHere ? slip.text : "";
    const field = form.elements[place.dataset.slip];
    field?.setAttribute?.("aria-invalid", String(isHere));
    if (isHere) (field?.focus ? field : form.querySelector(`[name="${slip.field}"]`))?.focus();
  }
  const isPlaced = form.querySelector(`[data-slip="${CSS.escape(slip.field ?? "")}"]`);
  say(isPlaced ? "" : slip.text ?? document.body.dataset.refused);
}

export function say(text) {
  const place = document.getElementById("said");
  place.textContent = text;
  place.hidden = !text;
}
