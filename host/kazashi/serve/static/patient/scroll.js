// What does not fit scrolls in the middle; a key says so, and scrolls.

import { on } from "./actions.js";
import { $, main, whenShown } from "./page.js";

const SHOWN_PX = 24;
const HIDDEN_PX = 2; // the key takes place itself

function look() {
  const doesScroll = main().scrollHeight > main().clientHeight;
  if (doesScroll) main().tabIndex = 0; // for the arrow keys
  else main().removeAttribute("tabindex");
  const more = $(".more");
  const rest = main().scrollHeight - main().clientHeight - main().scrollTop;
  more.hidden = rest < (more.hidden ? SHOWN_PX : HIDDEN_PX);
}

on("more", () => main().scrollBy({ top: main().clientHeight * 0.8 }));
whenShown(() => {
  main().onscroll = look;
  $(".more").hidden = true;
  requestAnimationFrame(look);
});
addEventListener("resize", look);
