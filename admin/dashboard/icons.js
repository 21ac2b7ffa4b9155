// The few drawings, by name: 16 units wide, in the colour of the text.

import { svg } from "./dom.js";

const kPaths = {
  sun: "M8 5a3 3 0 100 6 3 3 0 000-6zM8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6L13 13M13 3" +
    "l-1.4 1.4M4.4 11.6L3 13",
  moon: "M13.5 9.8A6 6 0 016.2 2.5a6 6 0 107.3 7.3z",
  leave: "M6 2.5H3v11h3M7 8h6.5M11 5.5L13.5 8 11 10.5",
  search: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.3 10.3L14 14",
  good: "M3 8.5l3.2 3.2L13 5",
  bad: "M4 4l8 8M12 4l-8 8",
  warning: "M8 2L1.5 13.5h13zM8 6.5v3M8 11.4v.6",
};

export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("path", { d: kPaths[name] }));
}
