// The bar on top: what this is, how it is, and whether what is shown is still true.

import { h, Keyed, setAttribute, setText } from "./dom.js";
import { count, plural, rate } from "./format.js";
import { icon } from "./icons.js";
import { mark } from "./mark.js";
import { countStates, wordOf } from "./states.js";
import { themeButton } from "./theme.js";

const kLinkWords = { connecting: "connecting", live: "live", lost: "connection lost" };

export class Header {
  constructor(filter, { onLogout, hasToken }) {
    this.version = h("span", { class: "version" });
    this.link = h("span", { class: "link", role: "status" });
    this.rate = h("b");
    this.inFlight = h("b");
    this.states = h("span", { class: "states" });
    this.stateViews = new Keyed(this.states, ([state]) => stateButton(state, filter));
    const leave = h("button", {
      class: "quiet round", type: "button", "aria-label": "Log out", title: "Log out",
      onclick: onLogout,
    }, icon("leave"));
    this.element = h("header", { class: "bar" },
      h("h1", {}, mark(), "Gapura", this.version),
      this.link,
      h("div", { class: "totals" },
        h("span", {}, this.rate, " req/s"), h("span", {}, this.inFlight, " in flight"),
        h("a", { class: "to-events", href: "#events" }, "events"), this.states),
      filter.element,
      h("div", { class: "tools" }, themeButton(), hasToken ? leave : null));
  }

  update(model) {
    const targets = [...model.services.values()].flatMap((one) => [...one.targets.values()]);
    const total = (of) => [...model.services.values()].reduce((sum, one) => sum + of(one), 0);
    setText(this.version, model.version);
    setText(this.link, kLinkWords[model.link.state]);
    setAttribute(this.link, "data-link", model.link.state);
    setText(this.rate, rate(total((one) => one.traffic.last ?? 0)));
    setText(this.inFlight, count(targets.reduce((sum, one) => sum + one.inFlight, 0)));
    this.stateViews.update(countStates(targets), ([state]) => state);
    document.title = titleOf(model, targets);
  }
}

// Shows how it is in a tab that is not looked at.
function titleOf(model, targets) {
  if (model.link.state === "lost") return "Gapura: connection lost";
  const bad = targets.filter((one) => one.state === "suspended").length;
  return bad === 0 ? "Gapura" : `Gapura: ${plural(bad, "target")} suspended`;
}

// A count that filters by its state, and does not when pressed again.
function stateButton(state, filter) {
  const word = wordOf(state);
  const number = h("b");
  const element = h("button", {
    type: "button", class: "state-count", "data-state": state,
    onclick: () => filter.set(filter.text === word ? "" : word),
  }, number, ` ${word}`);
  return {
    element,
    update: ([, many]) => {
      setText(number, String(many));
      setAttribute(element, "aria-pressed", String(filter.text === word));
    },
  };
}
