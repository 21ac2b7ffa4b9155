// What a person may do to a service's scaling. Each asks first.

import { call, servicePath } from "./api.js";
import { confirm, notice } from "./dialogs.js";

const change = (service, body) => call("PATCH", `${servicePath(service)}/autoscale`, body);

export function scaleTo(service, { size }) {
  return confirm({
    title: `Scale ${service}`,
    text: `Holds this size, whatever the signals say; never beyond ${size.min} and ${size.max}.`,
    verb: "Scale",
    fields: [
      {
        name: "size", label: "Targets", type: "number", min: size.min, max: size.max, step: 1,
        required: true, value: size.wanted,
      },
      {
        name: "for", label: "For", placeholder: "until withdrawn", pattern: "([0-9]+(ms|s|m|h))+",
        title: "a duration like 30m or 2h", hint: "30m, 2h; empty: until it is withdrawn",
      },
    ],
  }, async (values) => {
    const body = { size: Number(values.size) };
    if (values.for) body.for = values.for;
    await change(service, body);
    notice(`${service} scales to ${values.size}`);
  });
}

export function withdrawSize(service) {
  return confirm({
    title: `Let the signals decide on ${service}?`,
    text: "The size that was set by hand no longer counts.",
    verb: "Let them decide",
  }, () => change(service, { size: null }));
}

export function pause(service) {
  return confirm({
    title: `Pause scaling of ${service}?`,
    text: "No target is made or removed until it is resumed.",
    verb: "Pause",
  }, () => change(service, { paused: true }));
}

export function resume(service) {
  return confirm({
    title: `Resume scaling of ${service}?`,
    text: "Targets are made and removed again as the signals say.",
    verb: "Resume",
  }, () => change(service, { paused: false }));
}
