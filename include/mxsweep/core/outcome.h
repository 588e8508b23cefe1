// SPDX-License-Identifier: MIT
// How far a probe got, how it ended, and why: three closed lists that every room shares and that
// the record's schema publishes. The words are part of the contract: never change, only add.
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

// In conversation order: a later phase means that the server got further with us.
enum class Phase : std::uint8_t {
  input,
  dns,
  connect,
  greeting,
  ehlo,
  starttls,
  tls,
  ehlo_tls,
  quit,
};
inline constexpr std::size_t kPhaseCount = 9;

enum class Outcome : std::uint8_t {
  ok,        // The conversation got as far as it was asked to.
  degraded,  // Up, with something that an operator must mend.
  refused,   // The server answered and declined us: says nothing about its capabilities.
  failed,    // No SMTP service was reached.
  invalid,   // The input line could not be read.
  excluded,  // The user said not to.
  local,     // Our own machine's limits or network: never the target's fault.
};
inline constexpr std::size_t kOutcomeCount = 7;

// Of what several servers of one host came to: whether `a` stands for the host rather than `b`, as
// more worked.
[[nodiscard]] constexpr bool outranks(Outcome a, Outcome b) { return a < b; }
static_assert(outranks(Outcome::ok, Outcome::degraded) &&
              outranks(Outcome::degraded, Outcome::refused) &&
              outranks(Outcome::refused, Outcome::failed) &&
              outranks(Outcome::failed, Outcome::local));

// One for each different next action. core/causes.def has them, core/cause.h what each means.
enum class Cause : std::uint8_t {
#define CAUSE(group, name, ...) name,
#include "mxsweep/core/causes.def"
#undef CAUSE
};
inline constexpr std::size_t kCauseCount =
    std::initializer_list<Cause>{
#define CAUSE(group, name, ...) Cause::name,
#include "mxsweep/core/causes.def"
#undef CAUSE
    }
        .size();

// "quit", "refused", "net.refused": the words of the schema.
[[nodiscard]] std::string_view to_string(Phase phase);
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::string_view to_string(Cause cause);

}  // namespace mxsweep
