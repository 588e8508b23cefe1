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
const kAtOnce = 3;

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

function look(page, name) {
  page.on('console', (message) => faults.push(`${name}: console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`${name}: ${error}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('data:image/svg+xml') && url !== page.expected) {
      faults.push(`${name}: requests ${url}`);
    }
  });
}

// Without scripts: what it loads, and whether it is too wide.
async function read(browser, base, name, scheme, width) {
  const where = `${name} ${scheme} ${width}`;
  const context = await browser.newContext({
    javaScriptEnabled: false, colorScheme: scheme, viewport: {width, height: 900},
  });
  const page = await context.newPage();
  page.expected = base + name;
  look(page, where);
  await page.goto(page.expected);
  const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) faults.push(`${where}: ${wide} px too wide`);
  const styled = await page.evaluate(() => getComputedStyle(document.body).marginTop === '0px');
  if (!styled) faults.push(`${where}: the style sheet was refused`);
  if (pictures) {
    await page.screenshot({
      path: path.join(pictures, `${name.replace('.html', '')}-${width}-${scheme}.png`),
      fullPage: true,
    });
  }
  await context.close();
  seen += 1;
}

// With axe-core in the page, which the policy of the page would refuse.
async function check(browser, base, name, scheme, width) {
  const context = await browser.newContext({
    bypassCSP: true, colorScheme: scheme, viewport: {width, height: 900},
  });
  const page = await context.newPage();
  await page.goto(base + name);
  await page.evaluate(axe);
  const result = await page.evaluate(
      (tags) => axe.run(document, {
        runOnly: tags, resultTypes: ['violations'], elementRef: false,
      }), kTags);
  for (const violation of result.violations) {
    const nodes = violation.nodes.slice(0, 3).map((node) => `${node.target} ${node.html}`);
    faults.push(`${name} ${scheme} ${width}: axe ${violation.id}: ${violation.help}: ` +
                `${violation.nodes.length} nodes: ${nodes.join(' | ').slice(0, 600)}`);
  }
  await context.close();
  seen += 1;
}

async function main() {
  const names = fs.readdirSync(folder).filter(
      (name) => name.endsWith('.html') && (!wanted || name.includes(wanted)));
  const server = await serve();
  const base = `http://127.0.0.1:${server.address().port}/`;
  const browser = await browserType.launch({
    executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const work = [];
  for (const name of names) {
    for (const scheme of kSchemes) {
      for (const width of kWidths) {
        work.push(() => read(browser, base, name, scheme, width));
        // Contrast does not depend on the width, nor sizes on the colours.
        if ((scheme === 'light') === (width === 320)) {
          if (width !== 2560) work.push(() => check(browser, base, name, scheme, width));
        }
      }
    }
  }
  const workers = Array.from({length: kAtOnce}, async () => {
    for (let next = work.shift(); next; next = work.shift()) await next();
  });
  await Promise.all(workers);
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
