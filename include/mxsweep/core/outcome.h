// SPDX-License-Identifier: MIT
// How far a probe got, how it ended, and why: three closed lists, shared by all rooms and published
// in the record's schema. The words are part of the contract: they are added, never changed.
//
//   Source   the record's schema 1; causes follow the taxonomy in docs/causes.md.
//   Errors   none: to_string() covers every value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace mxsweep {

// In the order of the conversation: a later phase means that it got further.
enum class Phase : std::uint8_t {
  input,
  dns,
  connect,
  greeting,
  ehlo,
  starttls,
  tls,
  ehlo_tls,
  mail,
  rcpt,
  relay,  // RCPT TO once more, with a recipient of a foreign domain.
  quit,
};
inline constexpr std::size_t kPhaseCount = 12;

enum class Outcome : std::uint8_t {
  ok,        // The conversation got as far as requested.
  degraded,  // Up, with something that an operator must fix.
  refused,   // The server answered and declined us; its capabilities remain unknown.
  failed,    // No SMTP service was reached.
  invalid,   // The input line could not be read.
  excluded,  // The user excluded this target.
  local,     // Our own machine's limits or network: never the target's fault.
};
inline constexpr std::size_t kOutcomeCount = 7;

// Whether `a` is the better outcome. A host with several servers has the best of their outcomes.
[[nodiscard]] constexpr bool outranks(Outcome a, Outcome b) { return a < b; }
static_assert(outranks(Outcome::ok, Outcome::degraded) &&
              outranks(Outcome::degraded, Outcome::refused) &&
              outranks(Outcome::refused, Outcome::failed) &&
              outranks(Outcome::failed, Outcome::local));

// One for each action that a user may have to take next. core/causes.def lists them; core/cause.h
// has their meaning.
enum class Cause : std::uint8_t {
#define CAUSE(section, name, ...) name,
#include "mxsweep/core/causes.def"
#undef CAUSE
};
inline constexpr std::size_t kCauseCount =
    std::initializer_list<Cause>{
#define CAUSE(section, name, ...) Cause::name,
#include "mxsweep/core/causes.def"
#undef CAUSE
    }
        .size();

// The words of the schema: "quit", "refused", "net.refused".
[[nodiscard]] std::string_view to_string(Phase phase);
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::string_view to_string(Cause cause);

}  // namespace mxsweep
