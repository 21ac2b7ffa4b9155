// Keeps the model as the server is: events as they come, and the lists again whenever an event, a
// reconnect or the numbers of `stats` say that they may have changed.

import { ApiError, call, servicePath } from "./api.js";
import { kEventsKept, kListMs } from "./model.js";
import { Stream } from "./stream.js";

const kSoonMs = 120;  // several events at once are one reload

export class Feed {
  #model;
  #stream;
  #often;
  #soon = null;
  #isLoading = false;
  #isStale = false;
  #hasHistory = false;
  #onRefused;

  constructor(model, onRefused) {
    this.#model = model;
    this.#onRefused = onRefused;
    // Lists are read after the stream is open: what happens between is an event.
    this.#stream = new Stream({
      opened: () => this.reload(),
      event: (name, data) => this.#take(name, data),
      lost: (pauseMs) => model.setLink("lost", performance.now() + pauseMs),
      refused: onRefused,
    });
    this.#often = setInterval(() => {
      if (!document.hidden && model.link.state === "live") this.reload();
    }, kListMs);
  }

  close() {
    clearInterval(this.#often);
    clearTimeout(this.#soon);
    this.#stream.close();
  }

  retryNow() {
    this.#stream.retryNow();
  }

  reloadSoon() {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.reload();
    }, kSoonMs);
  }

  // One at a time: an older answer must not replace a newer one.
  async reload() {
    this.#isStale = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        this.#model.load(await everything());
        if (!this.#hasHistory) await this.#loadHistory();
      }
      this.#model.setLink("live");
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.#onRefused(error);
      // Else the stream will notice as well, and say so.
    } finally {
      this.#isLoading = false;
    }
  }

  #take(name, data) {
    if (name === "stats") {
      if (!this.#model.measure(data)) this.reloadSoon();
      return;
    }
    if (name === "reset") {
      this.#model.forgetEvents();
      this.#hasHistory = false;
    } else if (data.kind !== undefined) {
      this.#model.add(data);
    }
    this.reloadSoon();
  }

  // The stream tells only what happens from its beginning on.
  async #loadHistory() {
    this.#hasHistory = true;
    const { events } = await call("GET", `/events?limit=${kEventsKept}`);
    this.#model.setHistory(events);
  }
}

async function everything() {
  const [{ services }, { routers }, config, { version }] = await Promise.all([
    call("GET", "/services"), call("GET", "/routers"), call("GET", "/config"),
    call("GET", "/version"),
  ]);
  const scaled = services.filter((one) => one.autoscaled);
  const views = await Promise.all(
    scaled.map((one) => call("GET", `${servicePath(one.name)}/autoscale`)));
  const scaling = new Map(scaled.map((one, i) => [one.name, views[i]]));
  return { services, routers, config, version, scaling };
}
