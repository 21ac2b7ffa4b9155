// The dashboard's modules that need no browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { duration, milliseconds, rate } from "../../admin/dashboard/format.js";
import { Model } from "../../admin/dashboard/model.js";
import { sentence } from "../../admin/dashboard/sentences.js";
import { Series } from "../../admin/dashboard/series.js";
import { EventParser } from "../../admin/dashboard/sse.js";

const bytes = (text) => new TextEncoder().encode(text);

test("events are read however their bytes are cut", () => {
  const text = "retry: 500\nid: a-1\n\n: still here\n\nevent: stats\r\ndata: {\"n\":\r\n" +
    "data: \"ü\"}\r\n\r\nid: a-2\ndata: last\n\ndata: not complete\n";
  const whole = bytes(text);
  for (const size of [1, 2, 7, whole.length]) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < whole.length; at += size) {
      events.push(...parser.push(whole.slice(at, at + size)));
    }
    assert.deepEqual(events, [
      { name: "stats", data: "{\"n\":\n\"ü\"}" }, { name: "message", data: "last" },
    ], `in pieces of ${size}`);
    assert.equal(parser.lastId, "a-2");
  }
});

test("an id without an event is kept", () => {
  const parser = new EventParser();
  assert.deepEqual(parser.push(bytes("id: run-7\n\n")), []);
  assert.equal(parser.lastId, "run-7");
});

test("times and numbers are written as people read them", () => {
  assert.deepEqual([0, 59.9, 60, 3600, 3660, 90_000].map(duration),
    ["0 s", "59 s", "1 min", "1 h", "1 h 1 min", "1 d 1 h"]);
  assert.deepEqual([0.2, 4.24, 9.96, 999, 1234, 60_000].map(milliseconds),
    ["<1 ms", "4.2 ms", "10 ms", "999 ms", "1.2 s", "60 s"]);
  assert.deepEqual([null, 0, 0.5, 12.4, 12_345].map(rate), ["–", "0", "0.5", "12", "12.3k"]);
});

test("a drain that cut nothing is good news, another is not", () => {
  const drain = { tookMs: 1200, finished: 34, cut: 0, cancelled: false };
  const told = (more) => sentence({
    kind: "targetDrained", target: "a:1", drain: { ...drain, ...more },
  });
  assert.deepEqual(told({}), { text: "a:1 drained in 1.2 s, 34 ended, 0 cut", tone: "good" });
  assert.equal(told({ cut: 2 }).tone, "bad");
  assert.match(told({ cancelled: true }).text, /cancelled/);
});

test("what is not known yet is shown as it is told", () => {
  assert.deepEqual(sentence({ kind: "somethingNew", message: "It happened" }),
    { text: "It happened", tone: "calm" });
});

test("a target's rate is the server's, and its line has a point for each list", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  globalThis.requestAnimationFrame ??= () => {};
  const model = new Model();
  const load = (requestsPerSecond) => {
    const targets = [{ id: "a:1", state: "serving", sinceSeconds: 5, requestsPerSecond }];
    const services = [{ name: "s", strategy: "wrr", targets }];
    model.load({ services, routers: [], scaling: new Map() });
    return model.services.get("s").targets.get("a:1");
  };
  const target = load(null);
  assert.equal(target.requestsPerSecond, null);
  now = 2000;
  assert.equal(load(30).requestsPerSecond, 30);
  now = 2100;
  assert.equal(load(40).requestsPerSecond, 40);
  assert.deepEqual(target.history.values, [null, 30], "a list came sooner than lists should");
  const one = { id: "a:1", phase: "serving", inFlight: 2, requestsPerSecond: 50 };
  model.measure({ services: [{ name: "s", targets: [one] }] });
  assert.equal(target.requestsPerSecond, 50);
});

test("a series keeps the last minute, with its gaps", () => {
  const series = new Series(1000);
  for (let i = 0; i < 70; ++i) series.push(i === 65 ? undefined : i);
  assert.equal(series.values.length, 60);
  assert.equal(series.values[55], null);
  assert.equal(series.max, 69);
  assert.equal(series.last, 69);
});
