// The calculate service: POST /calculate {"number": n} answers with a PBKDF2 and a scrypt hash.
//
//   node calculate.js [port] [--address=A] [--threads=N] [--keep-alive-ms=N]
//
// Prints "listening on http://<address>:<port>" once it serves (port 0, the default: any free one;
// the address is 127.0.0.1 unless given).
// The cost grows with the number: scrypt's N is 2 ** (number % 14 + 1), so 14 is cheap and 13 dear.
// Each request is written to standard error when it arrives, before anything is computed, as
// "seen <its X-Number, or ->": a ledger that outlives the process.
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const os = require("os");
const { Worker, isMainThread, parentPort } = require("worker_threads");

const BODY_BYTES_MAX = 100 * 1024;
const KEY_BYTES = 64;
const PBKDF2_ROUNDS = 1000;
const PASSWORD = "complex_password";

function hashes(number) {
  const salt = `unique_salt_${number}`;
  const cost = { N: 2 ** ((number % 14) + 1), r: 8, p: 1 };
  const pbkdf2 = crypto.pbkdf2Sync(PASSWORD, salt, PBKDF2_ROUNDS, KEY_BYTES, "sha512");
  const scrypt = crypto.scryptSync(PASSWORD, salt, KEY_BYTES, cost);
  return { pbkdf2Hash: pbkdf2.toString("hex"), scryptHash: scrypt.toString("hex") };
}

// A thread that answers {id, number} with {id, result} or {id, fault}.
function serveThread() {
  parentPort.on("message", ({ id, number }) => {
    try {
      parentPort.postMessage({ id, result: hashes(number) });
    } catch (error) {
      parentPort.postMessage({ id, fault: String(error) });
    }
  });
}

// Threads that are kept; each job goes to the one with the fewest waiting.
class Calculators {
  constructor(count) {
    this.threads = [];
    this.waiting = new Map();
    this.nextId = 0;
    for (let i = 0; i < count; i++) {
      const thread = { worker: new Worker(__filename), load: 0 };
      thread.worker.on("message", ({ id, result, fault }) => {
        const { resolve, reject } = this.waiting.get(id);
        this.waiting.delete(id);
        thread.load--;
        if (fault === undefined) resolve(result);
        else reject(new Error(fault));
      });
      thread.worker.on("error", (error) => {
        throw error;
      });
      this.threads.push(thread);
    }
  }

  calculate(number) {
    const thread = this.threads.reduce((a, b) => (b.load < a.load ? b : a));
    const id = this.nextId++;
    thread.load++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      thread.worker.postMessage({ id, number });
    });
  }
}

function answer(response, status, value) {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}

function readBody(request) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let bytes = 0;
    request.on("data", (part) => {
      bytes += part.length;
      if (bytes <= BODY_BYTES_MAX) parts.push(part);
    });
    request.on("end", () => resolve(bytes <= BODY_BYTES_MAX ? Buffer.concat(parts) : null));
    request.on("error", reject);
  });
}

async function calculate(calculators, request, response) {
  const body = await readBody(request);
  if (body === null) return answer(response, 413, { error: "The body is too large" });
  let number;
  try {
    number = JSON.parse(body.toString("utf8")).number;
  } catch {
    return answer(response, 400, { error: "The body is not JSON" });
  }
  if (typeof number !== "number" || !(number > 0)) {
    return answer(response, 400, { error: "Input harus bilangan positif" });
  }
  let result;
  try {
    result = await calculators.calculate(number);
  } catch {
    return answer(response, 500, { error: "An error occurred while processing the request" });
  }
  return answer(response, 200, { input: number, ...result });
}

function serve(address, port, threads, keepAliveMs) {
  const calculators = new Calculators(threads);
  const server = http.createServer((request, response) => {
    fs.writeSync(2, `seen ${request.headers["x-number"] ?? "-"}\n`);
    const path = request.url.split("?")[0];
    if (request.method !== "POST" || path !== "/calculate") {
      request.resume();
      return answer(response, 404, { error: `Cannot ${request.method} ${path}` });
    }
    calculate(calculators, request, response).catch(() => response.destroy());
  });
  // Node's own 5 s unless told otherwise: the hardest case for whoever keeps connections to it.
  if (keepAliveMs !== undefined) server.keepAliveTimeout = keepAliveMs;
  server.listen(port, address, () => {
    console.log(`listening on http://${address}:${server.address().port}`);
  });
}

function main(words) {
  let address = "127.0.0.1";
  let port = 0;
  let threads = os.cpus().length;
  let keepAliveMs;
  for (const word of words) {
    const [name, value] = word.split("=");
    if (name === "--address") address = value;
    else if (name === "--threads") threads = Number(value);
    else if (name === "--keep-alive-ms") keepAliveMs = Number(value);
    else port = Number(word);
  }
  serve(address, port, threads, keepAliveMs);
}

if (isMainThread) main(process.argv.slice(2));
else serveThread();
