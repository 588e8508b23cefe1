// SPDX-License-Identifier: MIT
#include "mxsweep/names/check_identity.h"

#include "mxsweep/dns/ring_watch.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::names {
namespace {

constexpr Duration kIdentityTurn = std::chrono::milliseconds{200};
// A sweep of hours may wait as long as resolvers take for a slow zone.
constexpr Duration kPatience = std::chrono::seconds{30};

}  // namespace

IdentityVerdict check_identity(const NameOptions& options, std::string_view helo,
                               const std::vector<Address>& sources,
                               const std::function<bool()>& goes_on) {
  if (const Status checked = check_public_name(helo); !checked.ok()) return {.status = checked};
  ring::Ring ring;
  Status opened = ring.open({.submissions = 8, .completions = 64, .buffers = 4});
  dns::Resolver resolver;
  if (opened.ok()) opened = resolver.open(options.resolver);
  if (!opened.ok()) return {.status = opened};
  dns::RingWatch watch(ring, resolver);
  const bool all = !sources.empty();
  Identity identity(helo, all ? sources : ring::interface_addresses(), all);
  const Instant start = ring::now();
  for (Instant now = start; now < start + kPatience && goes_on(); now = ring::now()) {
    dns::Question question;
    while (identity.take_question(question)) {
      resolver.ask(question.name, question.type, question.number, now);
    }
    dns::Finished finished;
    while (resolver.take(finished)) {
      identity.on_answer(static_cast<std::uint32_t>(finished.ticket), *finished.answer);
    }
    if (identity.done()) return identity.verdict();
    watch.wait(resolver.waiting() == 0 ? Duration::zero() : kIdentityTurn);
    if (ring.failure() != 0) return {.status = ring::explain_failure(ring.failure())};
  }
  return {.status = Status::unusable("whether our name " + std::string(helo) +
                                     " belongs to us could not be checked in time; try again, or "
                                     "add --allow-no-fcrdns to go on all the same")};
}

}  // namespace mxsweep::names
