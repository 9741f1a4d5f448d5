// The page of `start --ui` in headless Chromium: log in by the address, look at every view wide and narrow, light and dark,
// trigger, pause. Nothing overflows, nothing is complained of by axe-core (WCAG 2.2 A and AA) or in the console, nothing is
// asked of another origin, and all of it works without scripts.
//
//     node tests/page/browser.mjs target/browser target/debug/examples/page_demo [FOLDER FOR SCREENSHOTS]
//
// target/browser holds the packages of package-lock.json (tests/servers/install.py --node). The browser is the one of the
// package, on Linux x64; elsewhere, or where CHROMIUM names a program, that one or the system's Chrome.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const [folder, demo, shots] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(folder, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 }, small: { width: 360, height: 640 } };

// Packed programs are unpacked into the build's folder, once.
async function launch() {
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  process.env.TMPDIR = temporary;
  if (process.env.CHROMIUM) return chromium.launch({ executablePath: process.env.CHROMIUM });
  if (process.platform !== "linux" || process.arch !== "x64") {
    return chromium.launch({ channel: "chrome" }).catch((error) => {
      throw new Error(`Chrome could not be started; install it or name a Chromium in CHROMIUM\n${error.message}`);
    });
  }
  const packed = join(folder, "node_modules/@sparticuz/chromium");
  const executablePath = await unpacked(temporary);
  // The page is ours, and a container has no user namespaces for the sandbox.
  const options = { executablePath, args: ["--no-sandbox"] };
  return chromium.launch(options).catch((error) => {
    if (!/shared librar/.test(error.message)) throw error;
    // A system without NSS: the package has the libraries, too.
    const archive = brotliDecompressSync(readFileSync(join(packed, "bin/al2023.tar.br")));
    execFileSync("tar", ["-xf", "-", "-C", temporary], { input: archive });
    return chromium.launch({ ...options, env: { ...process.env, LD_LIBRARY_PATH: join(temporary, "lib") } }).catch((error) => {
      throw new Error(`Chromium could not be started; on Debian and Ubuntu: apt-get install libnss3 libnspr4\n${error.message}`);
    });
  });
}

// The package takes a browser that is there for a whole one, so it is unpacked elsewhere and moved: who is stopped while
// unpacking leaves nothing that the next run would start.
async function unpacked(temporary) {
  const loaded = require("@sparticuz/chromium");
  const packaged = loaded.default ?? loaded;
  const program = join(temporary, "chromium");
  if (!existsSync(join(temporary, "complete"))) {
    rmSync(temporary, { recursive: true, force: true });
    const parts = `${temporary}-${process.pid}`;
    mkdirSync(parts, { recursive: true });
    process.env.TMPDIR = parts;
    await packaged.executablePath();
    writeFileSync(join(parts, "complete"), "");
    renameSync(parts, temporary);
    process.env.TMPDIR = temporary;
  }
  const executablePath = await packaged.executablePath();
  assert.equal(executablePath, program);
  return executablePath;
}

function serve() {
  const server = spawn(demo, { stdio: ["pipe", "pipe", "inherit"] });
  const address = new Promise((done, fail) => {
    server.stdout.once("data", (line) => done(String(line).trim()));
    server.once("error", fail);
    server.once("exit", (code) => fail(new Error(`${demo} ended with ${code} before it served`)));
  });
  return { server, address };
}

// A window that writes down what should not happen.
async function open(browser, address, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const { origin } = new URL(address);
  const wrong = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => (wrong.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => /^https?:/.test(request.url()) && new URL(request.url()).origin !== origin && wrong.push(`request: ${request.url()}`));
  await page.goto(address);
  assert.equal(page.url(), `${origin}/`, "the token is gone from the address");
  return { page, context, wrong, at: (path) => page.goto(origin + path) };
}

async function look(page, name, thorough = true) {
  const { over, culprit } = await page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    const past = [...document.querySelectorAll("main *")].find((element) => element.getBoundingClientRect().right > wide + 1 && !element.closest("pre.text, thead"));
    return { over: document.documentElement.scrollWidth - wide, culprit: past?.outerHTML.slice(0, 200) };
  });
  assert.ok(over <= 0 && !culprit, `${name}: ${over} pixels too wide: ${culprit}`);
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  if (!thorough) return;
  // Asked for by the test, so that the page's policy need not allow it.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map((node) => `${node.html}\n      ${node.failureSummary}`).join("\n    ")}`);
  assert.deepEqual(told, [], name);
}

const firstRun = async ({ page, at }, outcome) => {
  await at(`/runs?outcome=${outcome}`);
  return page.locator("tbody th a").first().getAttribute("href");
};

// Every view, in one size and scheme.
async function views(browser, address, size, colorScheme, thorough) {
  const window = await open(browser, address, { viewport: SIZES[size], colorScheme });
  const places = {
    list: "/",
    automation: "/automations/onboarding",
    paused: "/automations/offboarding",
    runs: "/runs",
    run: await firstRun(window, "completed"),
    running: await firstRun(window, "running"),
    failed: await firstRun(window, "failed"),
    missing: "/runs/none",
  };
  for (const [name, place] of Object.entries(places)) {
    await window.at(place);
    for (const summary of await window.page.locator("summary").all()) {
      if (["automation", "failed"].includes(name) && (await summary.isVisible())) await summary.click();
    }
    await look(window.page, `${name}-${size}-${colorScheme}`, thorough);
  }
  // The browser tells of the answer 404, which was asked for.
  const wrong = window.wrong.filter((message) => !/status of 404/.test(message));
  assert.deepEqual(wrong, [], `${size} ${colorScheme}`);
  await window.context.close();
}

// What a person does, with or without scripts.
async function use(browser, address, javaScriptEnabled) {
  const { page, context, wrong, at } = await open(browser, address, { viewport: SIZES.phone, javaScriptEnabled });
  const button = (label) => page.getByRole("button", { name: `${label} nightly-copy` });
  await button("Pause").click();
  await button("Resume").waitFor();
  await button("Resume").click();
  await button("Pause").waitFor();

  // The keyboard alone: the first stop leads past the head.
  await at("/");
  await page.keyboard.press("Tab");
  assert.equal(await page.locator(":focus").textContent(), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.ok(page.url().endsWith("#content"));

  await page.getByRole("link", { name: "Trigger onboarding" }).click();
  await page.getByLabel("At most").fill("many");
  await page.getByRole("button", { name: "Trigger onboarding" }).click();
  await page.getByText("At most must be a number.").waitFor();
  await page.getByLabel("At most").fill("12");
  await page.getByRole("button", { name: "Trigger onboarding" }).click();
  await page.getByText(/asked for; it begins in a moment|has begun/).waitFor();
  // The page brings itself up to date; without scripts it does so, too, more slowly.
  const begun = page.locator("#asked a");
  await begun.waitFor({ timeout: 20_000 });
  await begun.click();
  await page.getByRole("heading", { level: 1, name: /^Run / }).waitFor();
  assert.match(await page.locator("#state").textContent(), /By request/);
  await page.getByRole("link", { name: /failed$/ }).first().click();
  assert.equal(await page.getByText("<script>alert('x')</script>").count() > 0, true, "a hostile name is shown as text");
  assert.deepEqual(wrong.filter((message) => !/status of 422/.test(message)), [], `scripts: ${javaScriptEnabled}`);
  await context.close();
}

const began = Date.now();
const { server, address } = serve();
let browser;
try {
  browser = await launch();
  const url = await address;
  const stranger = await (await browser.newContext({ viewport: SIZES.phone })).newPage();
  const refused = await stranger.goto(new URL("/runs", url).href);
  assert.equal(refused.status(), 401);
  await look(stranger, "locked-phone-light");
  await Promise.all([
    views(browser, url, "desktop", "light", true),
    views(browser, url, "phone", "dark", true),
    views(browser, url, "small", "light", false),
    // One after the other: both press the same buttons.
    use(browser, url, true).then(() => use(browser, url, false)),
  ]);
  if (shots) await Promise.all([views(browser, url, "desktop", "dark", true), views(browser, url, "phone", "light", true)]);
  console.log(`the page is good in Chromium ${browser.version()}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
} catch (error) {
  console.error(error.message ?? error);
  process.exitCode = 1;
} finally {
  await browser?.close();
  server.removeAllListeners("exit");
  server.stdin.end();
}
