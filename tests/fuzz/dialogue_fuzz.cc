// SPDX-License-Identifier: MIT
// The whole dialogue against a server that sends anything, in any pieces, with any pauses: it ends,
// sends commands only when they are allowed, its record is one line of valid JSON, and its verdict
// does not depend on how the octets are cut.
#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/results/json_writer.h"
#include "support/dialogue_run.h"

namespace {

using namespace mxsweep;
using fuzz::Cut;
using fuzz::Run;

void require_same(const results::Record& a, const results::Record& b) {
  INVARIANT(a.outcome == b.outcome && a.phase == b.phase && a.cause == b.cause);
  INVARIANT(a.anomalies == b.anomalies);
  INVARIANT(a.starttls_offered == b.starttls_offered);
  INVARIANT(a.replies[Phase::greeting].octets == b.replies[Phase::greeting].octets);
  INVARIANT(a.verb == b.verb && a.replies[Phase::ehlo].octets == b.replies[Phase::ehlo].octets);
  // Octets that are no reply are recorded as far as they were read, which depends on the cut.
  if (a.reply.code != 0) INVARIANT(a.reply.octets == b.reply.octets);
}

probe::Plan plan_to(probe::Depth depth) {
  const smtp::Envelope envelope{.octets = 1000,
                                .recipient = "postmaster@mx.test",
                                .foreign_recipient = "postmaster@elsewhere.test"};
  probe::Plan plan("scanner.example.net", envelope);
  plan.depth = depth;
  return plan;
}

void play(const probe::Plan& plan, std::string_view input) {
  Run as_given(plan, Cut::as_given);
  const results::Record record = as_given.play(input);
  Run octet_by_octet(plan, Cut::octets);
  require_same(record, octet_by_octet.play(input));
  Run joined(plan, Cut::joined);
  require_same(record, joined.play(input));
  std::string line;
  results::append_json(record, line);
  INVARIANT(line.ends_with("}\n") && line.find('\n') == line.size() - 1);
  static simdjson::dom::parser parser;
  simdjson::dom::element element;
  INVARIANT(parser.parse(line).get(element) == simdjson::SUCCESS);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const probe::Plan plans[] = {plan_to(probe::Depth::tls), plan_to(probe::Depth::relay)};
  for (const probe::Plan& plan : plans) {
    play(plan, {reinterpret_cast<const char*>(data), size});
  }
  return 0;
}
