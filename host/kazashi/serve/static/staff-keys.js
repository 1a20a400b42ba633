// Digits press the answers that they stand at: <button data-digit="1">.

export function pressDigit(event) {
  const isTyping = event.target.closest("input:not([type=radio], [type=checkbox]), select, textarea");
  if (isTyping || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const answer = document.querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
  if (!answer) return;
  event.preventDefault();
  answer.click();
}
