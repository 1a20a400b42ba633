// The declaration as a PDF, and the text of 摘要欄: <form data-pdf="…" data-basis="…" data-visit="…">.

import { fieldsOf, say, showSlip } from "./staff-actions.js";

export async function declare(event) {
  const form = event.target.closest("form[data-pdf]");
  if (!form) return;
  event.preventDefault();
  const { pdf, basis, visit } = form.dataset;
  const answer = await fetch(pdf, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...fieldsOf(form), basis, visit: visit ? Number(visit) : null }),
  });
  if (answer.status === 422) return showSlip(form, await answer.json());
  if (!answer.ok) return say(document.body.dataset.refused);
  showSlip(form, {});
  const made = await answer.json();
  document.getElementById("remarks").value = made.remarks;
  offer(Uint8Array.from(atob(made.pdf), (byte) => byte.charCodeAt(0)));
}

/** Links to the PDF; the one made before is forgotten. */
function offer(bytes) {
  const [open, save] = [document.getElementById("pdf"), document.getElementById("pdf-file")];
  URL.revokeObjectURL(open.href);
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
  for (const link of [open, save]) {
    link.href = address;
    link.hidden = false;
  }
  open.focus();
}

/** <button data-copies="id"> puts the text of that field on the clipboard. */
export async function copy(event) {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    document.execCommand("copy"); // without a permission, or beyond localhost without TLS
  }
  document.getElementById("copied").hidden = false;
}
