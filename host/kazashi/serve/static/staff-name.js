// Who is on duty at this computer: their name goes with what they do.

const KEPT = "kazashi-staff-name";

export function keepName() {
  const field = document.getElementById("duty");
  field.value = localStorage.getItem(KEPT) ?? "";
  field.addEventListener("change", () => localStorage.setItem(KEPT, field.value.trim()));
}

/** Fields for the name of a member of the staff begin with it. */
export function fillNames() {
  const name = document.getElementById("duty").value.trim();
  for (const field of document.querySelectorAll("input[name=staff]")) field.value ||= name;
}

/** Empty: it was not typed; then the field has the focus. */
export function staffName() {
  const field = document.getElementById("duty");
  const name = field.value.trim();
  field.setAttribute("aria-invalid", String(!name));
  if (!name) field.focus();
  return name;
}
