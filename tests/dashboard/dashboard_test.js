// The dashboard in Chromium, before the built program under load.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, afterEach, before, test } from "node:test";

import { Browser, Gapura, Load, picture, startTargets } from "./rig.js";

const kScaled = "      autoscale:\n        mode: observe\n        min: 1\n        max: 5\n" +
  "        concurrency: 4\n";

let targets;
let gapura;
let load;
let browser;

before(async () => {
  targets = await startTargets(3);
  gapura = new Gapura();
  gapura.serve(targets, kScaled);
  await gapura.start();
  load = new Load(gapura.port);
  browser = await Browser.start();
});

after(async () => {
  await browser?.close();
  for (const one of targets) one.release();
  await load?.stop();
  for (const one of targets) one.stop();
  gapura?.remove();
});

afterEach(async () => {
  for (const window of browser.chromium.contexts()) await window.close();
  assert.deepEqual(browser.faults.splice(0), []);
});

const cards = (page) => page.locator(".targets .target");
const card = (page, id) => cards(page).filter({ hasText: id });
const inState = (page, id, state) => card(page, id).and(page.locator(`[data-state=${state}]`));
const button = (page, name) => page.getByRole("button", { name, exact: true });

// The number of elements, once it is that.
async function waitForCount(locator, wanted) {
  await locator.nth(wanted - 1).waitFor();
  assert.equal(await locator.count(), wanted);
}

async function assertFits(page) {
  const [content, window] = await page.evaluate(
    () => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= window, `the page is ${content} wide in a window of ${window}`);
}

test("takes the token and no other", async () => {
  const page = await browser.open(gapura.url, { isFailing: true });
  await page.getByLabel("Admin token").fill("not-the-token");
  await button(page, "Log in").click();
  await page.getByText("This is not the token.").waitFor();
  await picture(page, "login");

  await page.getByLabel("Admin token").fill(gapura.token);
  await page.keyboard.press("Enter");
  await waitForCount(cards(page), 3);
  await page.reload();
  await waitForCount(cards(page), 3);

  await button(page, "Log out").click();
  await page.getByLabel("Admin token").waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("shows targets under load as they are", async () => {
  const page = await browser.logIn(gapura);
  await waitForCount(cards(page).and(page.locator("[data-state=serving]")), 3);
  await page.waitForFunction(() => Number(document.querySelector(".totals b").textContent) > 0);
  await page.waitForFunction(
    () => (document.querySelector(".service-numbers .spark-line").getAttribute("d") ?? "")
      .split("L").length > 5);
  assert.match(await page.locator(".summary").textContent(), /3 serving.*PathPrefix\(`\/`\)/);
  await page.waitForFunction(
    () => Number(document.querySelector(".target .rate b").textContent) > 0);
  await page.waitForFunction(() => document.querySelector(".target .spark-line").getAttribute("d"));
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input")]
    .filter((one) => !one.hidden && !one.textContent && !one.ariaLabel && !one.labels?.length)
    .length);
  assert.equal(nameless, 0);
  await picture(page, "cards");
});

test("watches a drain to its end, and lets the target serve again", async () => {
  const page = await browser.logIn(gapura);
  await waitForCount(cards(page), 3);
  const holding = load.ask("/hold");
  await page.waitForFunction(() => [...document.querySelectorAll(".in-flight b")]
    .some((one) => Number(one.textContent) > 0));
  const target = targets.find((one) => one.held.length > 0);

  await page.getByRole("button", { name: target.id }).click();
  await picture(page, "target");
  await button(page, "Drain").click();
  await page.getByRole("dialog", { name: `Drain ${target.id}?` }).waitFor();
  await picture(page, "confirm");
  await page.getByRole("dialog", { name: `Drain ${target.id}?` })
    .getByRole("button", { name: "Drain" }).click();
  await inState(page, target.id, "draining").waitFor();
  await picture(page, "draining");
  target.release();
  assert.equal(await holding, 200);
  await page.getByRole("log").getByText(/drained in .+, [1-9]\d* ended, 0 cut/).waitFor();
  await inState(page, target.id, "gone").getByText("drained").waitFor();
  await picture(page, "drained");

  await page.getByRole("button", { name: target.id }).click();
  await button(page, "Serve again").click();
  await page.getByRole("dialog", { name: /serve again/ })
    .getByRole("button", { name: "Serve again" }).click();
  await inState(page, target.id, "serving").waitFor();
});

test("changes a weight, and removes a target", async () => {
  const page = await browser.logIn(gapura);
  const act = async (id, action, verb, fill = () => {}) => {
    await page.getByRole("button", { name: id }).click();
    await button(page, action).click();
    const question = page.getByRole("dialog").last();
    await fill(question);
    await question.getByRole("button", { name: verb }).click();
    await page.getByRole("dialog").first().waitFor({ state: "detached" });
  };

  const [extra] = await startTargets(1);
  try {
    gapura.serve([...targets, extra], kScaled);
    await waitForCount(cards(page), 4);

    await act(extra.id, "Change weight", "Set weight",
      (question) => question.getByLabel("Weight", { exact: true }).fill("7"));
    await card(page, extra.id).locator(".weight").getByText("7").waitFor();

    await act(extra.id, "Remove", "Remove");
    await card(page, extra.id).waitFor({ state: "detached" });
    await waitForCount(cards(page), 3);
  } finally {
    gapura.serve(targets, kScaled);
    extra.stop();
  }
});

test("shows what is wrong with a file, until it is mended", async () => {
  const page = await browser.logIn(gapura);
  const good = fs.readFileSync(gapura.servicesFile, "utf8");

  fs.appendFileSync(gapura.servicesFile, "      broken: [\n");
  await page.locator(".problem-place").first().waitFor();
  assert.match(await page.locator(".problem-place").first().textContent(), /services\.yaml:\d+/);
  await page.getByText("The last good version is served instead.").waitFor();
  await waitForCount(cards(page), 3);
  await picture(page, "broken");

  fs.writeFileSync(gapura.servicesFile, good);
  await page.locator(".problems").waitFor({ state: "hidden" });
});

test("is used by the keyboard", async () => {
  const page = await browser.logIn(gapura);
  await waitForCount(cards(page), 3);

  await page.keyboard.press("/");
  await page.keyboard.type(`calc ${targets[1].id}`);
  await waitForCount(cards(page), 1);
  await page.keyboard.press("Escape");
  await waitForCount(cards(page), 3);
  await page.keyboard.press("/");
  await page.keyboard.type("nothing is called this");
  await page.getByText("No service or target matches").waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: targets[0].id }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: targets[0].id }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const focused = await page.evaluate(() => document.activeElement.textContent);
  assert.equal(focused, targets[0].id);
});

test("scales by hand", async () => {
  const page = await browser.logIn(gapura);
  const scaler = page.getByRole("group", { name: "Autoscaler" });
  await scaler.getByText("observes only").waitFor();
  await scaler.getByText("max 5").waitFor();

  await scaler.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
  await scaler.getByText("paused", { exact: true }).waitFor();
  await picture(page, "paused");
  await scaler.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
  await scaler.getByText("observes only").waitFor();

  await scaler.getByRole("button", { name: "Scale to" }).click();
  await page.getByRole("spinbutton", { name: "Targets" }).fill("4");
  await page.getByLabel("For").fill("10m");
  await page.getByRole("dialog").getByRole("button", { name: "Scale" }).click();
  await scaler.getByText(/^held at 4 for/).waitFor();
  await scaler.getByRole("button", { name: "Let signals decide" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Let them decide" }).click();
  await scaler.getByText("observes only").waitFor();
});

test("is dark when the system is, or when it is told to", async () => {
  const page = await browser.logIn(gapura, { colorScheme: "dark" });
  await waitForCount(cards(page), 3);
  const light = () => page.evaluate(
    () => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)[0]));
  assert.ok(await light() < 60);
  await picture(page, "dark");

  await button(page, "Light colours").click();
  assert.ok(await light() > 200);
  await page.reload();
  await waitForCount(cards(page), 3);
  assert.ok(await light() > 200);
});

test("fits a phone", async () => {
  const page = await browser.logIn(gapura, { viewport: { width: 360, height: 740 } });
  await waitForCount(cards(page), 3);
  await assertFits(page);
  await picture(page, "phone", { fullPage: true });

  await page.getByRole("button", { name: targets[0].id }).click();
  await page.getByRole("dialog").waitFor();
  await assertFits(page);
  await picture(page, "phone-target");
});

test("shows 200 targets as rows, and none as what to do", async () => {
  const many = await startTargets(200);
  try {
    const page = await browser.logIn(gapura);
    gapura.serve(many);
    await waitForCount(page.locator(".is-dense .target"), 200);
    await page.waitForFunction(() => [...document.querySelectorAll(".is-dense .rate b")]
      .some((one) => Number(one.textContent) > 0));
    await picture(page, "many");
    await page.setViewportSize({ width: 360, height: 740 });
    await assertFits(page);
    await picture(page, "many-phone");
    await page.setViewportSize({ width: 1440, height: 900 });

    gapura.serveNothing();
    await page.getByText("Nothing to balance yet").waitFor();
    await picture(page, "idle");
  } finally {
    gapura.serve(targets, kScaled);
    for (const one of many) one.stop();
  }
});

test("comes back to what is true after a restart", async () => {
  const page = await browser.logIn(gapura, { isFailing: true });
  await waitForCount(cards(page), 3);

  await gapura.stop("SIGKILL");
  await page.getByText("Connection lost, retrying").waitFor();
  assert.equal(await page.title(), "Gapura: connection lost");
  await picture(page, "lost");
  gapura.serve(targets.slice(0, 2), kScaled);
  await gapura.start();

  await page.locator(".link[data-link=live]").waitFor();
  await page.getByText("Connection lost").waitFor({ state: "hidden" });
  await card(page, targets[2].id).waitFor({ state: "detached" });
  await waitForCount(cards(page), 2);
});
