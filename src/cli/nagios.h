// SPDX-License-Identifier: MIT
// `mxsweep probe --nagios`: one line for a monitoring system, and the exit code that it reads.
//
//   Source    Monitoring Plugins Development Guidelines: states 0 to 3; text, then behind "|"
//             'label'=value;warning;critical;minimum.
//   Shape     judge() each record, then tell() once.
//   Units     seconds, days.
//   Errors    contradiction() says what makes no sense in the thresholds; unknown() reports any
//             mistake in the form that the monitoring system expects.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "mxsweep/core/status.h"
#include "mxsweep/results/record.h"

namespace mxsweep::cli {

enum class State : std::uint8_t { ok, warning, critical, unknown };  // The exit codes.

struct Thresholds {
  std::optional<double> warning_s;  // Of the total time, DNS included: more is too much.
  std::optional<double> critical_s;
  std::optional<int> warning_days;  // Of the certificate: fewer are too few.
  std::optional<int> critical_days;

  // Adds -w, -c, --warning-days and --critical-days, which need `nagios`.
  void add_to(Command& command, const Flag& nagios);
  [[nodiscard]] Status contradiction() const;
};

// One server, or a name that led to none.
struct Judged {
  State state = State::unknown;
  std::string server;  // "mx1.example.net 192.0.2.10"
  std::string why;
  std::string ending;  // "quit, none"
  bool preferred = false;
  double total_s = 0;
  std::optional<int> days;
  std::string phases;  // Performance data.
};

[[nodiscard]] Judged judge(const results::Record& record, const Thresholds& thresholds);

// The line and the exit code of one server.
int tell(const Judged& judged, const Thresholds& thresholds);
// Of a mail domain: the best of its preferred servers decides, but it is a warning at least if one
// of the others is not OK. Requires: at least one, in the order of preference.
int tell(std::string_view domain, const std::vector<Judged>& servers, const Thresholds& thresholds);

int unknown(std::string_view why);

// Whether the command line asks for this, readable or not.
[[nodiscard]] bool wants_nagios(int count, char** words);

}  // namespace mxsweep::cli
