// The table of a simulated reader: lays cards, so that a whole visit is seen without hardware.

import * as desk from "./desk.js";
import { on } from "./actions.js";
import { $ } from "./page.js";

on("lay", () => desk.table($('select[data-do="kind"]').value));
on("take", () => desk.table(null));
