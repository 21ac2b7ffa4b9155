// Questions that must be answered before something changes, and what came of it.

import { h } from "./dom.js";

// Shows `dialog` modally; gives its returnValue when it is closed ("" by Escape).
export function show(dialog) {
  document.body.append(dialog);
  // A click on the backdrop is one on the dialog itself, outside its content.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close("");
  });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    dialog.showModal();
  });
}

// Asks for consent and then acts: {title, text, verb, isDanger, fields}. `act(values)` may throw;
// its words are shown and the dialog stays. Gives whether it was done.
export async function confirm({ title, text, verb, isDanger = false, fields = [] }, act) {
  const fault = h("p", { class: "fault", role: "alert" });
  const inputs = fields.map(fieldOf);
  const cancel = h("button", { type: "button", onclick: () => dialog.close("") }, "Cancel");
  const go = h("button", { class: isDanger ? "danger" : "primary" }, verb);
  const form = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      go.disabled = true;
      fault.textContent = "";
      try {
        await act(Object.fromEntries(inputs.map(({ input }) => [input.name, input.value])));
        dialog.close("done");
      } catch (error) {
        fault.textContent = error.message;
      } finally {
        go.disabled = false;
      }
    },
  }, h("h2", { id: "question" }, title), h("p", {}, text),
  ...inputs.map(({ element }) => element), fault,
  h("div", { class: "buttons" }, cancel, go));
  const dialog = h("dialog", { class: "question", "aria-labelledby": "question" }, form);
  // What is dangerous is not done by an Enter too many.
  if (isDanger) cancel.autofocus = true;
  return await show(dialog) === "done";
}

function fieldOf({ name, label, hint, ...attributes }) {
  const input = h("input", { name, ...attributes });
  const element = h("label", { class: "field" }, h("span", {}, label), input,
    hint ? h("small", {}, hint) : null);
  return { input, element };
}

const notices = h("div", { class: "notices", role: "status" });
const kNoticeMs = 5000;

// A sentence that goes by itself.
export function notice(text) {
  if (!notices.isConnected) document.body.append(notices);
  const element = h("p", {}, text);
  notices.append(element);
  setTimeout(() => element.remove(), kNoticeMs);
}
