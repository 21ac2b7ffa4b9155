// The connection to /api/v1/events: kept up for ever, and honest about being down.

import { ApiError, open } from "./api.js";
import { EventParser } from "./sse.js";

const kSilenceMs = 10_000;  // there is a `stats` event every second: longer is a dead connection
const kPauseMs = [500, 1000, 2000, 4000, 8000];

// told.opened() once connected, told.event(name, data) for each event,
// told.lost(pauseMs) when it broke, told.refused(error) when the token is not good (any more).
export class Stream {
  #told;
  #lastId = null;
  #failures = 0;
  #abort = null;
  #wake = null;
  #isOver = false;

  constructor(told) {
    this.#told = told;
    this.#run();
  }

  close() {
    this.#isOver = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  // Ends the pause before the next attempt.
  retryNow() {
    this.#wake?.();
  }

  async #run() {
    while (!this.#isOver) {
      try {
        await this.#follow();
      } catch (error) {
        if (this.#isOver) return;
        if (error instanceof ApiError && [401, 403].includes(error.status)) {
          this.#told.refused(error);
          return;
        }
      }
      if (!this.#isOver) await this.#pause();
    }
  }

  async #follow() {
    this.#abort = new AbortController();
    let watchdog;
    const isAlive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.#abort.abort(), kSilenceMs);
    };
    isAlive();
    try {
      const fields = { Accept: "text/event-stream" };
      if (this.#lastId !== null) fields["Last-Event-ID"] = this.#lastId;
      const response = await open("/events", fields, this.#abort.signal);
      this.#failures = 0;
      this.#told.opened();
      const parser = new EventParser();
      parser.lastId = this.#lastId;
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        isAlive();
        for (const { name, data } of parser.push(value)) {
          this.#told.event(name, JSON.parse(data));
        }
        this.#lastId = parser.lastId;
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  #pause() {
    const step = kPauseMs[Math.min(this.#failures++, kPauseMs.length - 1)];
    const pause = step * (0.75 + Math.random() / 2);  // many pages must not come back at once
    this.#told.lost(pause);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
