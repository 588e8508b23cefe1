// SPDX-License-Identifier: MIT
// Clicks through an outage that a running monitor sees, as its operator and without scripts. What
// happens to the servers is commanded from here.
//
//   node outage.cjs URL TOKEN FLEET PREFIX PERSONA RECEIVED MODULES CHROMIUM
//
// URL is the monitor's, FLEET the control socket of the simulated fleet. The servers in PREFIX get
// PERSONA, of whose words the evidence must have RECEIVED. MODULES has the packages of
// scripts/browser. Prints one line for each fault, then how much was looked at. With
// MXSWEEP_SCREENSHOTS=FOLDER it also leaves pictures there.
'use strict';

const assert = require('node:assert');
const net = require('node:net');
const {Looking} = require('./looking.cjs');

const [base, token, fleet, prefix, persona, received, modules, chromium] = process.argv.slice(2);

const kWidths = [320, 1280];
const kSchemes = ['light', 'dark'];
const kViews = [['light', 1280], ['dark', 320]];
const kWaitMs = 100000;  // Ends a hang, and measures nothing.
const kPollMs = 100;
const kRefreshSeconds = 5;  // The least that is allowed.
const kBy = 'Anna Operator';
const kNote = 'a technician <is> on the way & has "spare parts"';
const kPrivate = /127\.\d/;

const looking = new Looking(modules, chromium);

function command(words) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(fleet, () => socket.write(words + '\n'));
    socket.setTimeout(kWaitMs, () => socket.destroy(new Error(`no answer to ${words}`)));
    socket.on('error', reject);
    socket.on('data', (answer) => {
      socket.end();
      if (String(answer) === 'ok\n') resolve();
      else reject(new Error(`${words}: ${answer}`));
    });
  });
}

async function newPage(browser, options) {
  const context = await browser.newContext({baseURL: base, ...options});
  const page = await context.newPage();
  page.setDefaultTimeout(kWaitMs);
  looking.observe(page);
  return page;
}

// The words that a reader sees, as one line.
async function words(page) {
  return (await page.locator('body').innerText()).replace(/\s+/g, ' ');
}

// Loads `path` again until it says `what`.
async function until(page, path, what) {
  const end = Date.now() + kWaitMs;
  for (;;) {
    const response = await page.goto(path);
    assert.equal(response.status(), 200, path);
    const text = await words(page);
    if (what.test(text)) return text;
    assert(Date.now() < end, `${path} never said ${what}: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, kPollMs));
  }
}

async function says(page, ...expected) {
  const text = await words(page);
  for (const each of expected) {
    if (each instanceof RegExp) assert.match(text, each);
    else assert(text.includes(each), `${page.url()} does not say ${each}: ${text}`);
  }
}

function pathOf(page) {
  const url = new URL(page.url());
  return url.pathname + url.search;
}

// What the page is like at the moment, and, seen by another one, what axe-core says of its kind.
async function look(page, checker, name) {
  await looking.measure(page, name, kSchemes, kWidths);
  if (!checker) return;
  await checker.goto(pathOf(page));
  await looking.check(checker, name, kViews);
}

async function signIn(page) {
  await page.goto('/');
  await page.locator('nav a', {hasText: 'Sign in'}).click();
  await page.locator('nav a', {hasText: 'Overview'}).click();
  assert.equal(await page.locator('text=Sign in').count(), 0);
}

// The test itself: what an operator does. `stranger` has no token.
async function operate(page, checker, stranger) {
  for (const each of [page, checker]) await signIn(each);
  await until(page, '/', /All \d+ monitors are up/);
  await look(page, checker, 'live-1-calm');

  await command(`${prefix} ${persona}`);
  await until(page, '/', new RegExp(`${prefix.replaceAll('.', '\\.')}.* down since`));
  await says(page, /Whose fault: [a-z]/, /since \d\d:\d\d \(\d+ (s|min)\)/);
  await look(page, checker, 'live-2-outage');
  const link = page.locator('main h3 a', {hasText: prefix});

  const incident = await link.getAttribute('href');
  await until(stranger, '/', /Open incidents/);
  assert.doesNotMatch(await stranger.content(), kPrivate);
  await look(stranger, null, 'live-2-outage-public');
  await stranger.goto(incident);
  await says(stranger, 'down');
  assert.doesNotMatch(await stranger.content(), kPrivate);
  assert.equal(await stranger.locator('text=Acknowledge').count(), 0);
  await look(stranger, null, 'live-2-incident-public');

  await link.click();
  assert.equal(pathOf(page), incident);
  await until(page, incident, /log arrived .*nothing waits/);
  await says(page, prefix, 'What was received', received, 'Affected now', 'Timeline');
  const members = page.locator('a[href^="/monitor/"]');
  assert(await members.count() > 1);
  await look(page, checker, 'live-3-incident');

  await page.locator('text=Acknowledge').click();
  await says(page, 'Acknowledge incident', prefix);
  await look(page, checker, 'live-4-form');
  await page.locator('[name=by]').fill(kBy);
  await page.locator('[name=note]').fill(kNote);
  await page.locator('button').click();
  await says(page, /is acknowledged/);
  await look(page, null, 'live-5-acknowledged');
  await page.locator('text=Back to the incident').click();
  assert.equal(pathOf(page), incident);
  await says(page, `by ${kBy} at`, kNote, 'Acknowledge again');
  await look(page, null, 'live-6-incident');
  await page.locator('nav a', {hasText: 'Overview'}).click();
  await says(page, `Acknowledged by ${kBy}`, kNote);
  await look(page, null, 'live-7-overview');

  // What the form is answered with is a page of its own kind.
  await checker.goto(incident);
  await checker.locator('text=Acknowledge again').click();
  await checker.locator('[name=by]').fill(kBy);
  await checker.locator('button').click();
  await looking.check(checker, 'live-5-acknowledged', kViews);

  await page.goto(incident);
  await members.first().click();
  assert.match(pathOf(page), /^\/monitor\//);
  await says(page, 'Last failure', received, /90 days \d+\.\d+ %/, /down since/, /Incident \d+/);
  await look(page, checker, 'live-8-monitor');
  const monitor = pathOf(page);

  await command(`${prefix} original`);
  await until(page, incident, /over since .*, after \d+ (s|min)/);
  await says(page, 'What was received', received, 'What was affected');
  await until(page, incident, /log arrived arrived nothing waits/);
  await look(page, checker, 'live-9-over');
  await until(page, monitor, /up since/);
  await look(page, null, 'live-10-monitor');
  const text = await until(page, '/', /All \d+ monitors are up/);
  assert.doesNotMatch(text, /Open incidents/);
  await page.locator('section', {hasText: 'Recently closed'})
      .locator(`a[href="${incident}"]`).waitFor();
  await look(page, null, 'live-11-calm');
  for (const [label, name] of [['Incidents', 'live-12-incidents'],
                               ['Certificates', 'live-13-certificates']]) {
    await page.locator('nav a', {hasText: label}).first().click();
    await look(page, checker, name);
  }
  await page.locator('nav a', {hasText: 'Overview'}).click();
  await page.locator('a[href^="/group/"]').first().click();
  await look(page, checker, 'live-14-group');
}

// A page that was asked to do so loads itself again, and only then.
async function reload(page) {
  let loads = 0;
  page.on('request', (request) => loads += request.isNavigationRequest() ? 1 : 0);
  await page.goto(`/?refresh=${kRefreshSeconds}`);
  await says(page, `Reloads every ${kRefreshSeconds} s`);
  await page.waitForEvent('load');
  assert(loads >= 2);
  await page.locator('text=Stop reloading').click();
  await says(page, 'Reload every 60 s');
  assert.equal(pathOf(page), '/');
}

async function main() {
  const browser = await looking.launch();
  const httpCredentials = {username: 'anna', password: token};
  try {
    const pages = await Promise.all([
      newPage(browser, {httpCredentials, javaScriptEnabled: false}),
      newPage(browser, {httpCredentials, bypassCSP: true}),
      newPage(browser, {javaScriptEnabled: false}),
      newPage(browser, {javaScriptEnabled: false}),
    ]);
    const [page, checker, stranger, reloaded] = pages;
    await Promise.all([operate(page, checker, stranger), reload(reloaded)]);
  } finally {
    await browser.close();
  }
  looking.report('an outage');
}

main().catch((error) => {
  console.log(error.stack);
  for (const fault of looking.faults) console.log(fault);
  process.exitCode = 1;
});
