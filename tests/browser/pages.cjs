// SPDX-License-Identifier: MIT
// Opens the pages of a folder in Chromium, as a reader without scripts and as axe-core sees them.
//
//   node pages.cjs FOLDER MODULES CHROMIUM
//
// FOLDER is what pages_samples has written; MODULES has the packages of scripts/browser. Prints one
// line for each fault, then how much was looked at. With MXSWEEP_SCREENSHOTS=FOLDER it also leaves
// a picture of every page there.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const [folder, modules, chromium] = process.argv.slice(2);
const {chromium: browserType} = require(path.join(modules, 'playwright-core'));
const axe = fs.readFileSync(require.resolve(path.join(modules, 'axe-core')), 'utf8');
const pictures = process.env.MXSWEEP_SCREENSHOTS;
const wanted = process.env.MXSWEEP_PAGES;  // Only those that have this in their names.

const kWidths = [320, 1280, 2560];
const kSchemes = ['light', 'dark'];
const kTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const kHeight = 900;
const kCheckers = 2;

const faults = [];
const requests = [];
let seen = 0;

// As the monitor serves them.
function serve() {
  const policy = fs.readFileSync(path.join(folder, 'policy'), 'utf8');
  const server = http.createServer((request, response) => {
    requests.push(request.url);
    const file = path.join(folder, path.basename(request.url));
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(fs.readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function look(page) {
  page.on('console', (message) => faults.push(`${page.url()}: console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
  page.on('request', (request) => {
    const inside = request.url().startsWith('data:image/svg+xml');
    if (!inside && !request.isNavigationRequest()) {
      faults.push(`${page.url()}: requests ${request.url()}`);
    }
  });
}

// What is folded must be faultless as well.
async function unfold(page) {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}

// Without scripts: what it loads, and whether it is too wide.
async function read(page, base, name) {
  await page.goto(base + name);
  if (!pictures) await unfold(page);
  for (const colorScheme of kSchemes) {
    await page.emulateMedia({colorScheme});
    for (const width of kWidths) {
      const where = `${name} ${colorScheme} ${width}`;
      await page.setViewportSize({width, height: kHeight});
      const seenThere = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        styled: getComputedStyle(document.body).marginTop === '0px',
      }));
      if (seenThere.wide > 0) faults.push(`${where}: ${seenThere.wide} px too wide`);
      if (!seenThere.styled) faults.push(`${where}: the style sheet was refused`);
      seen += 1;
      if (!pictures) continue;
      const picture = `${name.replace('.html', '')}-${width}-${colorScheme}.png`;
      await page.screenshot({path: path.join(pictures, picture), fullPage: true});
    }
  }
}

// With axe-core in the page, which the policy of the page would refuse. Contrast does not depend on
// the width, nor sizes on the colours; the overview is what hangs on walls.
async function check(page, base, name) {
  await page.goto(base + name);
  await unfold(page);
  await page.evaluate(axe);
  const wall = name.startsWith('overview') ? [['light', 2560]] : [];
  for (const [colorScheme, width] of [['light', 320], ['dark', 1280], ...wall]) {
    await page.emulateMedia({colorScheme});
    await page.setViewportSize({width, height: kHeight});
    const result = await page.evaluate((tags) => axe.run(document, {
      runOnly: tags, resultTypes: ['violations'], elementRef: false,
    }), kTags);
    for (const violation of result.violations) {
      const nodes = violation.nodes.slice(0, 3).map((node) => `${node.target} ${node.html}`);
      faults.push(`${name} ${colorScheme} ${width}: axe ${violation.id}: ${violation.help}: ` +
                  `${violation.nodes.length} nodes: ${nodes.join(' | ').slice(0, 600)}`);
    }
    seen += 1;
  }
  if (!await warnsWhenOld(page)) faults.push(`${name}: does not say that it is old`);
}

// At the end of its animations, which take three minutes, a page that is served says that it is old.
function warnsWhenOld(page) {
  return page.evaluate(() => {
    const animations = document.getAnimations();
    for (const animation of animations) animation.finish();
    const warning = document.querySelector('.stale');
    return !warning || animations.length > 0 && getComputedStyle(warning).visibility === 'visible';
  });
}

// One page of the browser does all this work, one after the other.
async function worker(browser, options, work, todo) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  look(page);
  for (let name = todo.shift(); name; name = todo.shift()) await work(page, name);
  await context.close();
}

async function main() {
  const names = fs.readdirSync(folder).filter(
      (name) => name.endsWith('.html') && (!wanted || name.includes(wanted)));
  const server = await serve();
  const base = `http://127.0.0.1:${server.address().port}/`;
  const browser = await browserType.launch({
    executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const toRead = [...names];
  const toCheck = [...names];
  await Promise.all([
    worker(browser, {javaScriptEnabled: false}, (page, name) => read(page, base, name), toRead),
    ...Array.from({length: kCheckers}, () => worker(
        browser, {bypassCSP: true}, (page, name) => check(page, base, name), toCheck)),
  ]);
  await browser.close();
  server.close();
  const others = new Set(requests.filter((url) => !names.includes(url.slice(1))));
  for (const url of others) faults.push(`the server was asked for ${url}`);
  for (const fault of faults) console.log(fault);
  console.log(`${names.length} pages, ${seen} looks, ${faults.length} faults`);
  process.exitCode = faults.length === 0 && seen > 0 ? 0 : 1;
}

main().catch((error) => {
  console.log(String(error));
  process.exitCode = 1;
});
