// All services, or what to do when there are none.

import { h, Keyed, setText } from "./dom.js";
import { plural } from "./format.js";
import { ServiceView } from "./service.js";

export class Services {
  constructor(model, filter) {
    this.filter = filter;
    this.list = h("div", { class: "services" });
    this.views = new Keyed(this.list, (service) => new ServiceView(service, model, filter));
    this.none = h("p", { class: "note nothing" });
    this.files = h("ul", { class: "files" });
    this.idle = h("section", { class: "idle", hidden: true },
      h("h2", {}, "Nothing to balance yet"),
      h("p", {}, "Gapura runs and has no services. Add a router and a service to one of the " +
        "configuration files; they take effect as the file is saved."),
      this.files);
    this.element = h("main", { id: "services", tabindex: "-1" }, this.idle, this.none, this.list);
  }

  update(model) {
    if (!model.isLoaded) {
      setText(this.none, "Loading…");
      return;
    }
    const services = [...model.services.values()];
    this.views.update(services, (one) => one.name);
    this.idle.hidden = services.length > 0;
    if (services.length === 0) this.#listFiles(model.config.files);
    const isNothing = services.length > 0 && [...this.list.children].every((one) => one.hidden);
    setText(this.none, isNothing ? `No service or target matches “${this.filter.text}”. ` +
      "Escape in the field shows all." : "");
    this.none.hidden = !isNothing;
  }

  #listFiles(files) {
    const words = files.map((one) => one.path);
    const text = words.length === 0 ? ["No configuration file is read."]
      : [`${plural(words.length, "file")} read:`, ...words];
    if (this.files.textContent === text.join("")) return;
    this.files.replaceChildren(...text.map((one) => h("li", {}, one)));
  }
}
