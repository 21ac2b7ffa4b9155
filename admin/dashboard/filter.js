// The filter field: each of its words must be found in a target or its service. "/" leads to it,
// Escape empties it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { wordOf } from "./states.js";

export class Filter {
  #words = [];
  #listeners = [];

  constructor() {
    this.input = h("input", {
      type: "search", placeholder: "Filter targets", autocomplete: "off", spellcheck: "false",
      "aria-label": "Filter services and targets", "aria-keyshortcuts": "/",
      oninput: () => this.#changed(),
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        if (this.input.value === "") this.input.blur();
        else this.set("");
        event.preventDefault();
      },
    });
    this.element = h("div", { class: "filter", role: "search" },
      icon("search"), this.input, h("kbd", { "aria-hidden": "true" }, "/"));
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.closest("input, textarea, select, dialog") !== null;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.input.focus();
      this.input.select();
    });
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  get isEmpty() {
    return this.#words.length === 0;
  }

  get text() {
    return this.input.value.trim();
  }

  set(text) {
    this.input.value = text;
    this.#changed();
  }

  accepts(service, target) {
    const text = [service.name, target.id, target.url, target.address ?? "", wordOf(target.state),
      target.origin].join(" ").toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  // Of a service without targets, or as a whole.
  acceptsName(service) {
    return this.#words.every((word) => service.name.toLowerCase().includes(word));
  }

  #changed() {
    this.#words = this.input.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    for (const listener of this.#listeners) listener();
  }
}
