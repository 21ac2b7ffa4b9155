// Gapura's sign, a split gate; mark.svg is the same for the browser's tab.

import { svg } from "./dom.js";

export function mark() {
  return svg("svg", { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true" },
    svg("path", { d: "M14 3v26H3v-4h2v-5h2v-5h2v-4h2V7h1V3z" }),
    svg("path", { d: "M18 3v26h11v-4h-2v-5h-2v-5h-2v-4h-2V7h-1V3z" }));
}
