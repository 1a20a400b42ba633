// What axe does not see, in the page as it is: text that is cut, sideways scrolling, what moves, small
// targets and letters. `target`, `letters`: CSS pixels; not of those beside a simulated reader, which
// no patient uses.
({ target: leastTarget, letters }) => {
  const TOOL = 20, RUBY = 18; // their letters may be smaller; so may the Japanese beside a text
  const found = [];
  const root = document.documentElement;
  const said = (e) => `${e.tagName.toLowerCase()}.${e.className} "${(e.innerText || "").trim().slice(0, 20)}"`;
  const isSeen = (e) => {
    const box = e.getBoundingClientRect();
    return e.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1;
  };
  const hasText = (e) => [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isClipped = (overflow) => overflow === "hidden" || overflow === "clip";
  if (root.scrollWidth > innerWidth + 1) found.push(`scrolls sideways: ${root.scrollWidth} > ${innerWidth}`);
  for (const e of document.querySelectorAll("body *")) {
    if (!isSeen(e) || e.closest("svg, rp, .vh")) continue; // .vh: for screen readers alone
    const style = getComputedStyle(e);
    const leastLetters = e.closest("rt, .beside") ? RUBY : e.closest(".tool") ? TOOL : letters;
    if (letters && hasText(e) && !e.closest(".test") && parseFloat(style.fontSize) < leastLetters) found.push(`letters of ${style.fontSize}: ${said(e)}`);
    if (style.animationName !== "none" || /[1-9]/.test(style.transitionDuration) || style.scrollBehavior === "smooth") found.push(`moves: ${said(e)}`);
    if (e.closest("rt")) continue;
    const box = e.getBoundingClientRect();
    const isSide = e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0 && style.display !== "inline";
    if (isSide && (isClipped(style.overflowX) || style.overflowX === "auto" || style.overflowX === "scroll")) found.push(`cut sideways: ${said(e)}`);
    if (isClipped(style.overflowY) && e.scrollHeight > e.clientHeight + 2 && e.clientHeight > 0) found.push(`cut below: ${said(e)}`);
    if (box.right > root.clientWidth + 1 || box.left < -1) found.push(`beyond the edge: ${said(e)}`);
    if (style.textOverflow === "ellipsis" && e.scrollWidth > e.clientWidth) found.push(`ellipsis: ${said(e)}`);
  }
  for (const e of document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button]")) {
    if (e.closest(".test")) continue; // the table of a simulated reader: no patient's
    const target = e.matches("input[type=checkbox], input[type=radio]") ? e.closest("label") || e : e;
    const box = target.getBoundingClientRect();
    if (isSeen(target) && !e.closest(".test") && Math.min(box.width, box.height) < leastTarget - 0.5) found.push(`target ${Math.round(box.width)}x${Math.round(box.height)}: ${said(e)}`);
  }
  return [...new Set(found)];
}
