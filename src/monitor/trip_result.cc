// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "monitor/trip_thread.h"
#include "mxsweep/roundtrip/report.h"

namespace mxsweep::monitor {
namespace {

Cause cause_of(roundtrip::State state) {
  switch (state) {
    case roundtrip::State::ok: return Cause::none;
    case roundtrip::State::slow: return Cause::roundtrip_slow;
    case roundtrip::State::send_failed: return Cause::roundtrip_send_failed;
    case roundtrip::State::accepted_not_delivered: return Cause::roundtrip_not_delivered;
    case roundtrip::State::delivered_elsewhere: return Cause::roundtrip_elsewhere;
    case roundtrip::State::fetch_failed: return Cause::roundtrip_fetch_failed;
    case roundtrip::State::bounced: return Cause::roundtrip_bounced;
    case roundtrip::State::unknown: break;
  }
  return Cause::local_check_unknown;
}

double seconds_of(Duration span) { return std::chrono::duration<double>(span).count(); }

std::string text_of(const roundtrip::Report& report) {
  if (report.verdict.state == roundtrip::State::ok) {
    if (report.accepted_to_visible) {
      return fmt::format("seen {:.1f} s after it was accepted",
                         seconds_of(*report.accepted_to_visible));
    }
    return fmt::format("done in {:.1f} s", seconds_of(report.total));
  }
  std::string text;
  if (report.verdict.has_phase) text = "in " + std::string(to_string(report.verdict.phase));
  if (report.why.empty()) return text;
  return text.empty() ? report.why : text + ": " + report.why;
}

}  // namespace

void judge_trip(const roundtrip::Report& report, RunResult& result) {
  result.cause = cause_of(report.verdict.state);
  result.text = text_of(report).substr(0, kRunTextOctetsMax);
  result.data = fmt::format("total={:.3f}s", seconds_of(report.total));
  if (report.accepted_to_visible) {
    result.data += fmt::format(" delivery={:.3f}s", seconds_of(*report.accepted_to_visible));
  }
  result.took = report.total;
}

}  // namespace mxsweep::monitor
