// The staff screen: follows events, and asks the server for the page as it is now.

import { press } from "./staff-actions.js";
import { showAges } from "./staff-ages.js";
import { copy, declare } from "./staff-declaration.js";
import { pressDigit } from "./staff-keys.js";
import { follow } from "./staff-live.js";
import { fillNames, keepName } from "./staff-name.js";
import { soundIfChanged } from "./staff-sound.js";

keepName();
follow(() => {
  showAges();
  fillNames();
  soundIfChanged();
});
showAges();
fillNames();
setInterval(showAges, 1000);
document.addEventListener("click", press);
document.addEventListener("click", copy);
document.addEventListener("submit", press);
document.addEventListener("submit", declare);
document.addEventListener("keydown", pressDigit);
