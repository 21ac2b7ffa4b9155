// An event as a sentence: {text, tone}, where the tone is good, bad, calm or busy.

import { milliseconds } from "./format.js";

const because = (reason) => (reason ? `: ${reason}` : "");

const kSentences = {
  targetJoined: (one) => ({ text: `${one.target} joined${because(one.reason)}`, tone: "good" }),
  targetPhase: (one) => ({
    text: `${one.target} ${one.from} → ${one.to}${because(one.reason)}`, tone: toneOfPhase(one.to),
  }),
  targetDrained: (one) => drained(one.target, one.drain),
  targetGone: (one) => ({
    text: one.isListed ? `${one.target} is empty, and stays listed` : `${one.target} is gone`,
    tone: "calm",
  }),
  panicBegun: (one) => ({
    text: `Panic, all targets are used${because(one.reason)}`, tone: "bad",
  }),
  panicEnded: (one) => ({ text: `The panic is over${because(one.reason)}`, tone: "good" }),
  scaleDecision: (one) => scaled(one.decision),
  scaleStep: (one) => ({ text: one.message, tone: "busy" }),
  signalFailure: (one) => ({ text: one.message, tone: "bad" }),
  providerFailure: (one) => ({ text: one.message, tone: "bad" }),
  configReloaded: (one) => ({ text: one.message || "Configuration reloaded", tone: "calm" }),
  configBroken: (one) => ({ text: one.message || "Configuration is broken", tone: "bad" }),
};

export function sentence(event) {
  const make = kSentences[event.kind];
  return make ? make(event) : { text: event.message || event.kind, tone: "calm" };
}

function toneOfPhase(phase) {
  if (phase === "serving") return "good";
  if (phase === "suspended") return "bad";
  return phase === "draining" ? "busy" : "calm";
}

function drained(target, drain) {
  const took = milliseconds(drain.tookMs);
  if (drain.cancelled) return { text: `${target}: drain cancelled after ${took}`, tone: "calm" };
  return {
    text: `${target} drained in ${took}, ${drain.finished} ended, ${drain.cut} cut`,
    tone: drain.cut === 0 ? "good" : "bad",
  };
}

function scaled({ from, to, reason }) {
  const what = from === to ? `stays at ${to}` : `${from} → ${to}`;
  return { text: `Scaling ${what}${because(reason)}`, tone: "busy" };
}
