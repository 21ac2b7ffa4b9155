// Calls of /api/v1. What is refused becomes an ApiError that says why in the API's own words.

import { session } from "./session.js";

const kBase = "/api/v1";
const kPatienceMs = 20_000;

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function call(method, path, body) {
  const options = { method, headers: session.fields(), signal: AbortSignal.timeout(kPatienceMs) };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(kBase + path, options);
  if (!response.ok) throw await errorOf(response);
  return response.json();
}

// The response of an endless answer, to be read as it comes.
export async function open(path, fields, signal) {
  const headers = { ...session.fields(), ...fields };
  const response = await fetch(kBase + path, { headers, signal });
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function errorOf(response) {
  const problem = await response.json().catch(() => ({}));
  const fields = (problem.errors ?? []).map((one) => one.field).filter(Boolean);
  const where = fields.length > 0 ? ` (${fields.join(", ")})` : "";
  const what = problem.detail ?? problem.title ?? `the answer was ${response.status}`;
  return new ApiError(response.status, what + where);
}

const name = encodeURIComponent;
export const servicePath = (service) => `/services/${name(service)}`;
export const targetPath = (service, id) => `${servicePath(service)}/targets/${name(id)}`;

// Whether the API wants a token of us; false over the Unix socket.
export async function wantsToken() {
  const response = await fetch("access", { signal: AbortSignal.timeout(kPatienceMs) });
  return (await response.json()).token;
}
