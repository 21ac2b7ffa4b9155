// Says that the connection is lost, and when it is tried again.

import { h, setText } from "./dom.js";

export class Banner {
  constructor(onRetry) {
    this.when = h("span");
    this.element = h("div", { class: "banner", role: "alert", hidden: true },
      h("span", {}, "Connection lost, retrying", this.when,
        ". What is shown may be out of date."),
      h("button", { type: "button", onclick: onRetry }, "Retry now"));
    // Counts down while nothing else changes.
    const timer = setInterval(() => {
      if (this.element.isConnected) this.#tick();
      else clearInterval(timer);
    }, 500);
  }

  update(model) {
    this.retryAt = model.link.retryAt;
    this.element.hidden = model.link.state !== "lost";
    document.body.classList.toggle("is-stale", model.link.state === "lost");
    this.#tick();
  }

  #tick() {
    if (this.element.hidden) return;
    const left = Math.ceil((this.retryAt - performance.now()) / 1000);
    setText(this.when, left > 0 ? ` in ${left} s` : "");
  }
}
