// SPDX-License-Identifier: MIT
#include "mxsweep/scan/resolve.h"

#include "mxsweep/dns/ring_watch.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"
#include "scan/names.h"

namespace mxsweep::scan {
namespace {

constexpr Duration kTurn = std::chrono::milliseconds{200};
constexpr Duration kPersonPatience = std::chrono::seconds{5};  // Somebody waits before a screen.

std::string described(const dns::Server& server) {
  const std::string address = to_string(server.address);
  const std::string port = std::to_string(server.port);
  return server.address.family == Family::ipv6 ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

Resolution resolve(const targets::Target& target, NameOptions options,
                   const std::function<void(const Lookup&)>& hear) {
  options.patience = kPersonPatience;
  options.resolver.second_try = Duration::zero();
  const Instant start = ring::now();
  HearLookup hear_each;
  if (hear) {
    hear_each = [&](const dns::RouteQuestion& question, const dns::Answer* answer) {
      hear({ring::now() - start, question.name, question.type, answer});
    };
  }
  Resolution resolution;
  Names names(options, hear_each);
  resolution.error = names.open(-1);
  if (!resolution.error.empty()) return resolution;
  names.begin(targets::Target(target), ring::now());
  while (!names.take(resolution.servers)) {
    names.turn(kTurn);
    resolution.error = names.failure();
    if (!resolution.error.empty()) break;
  }
  return resolution;
}

ResolverCheck check_resolver(const NameOptions& options, const std::string& text) {
  ResolverCheck check;
  const dns::Name name = dns::read_name(text);
  if (!text.empty() && name.error != dns::NameFault::none) {
    check.error = "'" + text + "' is no name: " + std::string(to_string(name.error));
    return check;
  }
  ring::Ring ring;
  if (const auto refusal = ring.open({.submissions = 8, .completions = 64, .buffers = 4})) {
    check.error = refusal->cause;
    return check;
  }
  dns::Resolver resolver;
  dns::ResolverOptions once = options.resolver;
  once.second_try = Duration::zero();
  check.error = resolver.open(once);
  if (!check.error.empty()) return check;
  for (const dns::Server& server : resolver.servers()) {
    check.servers += (check.servers.empty() ? "" : ", ") + described(server);
  }
  dns::RingWatch watch(ring, resolver);
  const Instant start = ring::now();
  resolver.ask(name.ascii, text.empty() ? dns::Type::ns : dns::Type::a, 0, start);
  dns::Finished finished;
  for (Instant now = start; now < start + kPersonPatience; now = ring::now()) {
    if (resolver.take(finished)) {
      check.answered = finished.answer->status != dns::LookupStatus::unreachable &&
                       finished.answer->status != dns::LookupStatus::timeout;
      check.answer = to_string(finished.answer->status);
      check.authentic = finished.answer->authentic;
      check.took = now - start;
      return check;
    }
    watch.wait(kTurn);
    if (ring.failure() != 0) {
      check.error = ring::explain_failure(ring.failure()).cause;
      return check;
    }
  }
  return check;
}

}  // namespace mxsweep::scan
