// Two equal keys that follow at once count as one, if the site sets that: for hands that tremble.
// EN 301 549, 5.8. It is off otherwise, as PINs have doubles.

import { root } from "./page.js";

let last = { key: "", at: 0 };

// Whether `key`, pressed by `event`, is to be left out. Tell each press.
export function isAgain(key, event) {
  const isSoon = event.timeStamp - last.at < 1000 * Number(root.dataset.sameKeyS);
  const isEqual = key === last.key;
  last = { key, at: event.timeStamp };
  return isEqual && isSoon;
}
