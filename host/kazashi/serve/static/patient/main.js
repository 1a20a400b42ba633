// The patient screen. Each module has one job; they meet in the page: screen.js says "shown" there
// whenever something else is shown, actions.js runs what a pressed button names.

import "./actions.js";
import "./camera.js";
import "./consents.js";
import "./idle.js";
import "./keys.js";
import "./pad.js";
import "./reminder.js";
import "./scroll.js";
import "./settings.js";
import "./so-far.js";
import "./speech.js";
import "./start.js";
import "./table.js";
import "./tones.js";
import "./waiting.js";
import { follow } from "./follow.js";

follow();
