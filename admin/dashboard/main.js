// Begins: asks for the token if there must be one, then shows the proxy until it is not good.

import { wantsToken } from "./api.js";
import { Banner } from "./banner.js";
import { h } from "./dom.js";
import { Feed } from "./feed.js";
import { Filter } from "./filter.js";
import { Header } from "./header.js";
import { loginPage } from "./login.js";
import { Model } from "./model.js";
import { Problems } from "./problems.js";
import { Services } from "./services.js";
import { session } from "./session.js";
import { followTheme } from "./theme.js";
import { Timeline } from "./timeline.js";

function logIn(why = "") {
  document.title = "Gapura";
  document.body.classList.remove("is-stale");
  document.body.replaceChildren(loginPage(why, () => showProxy(true)));
  document.querySelector("input").focus();
}

function showProxy(hasToken) {
  const model = new Model();
  const leave = (why) => {
    feed.close();
    session.forget();
    logIn(why);
  };
  const feed = new Feed(model, (error) => leave(`The token is not taken: ${error.message}`));
  const filter = new Filter();
  const views = [
    new Header(filter, { hasToken, onLogout: () => leave() }), new Banner(() => feed.retryNow()),
    new Problems(), new Services(model, filter), new Timeline(),
  ];
  const [header, banner, problems, services, timeline] = views;
  document.body.replaceChildren(
    h("a", { class: "skip", href: "#services" }, "Skip to the services"),
    header.element, banner.element,
    h("div", { class: "page" }, problems.element, services.element, timeline.element));
  model.onChange(() => {
    for (const view of views) view.update(model);
  });
  filter.onChange(() => model.changed());
  model.changed();
}

followTheme();
const isTokenWanted = await wantsToken();
if (isTokenWanted && session.token === null) logIn();
else showProxy(isTokenWanted);
