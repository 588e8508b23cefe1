// SPDX-License-Identifier: MIT
// A simulated server's manners and faults, as data. Pure: text in, personas out.
//
//   Shape     JSON, the same for the built-in list and for a file of the user's:
//               {"defaults": {"ehlo": [...], ...},
//                "personas": [{"name": "plain", "weight": 400,
//                              "expect": {"outcome": "ok", "phase": "quit", "cause": "none"},
//                              "greeting": [{"send": "220 {host} ESMTP\r\n"}], ...}]}
//             A persona has a script for the greeting and for each command; one that it lacks is
//             taken from "defaults". A script is a list of steps; a step does, in this order:
//               after_ms      waits
//               send or hex   sends a text, or octets that JSON cannot write
//               octets_per_s  ... one octet at a time, so many a second
//               repeat        ... so many times ("{n}" counts them from 1), or "forever"
//               do            "close", "reset" (RST instead of FIN), "hang" (says no more)
//             "{host}" is the name that the server at an address gives itself (host_name()).
//   Units     milliseconds; octets.
//   Errors    a text that says where in the JSON and why; then there are no personas.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"

namespace mxsweep::sink {

// What a script answers to. noop: RSET too. other: whatever is none of these.
enum class Part : std::uint8_t { greeting, ehlo, helo, starttls, noop, quit, other };
inline constexpr std::size_t kPartCount = 7;

enum class Deed : std::uint8_t { none, close, reset, hang };

struct Step {
  Duration after{0};
  std::string octets;          // Repetitions written out; for `forever` a chunk of them.
  Duration octet_interval{0};  // 0: all octets at once.
  bool forever = false;
  bool names_host = false;  // `octets` holds "{host}" and differs from server to server.
  Deed deed = Deed::none;
};
using Script = std::vector<Step>;

// What a scan must say about this server.
struct Expected {
  Outcome outcome = Outcome::ok;
  Phase phase = Phase::quit;
  Cause cause = Cause::none;
};

struct Persona {
  std::string name;  // Letters, digits, "_" and "-".
  std::uint32_t weight = 0;
  Expected expect;
  std::array<Script, kPartCount> scripts;

  [[nodiscard]] const Script& script(Part part) const {
    return scripts[static_cast<std::size_t>(part)];
  }
};

// Far above what a fleet needs: they bound a mistake in the file.
inline constexpr std::size_t kPersonasMax = 1000;
inline constexpr std::size_t kStepsMax = 64;
inline constexpr std::size_t kStepOctetsMax = 64 * 1024;  // Repetitions written out.
inline constexpr std::uint32_t kWeightMax = 1'000'000;
inline constexpr std::uint64_t kAfterMsMax = 3'600'000;
inline constexpr std::uint64_t kOctetsPerSecondMax =
    1000;  // The timer wheel's tick is a millisecond.
inline constexpr std::size_t kFloodChunkOctets = 16 * 1024;

struct PersonasRead {
  std::vector<Persona> personas;
  std::string error;  // Empty: all is well.
};
[[nodiscard]] PersonasRead read_personas(std::string_view json);

// The built-in fleet, as JSON: about 60 % of it answers as a decent server does.
[[nodiscard]] std::string_view builtin_personas();

// "mx-127-1-2-3.sink.test".
[[nodiscard]] std::string host_name(const Address& address);

// Leaves only the personas that are named. Answers the first name that there is not, or nothing.
[[nodiscard]] std::string keep_only(std::vector<Persona>& personas,
                                    const std::vector<std::string>& names);

// Every greeting comes that much later.
void delay_greetings(std::vector<Persona>& personas, Duration delay);

}  // namespace mxsweep::sink
