// SPDX-License-Identifier: MIT
// What a simulated server does when it has received a command, as data: a list of steps.
//
//   Shape     In the JSON of a persona (sink/persona.h) a script is a list of steps. A step does,
//             in this order:
//               after_ms      waits
//               send or hex   sends a text, or octets that JSON cannot represent
//               octets_per_s  ... one octet at a time, this many per second
//               repeat        ... this many times ("{n}" counts them from 1), or "forever"
//               do            "close", "reset" (RST instead of FIN), "hang" (sends nothing more);
//                             in "starttls" also "tls": from here on the session is under TLS
//             "{host}" is the host name of the server at an address (host_name()), "{tag}" the tag
//             of the IMAP command.
//   Units     milliseconds; octets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/protocol.h"
#include "mxsweep/core/time.h"

namespace mxsweep::sink {

// What triggers a script. noop: also RSET. rcpt: the first RCPT of a transaction; relay: any later
// one, which a relay test asks for a foreign recipient. other: any other command.
enum class Trigger : std::uint8_t {
  greeting,
  ehlo,
  helo,
  starttls,
  noop,
  quit,
  other,
  ehlo_tls,
  hello,
  mail,
  rcpt,
  relay,
};
inline constexpr std::size_t kTriggerCount = 12;

// Its key in a persona's JSON, and the command of each Protocol that triggers it; empty: something
// else triggers it, or the command alone does not decide.
struct TriggerRow {
  Trigger trigger;
  std::string_view key;
  std::array<std::string_view, kProtocolCount> commands;
};
inline constexpr std::array<TriggerRow, kTriggerCount> kTriggers = {{
    {Trigger::greeting, "greeting", {}},
    {Trigger::ehlo, "ehlo", {"EHLO", "CAPABILITY", "CAPA"}},
    {Trigger::helo, "helo", {"HELO", "", ""}},
    {Trigger::starttls, "starttls", {"STARTTLS", "STARTTLS", "STLS"}},
    {Trigger::noop, "noop", {"NOOP", "NOOP", "NOOP"}},
    {Trigger::quit, "quit", {"QUIT", "LOGOUT", "QUIT"}},
    {Trigger::other, "other", {}},
    {Trigger::ehlo_tls, "ehlo_tls", {}},
    {Trigger::hello, "hello", {}},
    {Trigger::mail, "mail", {"MAIL", "", ""}},
    {Trigger::rcpt, "rcpt", {"RCPT", "", ""}},
    {Trigger::relay, "relay", {}},
}};

enum class StepAction : std::uint8_t { none, close, reset, hang, tls, cut };

struct Step {
  Duration after{0};
  std::string octets;          // With repetitions expanded; for `forever` a chunk of them.
  Duration octet_interval{0};  // 0: all octets at once.
  bool forever = false;
  bool has_fields = false;  // `octets` contains "{host}" or "{tag}".
  StepAction action = StepAction::none;
};
using Script = std::vector<Step>;

// Far above what a fleet needs: they limit the effect of a mistake in the file.
inline constexpr std::size_t kStepsMax = 64;
inline constexpr std::size_t kStepOctetsMax = 64 * 1024;  // With repetitions expanded.
inline constexpr std::uint64_t kAfterMsMax = 3'600'000;
// One for each tick of the timer wheel, which is a millisecond.
inline constexpr std::uint64_t kOctetsPerSecondMax = 1000;
inline constexpr std::size_t kFloodChunkOctets = 16 * 1024;

}  // namespace mxsweep::sink
