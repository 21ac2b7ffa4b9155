// Asks for the token.

import { ApiError, call } from "./api.js";
import { h } from "./dom.js";
import { mark } from "./mark.js";
import { session } from "./session.js";
import { themeButton } from "./theme.js";

// `why` is shown at first: a token that has stopped being good, say. `onDone` is called once the
// API has taken the token.
export function loginPage(why, onDone) {
  const fault = h("p", { class: "fault", role: "alert" }, why);
  const input = h("input", {
    type: "password", name: "token", autocomplete: "current-password", required: true,
    spellcheck: "false", autofocus: true,
  });
  const go = h("button", { class: "primary" }, "Log in");
  const submit = async (event) => {
    event.preventDefault();
    go.disabled = true;
    session.keep(input.value.trim());
    try {
      await call("GET", "/version");
      onDone();
    } catch (error) {
      session.forget();
      fault.textContent = wordsOf(error);
      input.select();
    } finally {
      go.disabled = false;
    }
  };
  return h("main", { class: "login" },
    h("form", { onsubmit: submit },
      h("h1", {}, mark(), "Gapura"),
      h("label", { class: "field" }, h("span", {}, "Admin token"), input,
        h("small", {}, "Gapura's first log lines name the file that it is in. It is kept in this " +
          "tab only.")),
      fault, h("div", { class: "buttons" }, themeButton(), go)));
}

function wordsOf(error) {
  if (!(error instanceof ApiError)) return "Gapura does not answer.";
  if (error.status === 401) return "This is not the token.";
  return error.message;
}
