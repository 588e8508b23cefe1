// SPDX-License-Identifier: MIT
#include "cli/nagios.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/certificate_words.h"
#include "cli/exit_code.h"
#include "cli/say.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/core/duration.h"

namespace mxsweep::cli {
namespace {

constexpr std::string_view kWords[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
constexpr std::uint64_t kDaysMax = 36'500;
constexpr std::size_t kQuotedOctetsMax = 200;

State state_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return State::ok;
    case Outcome::degraded:
    case Outcome::refused: return State::warning;
    case Outcome::failed: return State::critical;
    case Outcome::invalid:
    case Outcome::excluded:
    case Outcome::local: break;
  }
  return State::unknown;
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// "|" would begin the performance data.
std::string plain(std::string_view octets) {
  std::string text = printable(octets);
  std::replace(text.begin(), text.end(), '|', '/');
  return text;
}

// The first line of the reply that decided, cut to kQuotedOctetsMax.
std::string quoted(std::string_view reply) {
  std::string_view line = reply.substr(0, reply.find_first_of("\r\n"));
  return line.empty() ? std::string{} : fmt::format(", '{}'", line.substr(0, kQuotedOctetsMax));
}

// Adds complaints to a Judged: each raises its state and extends its reason.
class Complaints {
 public:
  Complaints(Judged& judged, bool well) : judged_(judged), has_reason_(!well) {}

  // `why` is empty if the reason already includes it.
  void add(State state, const std::string& why) {
    if (judged_.state != State::unknown) judged_.state = std::max(judged_.state, state);
    if (why.empty()) return;
    judged_.why = has_reason_ ? judged_.why + "; " + why : why;
    has_reason_ = true;
  }

 private:
  Judged& judged_;
  bool has_reason_;  // judged_.why is a complaint.
};

void judge_time(const Thresholds& thresholds, Complaints& complaints, double total_s) {
  const bool critical = thresholds.critical_s && total_s > *thresholds.critical_s;
  const bool warning = thresholds.warning_s && total_s > *thresholds.warning_s;
  if (!critical && !warning) return;
  complaints.add(critical ? State::critical : State::warning,
                 fmt::format("it took {:.3f} s, more than {:g}", total_s,
                             critical ? *thresholds.critical_s : *thresholds.warning_s));
}

// Negative days mean an expired certificate, which has a complaint of its own.
std::string days_in_words(int days) {
  return counted(static_cast<std::uint64_t>(std::max(days, 0)), "day");
}

void judge_days(const results::Record& record, const Thresholds& thresholds,
                Complaints& complaints) {
  if (const auto complaint = time_complaint(record)) {
    const bool is_cause = record.cause == Cause::certificate_expired;
    return complaints.add(State::critical, is_cause ? "" : *complaint);
  }
  if (!thresholds.warning_days && !thresholds.critical_days) return;
  if (!record.tls.has_value() || !record.tls->days_left) {
    // A server that was not reached has its own complaint.
    if (record.outcome == Outcome::ok) {
      complaints.add(State::warning, "there is no certificate whose days could be counted");
    }
    return;
  }
  const int days = *record.tls->days_left;
  const bool critical = thresholds.critical_days && days < *thresholds.critical_days;
  const bool warning = thresholds.warning_days && days < *thresholds.warning_days;
  if (!critical && !warning) return;
  complaints.add(critical ? State::critical : State::warning,
                 fmt::format("the certificate has {} left, fewer than {}", days_in_words(days),
                             critical ? *thresholds.critical_days : *thresholds.warning_days));
}

template <typename Number>
std::string written(const std::optional<Number>& threshold) {
  return threshold ? fmt::format("{:g}", static_cast<double>(*threshold)) : std::string{};
}

// Times are in seconds, by the convention of the plugins.
std::string performance(double total_s, std::optional<int> days, const Thresholds& thresholds) {
  std::string text = time_performance(total_s, thresholds);
  if (days) {
    text += fmt::format(" days={};{};{}", *days, written(thresholds.warning_days),
                        written(thresholds.critical_days));
  }
  return text;
}

std::optional<int> fewest(std::optional<int> a, std::optional<int> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

}  // namespace

std::string time_performance(double total_s, const Thresholds& thresholds) {
  return fmt::format(" | time={:.6f}s;{};{};0", total_s, written(thresholds.warning_s),
                     written(thresholds.critical_s));
}

void Thresholds::add_times_to(Command& command, const Flag& nagios) {
  const auto time = [](std::optional<double>& threshold) -> Read {
    return [&threshold](const std::string& text) {
      const std::optional<Duration> duration = parse_duration(text);
      if (!duration) {
        return Status::unusable(
            fmt::format("'{}' is not a duration: {}", printable(text), kDurationForms));
      }
      threshold = seconds(*duration);
      return Status();
    };
  };
  command
      .add_value("-w,--warning", "DURATION", time(warning_s),
                 "With --nagios, WARNING if the total time is longer")
      .needs(nagios);
  command
      .add_value("-c,--critical", "DURATION", time(critical_s),
                 "With --nagios, CRITICAL if the total time is longer")
      .needs(nagios);
}

void Thresholds::add_to(Command& command, const Flag& nagios) {
  const auto days = [](std::optional<int>& threshold) -> Read {
    return [&threshold](const std::string& text) {
      const Result<std::uint64_t> count = Command::read_number(text, 0, kDaysMax);
      if (count.ok()) threshold = static_cast<int>(*count);
      return count.status();
    };
  };
  add_times_to(command, nagios);
  command
      .add_value("--warning-days", "DAYS", days(warning_days),
                 "With --nagios, WARNING if the certificate expires in fewer days, or none is seen")
      .needs(nagios);
  command
      .add_value("--critical-days", "DAYS", days(critical_days),
                 "With --nagios, CRITICAL if the certificate expires in fewer days; one that has "
                 "expired is always CRITICAL")
      .needs(nagios);
}

Status Thresholds::contradiction() const {
  if (warning_s && critical_s && *warning_s > *critical_s) {
    return Status::unusable(
        fmt::format("--warning {:g} is more than --critical {:g}", *warning_s, *critical_s));
  }
  if (warning_days && critical_days && *warning_days < *critical_days) {
    return Status::unusable(fmt::format("--warning-days {} is less than --critical-days {}",
                                        *warning_days, *critical_days));
  }
  return {};
}

Judged judge(const results::Record& record, const Thresholds& thresholds) {
  Judged judged;
  judged.state = state_of(record.outcome);
  judged.server = plain(record.name);
  if (record.ip.family != Family::none) {
    judged.server += (judged.server.empty() ? "" : " ") + to_string(record.ip);
  } else if (!record.mx_host.empty()) {
    judged.server = plain(record.mx_host);
  }
  judged.why = explained(record) + quoted(record.reply.octets);
  judged.ending = fmt::format("{}, {}", to_string(record.phase), to_string(record.cause));
  judged.total_s = seconds(std::max(record.ms.total, Duration::zero()));
  if (record.tls.has_value()) judged.days = record.tls->days_left;
  Complaints complaints(judged, record.outcome == Outcome::ok);
  judge_time(thresholds, complaints, judged.total_s);
  judge_days(record, thresholds, complaints);
  judged.why = plain(judged.why);
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (record.ms.of[i] < Duration::zero()) continue;
    judged.phases +=
        fmt::format(" {}={:.6f}s;;;0", to_string(static_cast<Phase>(i)), seconds(record.ms.of[i]));
  }
  return judged;
}

int report(const Judged& judged, const Thresholds& thresholds) {
  const auto code = static_cast<int>(judged.state);
  put("SMTP {} - {} ({}){}{}\n", kWords[code], judged.why, judged.ending,
      performance(judged.total_s, judged.days, thresholds), judged.phases);
  return code;
}

int report(std::string_view domain, const std::vector<Judged>& servers,
           const Thresholds& thresholds) {
  State state = State::unknown;
  std::size_t well = 0;
  double slowest_s = 0;
  std::optional<int> days;
  std::string unwell;
  for (const Judged& server : servers) {
    if (server.preferred) state = std::min(state, server.state);
    slowest_s = std::max(slowest_s, server.total_s);
    days = fewest(days, server.days);
    if (server.state == State::ok) {
      ++well;
    } else {
      unwell +=
          fmt::format("; {}{}{}: {} ({})", kWords[static_cast<int>(server.state)],
                      server.server.empty() ? "" : " ", server.server, server.why, server.ending);
    }
  }
  if (state == State::ok && well < servers.size()) state = State::warning;
  const auto code = static_cast<int>(state);
  put("SMTP {} - {}: {} of {} OK{}{} servers={};;;0 servers_ok={};;;0\n", kWords[code],
      plain(domain), well, counted(servers.size(), "server"), unwell,
      performance(slowest_s, days, thresholds), servers.size(), well);
  return code;
}

int print_state(std::string_view subject, State state, std::string_view text,
                std::string_view performance) {
  const auto code = static_cast<int>(state);
  put("{} {} - {}{}\n", subject, kWords[code], plain(text), performance);
  return code;
}

int unknown(std::string_view why) {
  const auto code = static_cast<int>(State::unknown);
  put("SMTP {} - {}\n", kWords[code], plain(why));
  return code;
}

bool wants_nagios(int count, char** words) {
  const auto is = [&](std::string_view word) {
    return std::find(words, words + count, word) != words + count;
  };
  const std::string_view command = count > 1 ? words[1] : "";
  return (command == "probe" || command == "roundtrip") && is("--nagios");
}

}  // namespace mxsweep::cli
