// SPDX-License-Identifier: MIT
// `mxsweep probe --nagios` and `roundtrip --nagios`: print one line for a monitoring system and
// return the exit code that the system expects.
//
//   Source    Monitoring Plugins Development Guidelines: states 0 to 3; text, then after "|"
//             'label'=value;warning;critical;minimum.
//   Shape     judge() each record, then report() once.
//   Units     seconds, days.
//   Errors    contradiction() returns what is inconsistent in the thresholds; unknown() reports any
//             error in the form that the monitoring system expects.
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
  std::optional<double> warning_s;  // The most total time, DNS included.
  std::optional<double> critical_s;
  std::optional<int> warning_days;  // The fewest days left of the certificate.
  std::optional<int> critical_days;

  // Adds -w and -c, which need `nagios`.
  void add_times_to(Command& command, const Flag& nagios);
  // The same, and --warning-days and --critical-days.
  void add_to(Command& command, const Flag& nagios);
  [[nodiscard]] Status contradiction() const;
};

// The state of one server, or of a name that led to none.
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

// Prints the line of one server; returns the exit code.
int report(const Judged& judged, const Thresholds& thresholds);
// The same for a mail domain: the best of its most preferred servers decides, but the state is at
// least WARNING if any server is not OK. Requires: at least one, in the order of preference.
int report(std::string_view domain, const std::vector<Judged>& servers,
           const Thresholds& thresholds);

// Prints an UNKNOWN line; returns its exit code.
int unknown(std::string_view why);

// Prints "SUBJECT STATE - TEXT | PERFORMANCE"; returns the exit code. "SMTP OK - …"
int print_state(std::string_view subject, State state, std::string_view text,
                std::string_view performance);
// " | time=1.5s;2;3;0", with the limits of the thresholds.
[[nodiscard]] std::string time_performance(double total_s, const Thresholds& thresholds);

// Whether --nagios is on the command line, which need not be valid.
[[nodiscard]] bool wants_nagios(int count, char** words);

}  // namespace mxsweep::cli
