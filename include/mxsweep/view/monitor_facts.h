// SPDX-License-Identifier: MIT
// What pages and API show of one monitor. Shape and units as of view/facts.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/slow_checks.h"
#include "mxsweep/watch/state.h"
#include "mxsweep/watch/uptime.h"

namespace mxsweep::view {

enum class Lap : std::uint8_t { connect, greeting, ehlo, tls, total };  // The phases with a time.
inline constexpr std::size_t kLaps = 5;
[[nodiscard]] std::string_view to_string(Lap lap);

struct Quantiles {
  Duration p10{};
  Duration p50{};
  Duration p90{};
  std::uint32_t count = 0;  // 0: nothing is known.
};

struct Band {  // A span of time.
  WallTime from{};
  Duration lasts{};
  std::array<Quantiles, kLaps> laps{};
  std::uint32_t failed = 0;  // Results that were bad.
};

struct ProbeFacts {
  WallTime at{};
  Outcome outcome = Outcome::local;
  Phase phase = Phase::input;
  Cause cause = Cause::none;
  watch::State state = watch::State::unknown;
  bool unobserved = false;
  bool maintenance = false;
  std::array<Duration, kLaps> laps{};  // Zero: not reached.
  std::optional<Duration> dns{};       // Of the visit; nothing: not known, or no name was resolved.
};

struct CertificateStep {  // Of a path, the server's own first.
  std::string subject;
  std::string issuer;
  WallTime not_before{};
  WallTime not_after{};
  std::string key;                   // "rsa 2048".
  std::string sha256{};              // Hexadecimal; empty: not known.
  std::vector<std::string> names{};  // Its DNS names; of the server's own one.
};

struct FieldValue {
  std::string field;
  std::string value;
  bool adopted = false;
  WallTime first{};
  WallTime last{};           // As estimated from the interval of the probes.
  std::uint8_t percent = 0;  // Of the last 32 probes.
};

// What the latest run of a [[check]] has said.
struct RunSaid {
  std::string text{};
  std::string data{};  // Performance data, as a plugin of Nagios has it; may be empty.
};

struct MonitorPage {
  Now now;
  MonitorLine monitor;
  std::string meta;  // JSON; may be empty.
  Duration interval{};
  std::optional<ProbeFacts> last;
  std::vector<Band> bands;  // Oldest first; at most 48.
  std::array<Day, kDays> days{};
  // Uptime of 24 h, 30 and 90 days; the last only if so many are kept.
  std::optional<double> day, month, quarter;
  std::optional<watch::EvidenceRow> failure;  // The latest, as a record.
  std::vector<CertificateStep> path;
  std::string tls;          // "TLS1.3 …", of the latest handshake; may be empty.
  std::string server_name;  // Of a certificate: what it was checked against.
  bool verified = false;    // At the latest handshake: the path leads to a trusted authority.
  WallTime path_end{};      // The earliest end on that path, the authority's too; zero: not known.
  std::vector<FieldValue> fields;
  watch::Group::Checks checks{};               // What is checked in DNS; no words: nothing.
  std::vector<watch::OpenFinding> findings{};  // The worst first.
  std::optional<watch::RunKind> run{};         // Of a [[check]].
  RunSaid said{};                              // Of that.
  std::vector<watch::TimelineRow> timeline;    // The newest first, at most 50.
  std::vector<IncidentFacts> incidents;        // The newest first, at most 10.
};

// Recent results of a monitor, from memory, or hours and days from history.db.
struct HistorySpan {
  WallTime from{};
  Duration lasts{};
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  watch::Shares shares;
  std::array<Quantiles, kLaps> laps{};
};
struct History {
  Now now;
  MonitorLine monitor;
  std::vector<ProbeFacts> probes;  // Oldest first. Of one of both kinds:
  std::vector<HistorySpan> spans;
  std::string next;  // Of probes: `from` to go on with, in microseconds; empty: the end.
};

}  // namespace mxsweep::view
