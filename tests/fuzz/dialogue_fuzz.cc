// SPDX-License-Identifier: MIT
// The whole dialogue against a server that says anything, in any pieces, with any pauses: it ends,
// it speaks only when it may, and its record is one line of valid JSON.
#include <simdjson.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/results/json_writer.h"

namespace {

using namespace mxsweep;

// The first octet of each step says what happens; for octets received, the next says how many.
enum Step : std::uint8_t {
  kBytes = 0,
  kLongBytes = 1,
  kClosed = 2,
  kReset = 3,
  kDeadline = 4,
  kWait = 5
};

void check_wants(const probe::Wants& wants, const probe::Plan& plan, int& quits) {
  const std::string_view said = wants.send;
  INVARIANT(said.empty() || said == plan.commands.ehlo || said == plan.commands.helo ||
            said == plan.commands.quit);
  if (said == plan.commands.quit) ++quits;
  INVARIANT(quits <= 1);
  INVARIANT(wants.done || wants.deadline != kNever);
  INVARIANT(!wants.done || said.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const probe::Plan plan("scanner.example.net");
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const targets::Target target;
  probe::Probe probe(plan, target);
  Instant now{std::chrono::hours{1}};
  int quits = 0;
  probe::Wants wants = probe.on_started(now);
  check_wants(wants, plan, quits);
  wants = probe.on_connected(now += std::chrono::milliseconds{1});
  check_wants(wants, plan, quits);
  std::size_t at = 0;
  while (!wants.done && at + 1 < size) {
    const auto step = static_cast<std::uint8_t>(data[at] % 8);
    std::size_t count = data[at + 1];
    at += 2;
    if (step == kClosed) {
      wants = probe.on_closed(now);
    } else if (step == kReset) {
      wants = probe.on_error(ECONNRESET, now);
    } else if (step == kDeadline) {
      wants = probe.on_deadline(now = wants.deadline);
    } else if (step == kWait) {
      now = std::min(wants.deadline, now + std::chrono::milliseconds{count});
      continue;
    } else {
      if (step == kLongBytes) count *= 64;
      const std::string_view octets = input.substr(at, std::max<std::size_t>(count, 1));
      if (octets.empty()) break;
      at += octets.size();
      wants = probe.on_bytes(octets, now);
    }
    check_wants(wants, plan, quits);
  }
  if (!wants.done) wants = probe.on_interrupted(now);
  INVARIANT(wants.done);
  std::string line;
  results::append_json(probe.record("mx.test", "test"), line);
  INVARIANT(line.ends_with("}\n") && line.find('\n') == line.size() - 1);
  static simdjson::dom::parser parser;
  simdjson::dom::element element;
  INVARIANT(parser.parse(line).get(element) == simdjson::SUCCESS);
  return 0;
}
