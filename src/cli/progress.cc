// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>

#include "cli/say.h"
#include "mxsweep/core/counted.h"

namespace mxsweep::cli {
namespace {

constexpr Duration kPlainEvery = std::chrono::seconds{10};
constexpr Duration kRateOver = std::chrono::seconds{1};
constexpr std::size_t kColumnsUsual = 80;

double real_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : kColumnsUsual;
}

// The part of the list that has been read; negative if its size is not known.
double fraction_done(const scan::Progress& progress) {
  if (progress.list_octets == 0 || progress.list_octets_read == 0) return -1;
  return static_cast<double>(progress.list_octets_read) / static_cast<double>(progress.list_octets);
}

std::string clock_text(double whole_seconds) {
  const auto all = static_cast<std::uint64_t>(whole_seconds);
  if (all < 3600) return fmt::format("{}:{:02}", all / 60, all % 60);
  return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

// Why targets wait, if it is neither for a place nor for the rate.
std::string waits_in_words(const scan::Progress& progress) {
  // Conversations that are open may let a visit start at any moment.
  const bool idle = progress.in_flight == 0;
  const auto next = [](Duration left) {
    return left < Duration::zero() ? std::string()
                                   : " (next in " + clock_text(std::ceil(real_seconds(left))) + ")";
  };
  std::string words;
  if (progress.polite > 0) {
    words = fmt::format("{} for politeness{}", progress.polite,
                        idle ? next(progress.next_polite) : std::string());
  }
  if (progress.retries > 0) {
    words += fmt::format("{}{} for a retry{}", words.empty() ? "" : ", ", progress.retries,
                         next(progress.next_retry));
  }
  return words.empty() ? words : ": " + words;
}

}  // namespace

void ProgressLine::measure_rate(const scan::Progress& progress) {
  const Duration since = progress.elapsed - rate_from_;
  if (since < kRateOver) {
    // Of the first moments there is only the mean.
    const bool first = rate_from_ == Duration::zero() && since > Duration::zero();
    if (first) rate_ = static_cast<double>(progress.records) / real_seconds(since);
    return;
  }
  rate_ = static_cast<double>(progress.records - rate_records_) / real_seconds(since);
  rate_from_ = progress.elapsed;
  rate_records_ = progress.records;
}

std::string ProgressLine::text(const scan::Progress& progress) const {
  const std::uint64_t done = progress.records + progress.recorded_before;
  std::string line = fmt::format("{} done", done);
  const double fraction = fraction_done(progress);
  if (progress.list_ended) {
    line += ", list read";
  } else if (fraction >= 0 && done > 0) {
    // The list is read ahead of the conversations, by at most the length of the queues, so the
    // estimate is a little early.
    line += fmt::format(" of about {:.0f}", static_cast<double>(done) / fraction);
    if (rate_ > 0) {
      const double left = static_cast<double>(done) * (1 / fraction - 1);
      line += ", ETA " + clock_text(left / rate_);
    }
  } else {
    line += " of unknown";
  }
  line += fmt::format(", {} in flight", progress.in_flight);
  if (progress.waiting > 0) {
    line += fmt::format(", {} waiting{}", progress.waiting, waits_in_words(progress));
  }
  line += fmt::format(", {:.0f}/s", rate_);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    if (progress.outcomes[i] == 0) continue;
    line += fmt::format(", {} {}", to_string(static_cast<Outcome>(i)), progress.outcomes[i]);
  }
  if (progress.shortages > 0) {
    line += fmt::format(", {} (last: {})", counted(progress.shortages, "local shortage"),
                        errno_name(progress.last_shortage));
  }
  if (progress.pauses.paused) {
    line += progress.pauses.route_lost ? ", PAUSED: no route" : ", PAUSED: no canary answers";
  }
  if (progress.pauses.held > 0) line += fmt::format(", {} in doubt", progress.pauses.held);
  if (progress.stopping) line += ", stopping (once more to leave at once)";
  return line;
}

void ProgressLine::show(const scan::Progress& progress) {
  measure_rate(progress);
  const bool due =
      style_ == ProgressStyle::plain && progress.elapsed - plain_shown_at_ >= kPlainEvery;
  if (!due && !progress.asked && style_ != ProgressStyle::terminal) return;
  std::string line = clock_text(real_seconds(progress.elapsed)) + " " + text(progress);
  if (due || progress.asked) {
    if (due) plain_shown_at_ = progress.elapsed;
    clear();
    say_now("mxsweep: " + line + "\n");
    return;
  }
  line.resize(std::min(line.size(), terminal_columns() - 1));
  say_now("\r\033[K" + line);
  shown_ = true;
}

void ProgressLine::clear() {
  if (!shown_) return;
  say_now("\r\033[K");
  shown_ = false;
}

}  // namespace mxsweep::cli
