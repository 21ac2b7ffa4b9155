// Light or dark: as the system says, until a person says otherwise in this browser.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const kKey = "gapura.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const chosen = localStorage.getItem(kKey);
  return chosen === null ? system.matches : chosen === "dark";
}

function apply() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
}

export function followTheme() {
  apply();
  system.addEventListener("change", apply);
}

export function themeButton() {
  const button = h("button", { class: "quiet round", type: "button", onclick: toggle });
  const show = () => {
    button.replaceChildren(icon(isDark() ? "sun" : "moon"));
    button.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    button.title = button.getAttribute("aria-label");
  };
  function toggle() {
    const wanted = isDark() ? "light" : "dark";
    // Back to what the system says: nothing to remember.
    if ((wanted === "dark") === system.matches) localStorage.removeItem(kKey);
    else localStorage.setItem(kKey, wanted);
    apply();
    show();
  }
  system.addEventListener("change", show);
  show();
  return button;
}
