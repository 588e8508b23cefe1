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
const {Looking, unfold} = require('./looking.cjs');

const [folder, modules, chromium] = process.argv.slice(2);
const wanted = process.env.MXSWEEP_PAGES;  // Only those that have this in their names.

const kWidths = [320, 1280, 2560];
const kSchemes = ['light', 'dark'];
const kCheckers = 2;

const looking = new Looking(modules, chromium);
const requests = [];

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

// Without scripts: what it loads, and whether it is too wide.
async function read(page, base, name) {
  await page.goto(base + name);
  if (!looking.pictures) await unfold(page);
  await looking.measure(page, name, kSchemes, kWidths);
}

// Contrast does not depend on the width, nor sizes on the colours; the overview is what hangs on
// walls.
async function check(page, base, name) {
  await page.goto(base + name);
  const wall = name.startsWith('overview') ? [['light', 2560]] : [];
  await looking.check(page, name, [['light', 320], ['dark', 1280], ...wall]);
  if (!await warnsWhenOld(page)) looking.fault(`${name}: does not say that it is old`);
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
  looking.observe(page);
  for (let name = todo.shift(); name; name = todo.shift()) await work(page, name);
  await context.close();
}

async function main() {
  const names = fs.readdirSync(folder).filter(
      (name) => name.endsWith('.html') && (!wanted || name.includes(wanted)));
  const server = await serve();
  const base = `http://127.0.0.1:${server.address().port}/`;
  const browser = await looking.launch();
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
  for (const url of others) looking.fault(`the server was asked for ${url}`);
  looking.report(`${names.length} pages`);
}

main().catch((error) => {
  console.log(String(error));
  process.exitCode = 1;
});
