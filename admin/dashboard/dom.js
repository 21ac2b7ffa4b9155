// Elements without markup: text stays text, so that a target's name can never become an element.

// h("p", { class: "note", onclick: act, "aria-label": "…" }, "text", child, …)
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((one) => one !== null && one !== undefined));
  return element;
}

// Writes only what differs: an unchanged text keeps selection, and costs no layout.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Keeps one view for each item, in the items' order. `make(item)` gives {element, update(item)}.
export class Keyed {
  constructor(parent, make) {
    this.parent = parent;
    this.make = make;
    this.views = new Map();
  }

  update(items, keyOf) {
    const keys = new Set(items.map(keyOf));
    for (const [key, view] of this.views) {
      if (keys.has(key)) continue;
      view.element.remove();
      this.views.delete(key);
    }
    let place = this.parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let view = this.views.get(key);
      if (view === undefined) {
        view = this.make(item);
        this.views.set(key, view);
      }
      if (view.element === place) place = place.nextElementSibling;
      else this.parent.insertBefore(view.element, place);
      view.update(item);
    }
  }
}
