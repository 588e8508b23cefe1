// SPDX-License-Identifier: MIT
// nodemailer's verify() against many servers. Part of scripts/bench_compare.py, which passes the
// parameters as JSON. Loading the library is not measured.
'use strict';
const fs = require('node:fs');
const tls = require('node:tls');
const nodemailer = require('nodemailer');

const wanted = JSON.parse(process.argv[2]);
// Read once for all conversations.
const secureContext = wanted.authority ?
    tls.createSecureContext({ca: fs.readFileSync(wanted.authority)}) : undefined;

function address(number) {
  const octets = wanted.first.split('.').map(Number);
  const host = octets.reduce((sum, octet) => sum * 256 + octet) + number;
  return [24, 16, 8, 0].map((shift) => (host >>> shift) & 255).join('.');
}

function verify(number) {
  return nodemailer.createTransport({
    host: address(number),
    port: wanted.port,
    name: wanted.name,
    ignoreTLS: !secureContext,
    requireTLS: Boolean(secureContext),
    tls: {secureContext, servername: wanted.serverName},
  }).verify();
}

async function main() {
  let next = 0;
  const began = process.hrtime.bigint();
  const cpuBefore = process.cpuUsage();
  await Promise.all(Array.from({length: wanted.inFlight}, async () => {
    while (next < wanted.targets) await verify(next++);
  }));
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  console.log(JSON.stringify({
    cpu_us: (cpu.user + cpu.system) / wanted.targets,
    per_second: wanted.targets / seconds,
    memory: process.resourceUsage().maxRSS * 1024,
  }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
