// What the dashboard's tests stand on: the built program, targets that answer when they are told,
// a load, and Chromium.

import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const kPatienceMs = Number(process.env.GAPURA_TEST_DEADLINE_S ?? "60") * 1000;
const packages = process.env.GAPURA_DASHBOARD_PACKAGES;  // where ./dev ran `npm ci`
const shots = process.env.GAPURA_DASHBOARD_SCREENSHOTS;

// A promise's value, or an error that says what did not come in time.
async function within(what, promise, limitMs = kPatienceMs) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

// A server that answers at once, and holds what asks for /hold until release().
export class Target {
  held = [];
  #server = http.createServer((request, response) => {
    request.resume();
    if (request.url === "/hold") this.held.push(response);
    else response.end("here you are\n");
  });

  static async start() {
    const target = new Target();
    await new Promise((resolve) => target.#server.listen(0, "127.0.0.1", resolve));
    target.id = `127.0.0.1:${target.#server.address().port}`;
    return target;
  }

  release() {
    for (const response of this.held.splice(0)) response.end("at last\n");
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export function startTargets(number) {
  return Promise.all(Array.from({ length: number }, () => Target.start()));
}

// Some requests always under way, until stopped.
export class Load {
  #agent = new http.Agent({ keepAlive: true });
  #isOver = false;

  constructor(port, clients = 3) {
    this.port = port;
    this.running = Array.from({ length: clients }, () => this.#run());
  }

  ask(path) {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: "127.0.0.1", port: this.port, path };
      http.get(options, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      }).on("error", reject);
    });
  }

  async #run() {
    // A pause, not a wait for something: two cores are to have time for the browser.
    while (!this.#isOver) {
      await this.ask("/").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop() {
    this.#isOver = true;
    await Promise.all(this.running);
    this.#agent.destroy();
  }
}

// The built program in a folder of its own.
export class Gapura {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "gapura-dashboard-"));
    this.configs = path.join(this.folder, "configs");
    this.servicesFile = path.join(this.configs, "services.yaml");
    fs.mkdirSync(this.configs);
    this.adminAddress = "127.0.0.1:0";
  }

  get url() {
    return `http://${this.adminAddress}/dashboard/`;
  }

  get token() {
    return fs.readFileSync(path.join(this.folder, "state", "admin-token"), "utf8").trim();
  }

  // One service before them all; more lines of YAML below its loadBalancer's.
  serve(targets, more = "") {
    const servers = targets.map((one) => `          - url: "http://${one.id}/"\n`).join("");
    fs.writeFileSync(this.servicesFile, "http:\n  routers:\n    everything:\n" +
      "      rule: \"PathPrefix(`/`)\"\n      service: calculate\n  services:\n    calculate:\n" +
      `      loadBalancer:\n        servers:\n${servers}${more}`);
  }

  serveNothing() {
    fs.writeFileSync(this.servicesFile, "http: {}\n");
  }

  async start() {
    const staticFile = path.join(this.folder, "static.yaml");
    fs.writeFileSync(staticFile, "entryPoints:\n  web:\n    address: \"127.0.0.1:0\"\n" +
      "  traefik:\n    address: \"127.0.0.1:0\"\nproviders:\n  file:\n" +
      `    directory: ${this.configs}\n    watch: true\nadmin:\n` +
      `  address: "${this.adminAddress}"\nstateDir: ${path.join(this.folder, "state")}\n`);
    this.log = "";
    this.process = spawn(process.env.GAPURA_BINARY, [`--configFile=${staticFile}`]);
    this.ended = new Promise((resolve) => this.process.on("close", resolve));
    await within("gapura starts", new Promise((resolve, reject) => {
      const take = (bytes) => {
        this.log += bytes;
        if (this.log.includes(" started: ")) resolve();
      };
      this.process.stdout.on("data", take);
      this.process.stderr.on("data", take);
      this.ended.then((code) => reject(new Error(`gapura ended with ${code}:\n${this.log}`)));
    }));
    // Kept for the next start: a page that reconnects knows only this address.
    this.adminAddress = /admin API on http:\/\/(\S+)/.exec(this.log)[1];
    this.port = Number(/entry point web listens on \S*?:(\d+)/.exec(this.log)[1]);
  }

  async stop(signal = "SIGTERM") {
    this.process.kill(signal);
    return within("gapura ends", this.ended);
  }

  remove() {
    this.process.kill("SIGKILL");
    fs.rmSync(this.folder, { recursive: true });
  }
}

// Chromium, and what its pages complained about.
export class Browser {
  faults = [];

  static async start() {
    const { chromium } = createRequire(path.join(packages, "package.json"))("playwright-core");
    const browser = new Browser();
    browser.chromium = await chromium.launch({
      executablePath: process.env.GAPURA_CHROMIUM, args: ["--no-sandbox"], timeout: kPatienceMs,
    });
    return browser;
  }

  // A window of its own, with nothing remembered. `isFailing`: calls are meant to fail, which the
  // browser itself reports on the console.
  async open(url, { isFailing = false, ...options } = {}) {
    const page = await this.chromium.newPage({
      viewport: { width: 1440, height: 900 }, colorScheme: "light", ...options,
    });
    page.setDefaultTimeout(kPatienceMs);
    page.on("pageerror", (error) => this.faults.push(error.stack));
    page.on("console", (message) => {
      if (isFailing && message.text().startsWith("Failed to load resource")) return;
      if (["error", "warning"].includes(message.type())) this.faults.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(new URL(url).origin)) {
        this.faults.push(`asked for ${request.url()}`);
      }
    });
    await page.goto(url);
    return page;
  }

  async logIn(gapura, options) {
    const page = await this.open(gapura.url, options);
    await page.getByLabel("Admin token").fill(gapura.token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator(".link[data-link=live]").waitFor();
    return page;
  }

  close() {
    return this.chromium.close();
  }
}

// Kept in the build folder, to be looked at.
export async function picture(page, name, options = {}) {
  fs.mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: path.join(shots, `${name}.png`), ...options });
}
