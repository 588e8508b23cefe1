// SPDX-License-Identifier: MIT
#include "mxsweep/names/resolve.h"

#include "mxsweep/dns/ring_watch.h"
#include "mxsweep/names/names.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"

namespace mxsweep::names {
namespace {

constexpr Duration kTurn = std::chrono::milliseconds{200};
constexpr Duration kInteractivePatience = std::chrono::seconds{5};  // A user waits for the result.

std::string described(const dns::Server& server) {
  const std::string address = to_string(server.address);
  const std::string port = std::to_string(server.port);
  return server.address.family == Family::ipv6 ? "[" + address + "]:" + port : address + ":" + port;
}

ResolverCheck query(const NameOptions& options, std::string_view name, dns::Type type) {
  ResolverCheck check;
  ring::Ring ring;
  check.status = ring.open({.submissions = 8, .completions = 64, .buffers = 4});
  if (!check.status.ok()) return check;
  dns::Resolver resolver;
  dns::ResolverOptions once = options.resolver;
  once.second_try = Duration::zero();
  check.status = resolver.open(once);
  if (!check.status.ok()) return check;
  for (const dns::Server& server : resolver.servers()) {
    check.servers += (check.servers.empty() ? "" : ", ") + described(server);
  }
  dns::RingWatch watch(ring, resolver);
  const Instant start = ring::now();
  resolver.ask(name, type, 0, start);
  dns::Finished finished;
  for (Instant now = start; now < start + kInteractivePatience; now = ring::now()) {
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
      check.status = ring::explain_failure(ring.failure());
      return check;
    }
  }
  return check;
}

}  // namespace

Result<std::vector<Resolved>> resolve(const targets::Target& target, NameOptions options,
                                      const std::function<void(const Lookup&)>& on_lookup) {
  options.patience = kInteractivePatience;
  options.resolver.second_try = Duration::zero();
  const Instant start = ring::now();
  LookupCallback on_each;
  if (on_lookup) {
    on_each = [&](const RouteQuestion& question, const dns::Answer* answer) {
      on_lookup({ring::now() - start, question.name, question.type, answer});
    };
  }
  Names names(options, on_each);
  if (Status opened = names.open(-1); !opened.ok()) return opened;
  names.begin(targets::Target(target), ring::now());
  std::vector<Resolved> servers;
  while (!names.take(servers)) {
    names.turn(kTurn);
    if (Status failure = names.failure(); !failure.ok()) return failure;
  }
  return servers;
}

ResolverCheck check_resolver(const NameOptions& options, const std::string& text) {
  const dns::Name name = dns::read_name(text);
  if (!text.empty() && name.error != dns::NameFault::none) {
    ResolverCheck check;
    check.status =
        Status::unusable("'" + text + "' is no name: " + std::string(to_string(name.error)));
    return check;
  }
  return query(options, name.ascii, text.empty() ? dns::Type::ns : dns::Type::a);
}

ResolverCheck check_validation(const NameOptions& options) {
  return query(options, "", dns::Type::dnskey);
}

}  // namespace mxsweep::names
