// What is known of the proxy: the API's lists, kept up to date by its events. Views read it and are
// told when it has changed, at most once a frame.

import { Series } from "./series.js";

export const kEventsKept = 300;

export const kListMs = 2000;   // lists are asked for so often, for what changes without an event
const kStatsMs = 1000;         // and services' numbers come so often
const kSpanMinMs = kListMs / 2;  // lists that an event asked for may come at once

class Target {
  inFlight = 0;
  requestsPerSecond = null;
  history = new Series(kListMs);  // of responseTime where it is measured, else of the rate
  #listedAt = -Infinity;

  list(shown, now, isTimed) {
    Object.assign(this, shown);
    this.sinceMs = now - shown.sinceSeconds * 1000;
    if (now - this.#listedAt < kSpanMinMs) return;
    this.#listedAt = now;
    this.history.push(isTimed ? shown.responseTime : shown.requestsPerSecond);
  }

  measure(stats, now) {
    if (stats.phase !== this.state) {
      this.state = stats.phase;
      this.sinceMs = now;
      this.reason = "";
    }
    this.inFlight = stats.inFlight;
    this.requestsPerSecond = stats.requestsPerSecond ?? null;
  }
}

class Service {
  targets = new Map();
  traffic = new Series(kStatsMs);
  latency = new Series(kStatsMs);  // p95, in milliseconds
  p50Ms = null;
  queued = 0;
  scaling = null;
  routers = [];

  list(shown, now) {
    const { targets, ...rest } = shown;
    this.fault = undefined;
    Object.assign(this, rest);
    const known = this.targets;
    this.targets = new Map();
    for (const one of targets) {
      const target = known.get(one.id) ?? new Target();
      target.list(one, now, this.isTimed);
      this.targets.set(one.id, target);
    }
  }

  // Only this strategy wants to know how long each target takes, so only then is it measured.
  get isTimed() {
    return this.strategy === "leasttime";
  }

  // Whether the list is still right.
  measure(stats, now) {
    this.traffic.push(stats.requestsPerSecond);
    this.p50Ms = stats.p50Ms;
    this.latency.push(stats.p95Ms);
    this.queued = stats.queued;
    let isSame = stats.targets.length === this.targets.size;
    for (const one of stats.targets) {
      const target = this.targets.get(one.id);
      if (target === undefined) isSame = false;
      else target.measure(one, now);
    }
    return isSame;
  }
}

export class Model {
  services = new Map();
  events = [];  // newest first
  config = null;
  version = "";
  link = { state: "connecting", retryAt: 0 };
  isLoaded = false;
  #listeners = new Set();
  #isTelling = false;

  // Gives the act that forgets the listener.
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() {
    if (this.#isTelling) return;
    this.#isTelling = true;
    requestAnimationFrame(() => {
      this.#isTelling = false;
      for (const listener of this.#listeners) listener(this);
    });
  }

  load({ services, routers, config, version, scaling }) {
    const now = performance.now();
    const known = this.services;
    this.services = new Map();
    for (const one of services) {
      const service = known.get(one.name) ?? new Service();
      service.list(one, now);
      service.scaling = scaling.get(one.name) ?? null;
      service.routers = routers.filter((router) => router.service.split("@")[0] === one.name);
      this.services.set(one.name, service);
    }
    this.routers = routers;
    this.config = config;
    this.version = version;
    this.isLoaded = true;
    this.changed();
  }

  // Whether the lists still name the services and targets that there are.
  measure(stats) {
    const now = performance.now();
    let isSame = stats.services.length === this.services.size;
    for (const one of stats.services) {
      const service = this.services.get(one.name);
      if (service === undefined || !service.measure(one, now)) isSame = false;
    }
    this.changed();
    return isSame;
  }

  // Replayed events may be known already.
  add(event) {
    if (this.events.some((one) => one.id === event.id)) return;
    this.events.unshift(event);
    this.events.length = Math.min(this.events.length, kEventsKept);
    this.changed();
  }

  forgetEvents() {
    this.events = [];
    this.changed();
  }

  // What happened up to a moment since the stream began, oldest first.
  setHistory(history) {
    const known = new Set(history.map((one) => one.id));
    const newer = this.events.filter((one) => !known.has(one.id));
    this.events = [...newer, ...history.toReversed()].slice(0, kEventsKept);
    this.changed();
  }

  setLink(state, retryAt = 0) {
    this.link = { state, retryAt };
    this.changed();
  }
}
