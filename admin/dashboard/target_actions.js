// What a person may do to a target. Each asks first.

import { call, targetPath } from "./api.js";
import { confirm, notice } from "./dialogs.js";

export const targetActions = {
  drain: {
    word: "Drain",
    fits: (target) => !["draining", "gone"].includes(target.state),
    ask: (service, target) => confirm({
      title: `Drain ${target.id}?`,
      text: "It gets no new requests; those in flight end. It stays in the list, and can serve " +
        "again at any time.",
      verb: "Drain",
    }, async () => {
      await call("POST", `${targetPath(service.name, target.id)}/drain`);
      notice(`${target.id} drains`);
    }),
  },

  undrain: {
    word: "Serve again",
    fits: (target) => ["draining", "gone"].includes(target.state),
    ask: (service, target) => confirm({
      title: `Let ${target.id} serve again?`,
      text: "Its drain ends, and it gets new requests.",
      verb: "Serve again",
    }, async () => {
      await call("DELETE", `${targetPath(service.name, target.id)}/drain`);
      notice(`${target.id} serves again`);
    }),
  },

  weight: {
    word: "Change weight",
    fits: (target) => target.state !== "gone",
    ask: (service, target) => confirm({
      title: `Weight of ${target.id}`,
      text: "A target of weight 2 gets twice the requests of one of weight 1.",
      verb: "Set weight",
      fields: [{
        name: "weight", label: "Weight", type: "number", min: 1, max: 1_000_000, step: 1,
        required: true, value: target.weight,
      }],
    }, async ({ weight }) => {
      await call("PATCH", targetPath(service.name, target.id), { weight: Number(weight) });
      notice(`${target.id} has weight ${weight}`);
    }),
  },

  remove: {
    word: "Remove",
    isDanger: true,
    fits: () => true,
    ask: (service, target) => confirm({
      title: `Remove ${target.id}?`,
      text: target.origin === "autoscale"
        ? "It is drained, then its machine is deleted."
        : "It is drained, then taken out of the list. No request is lost.",
      verb: "Remove",
      isDanger: true,
    }, async () => {
      await call("DELETE", targetPath(service.name, target.id));
      notice(`${target.id} drains, then it is gone`);
    }),
  },
};
