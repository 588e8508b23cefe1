// SPDX-License-Identifier: MIT
// How pages are looked at in Chromium: what they request, whether they are too wide, and what
// axe-core finds in them.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const kHeight = 900;
const kTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// `modules` has the packages of scripts/browser. Faults are lines of text.
class Looking {
  constructor(modules, chromium) {
    this.modules = modules;
    this.chromium = chromium;
    this.axe = fs.readFileSync(require.resolve(path.join(modules, 'axe-core')), 'utf8');
    this.pictures = process.env.MXSWEEP_SCREENSHOTS;  // A folder for pictures of the pages.
    this.faults = [];
    this.looks = 0;
  }

  launch() {
    const {chromium} = require(path.join(this.modules, 'playwright-core'));
    return chromium.launch({
      executablePath: this.chromium,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  }

  fault(text) {
    this.faults.push(text);
  }

  // From here on it is a fault if the page requests anything but itself, or has an error.
  observe(page) {
    page.on('console', (message) => this.fault(`${page.url()}: console: ${message.text()}`));
    page.on('pageerror', (error) => this.fault(`${page.url()}: ${error}`));
    page.on('request', (request) => {
      const inside = request.url().startsWith('data:image/svg+xml');
      if (!inside && !request.isNavigationRequest()) {
        this.fault(`${page.url()}: requests ${request.url()}`);
      }
    });
  }

  // Whether the page that is loaded is too wide, or without its style.
  async measure(page, name, schemes, widths) {
    for (const colorScheme of schemes) {
      await page.emulateMedia({colorScheme});
      for (const width of widths) {
        const where = `${name} ${colorScheme} ${width}`;
        await page.setViewportSize({width, height: kHeight});
        const seen = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          styled: getComputedStyle(document.body).marginTop === '0px',
        }));
        if (seen.wide > 0) this.fault(`${where}: ${seen.wide} px too wide`);
        if (!seen.styled) this.fault(`${where}: the style sheet was refused`);
        this.looks += 1;
        if (!this.pictures) continue;
        const picture = `${name.replace('.html', '')}-${width}-${colorScheme}.png`;
        await page.screenshot({path: path.join(this.pictures, picture), fullPage: true});
      }
    }
  }

  // With axe-core in the page, which the policy of the page would refuse. `views`: pairs of a scheme
  // and a width.
  async check(page, name, views) {
    await unfold(page);
    await page.evaluate(this.axe);
    for (const [colorScheme, width] of views) {
      await page.emulateMedia({colorScheme});
      await page.setViewportSize({width, height: kHeight});
      const result = await page.evaluate((tags) => axe.run(document, {
        runOnly: tags, resultTypes: ['violations'], elementRef: false,
      }), kTags);
      for (const violation of result.violations) {
        const nodes = violation.nodes.slice(0, 3).map((node) => `${node.target} ${node.html}`);
        this.fault(`${name} ${colorScheme} ${width}: axe ${violation.id}: ${violation.help}: ` +
                   `${violation.nodes.length} nodes: ${nodes.join(' | ').slice(0, 600)}`);
      }
      this.looks += 1;
    }
  }

  // Prints one line for each fault and the last one, and sets the exit code.
  report(what) {
    for (const fault of this.faults) console.log(fault);
    console.log(`${what}, ${this.looks} looks, ${this.faults.length} faults`);
    process.exitCode = this.faults.length === 0 && this.looks > 0 ? 0 : 1;
  }
}

// What is folded must be faultless as well.
function unfold(page) {
  return page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}

module.exports = {Looking, unfold};
