// SPDX-License-Identifier: MIT
#include "cli/trip_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/certificate_words.h"
#include "cli/say.h"

namespace mxsweep::cli {
namespace {

using roundtrip::Report;
using roundtrip::Script;

double in_ms(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}
double in_s(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string state_of_trip(const Report& report) {
  std::string text(to_string(report.verdict.state));
  if (report.verdict.has_phase) text += fmt::format(" ({})", to_string(report.verdict.phase));
  return text;
}

std::string place(const roundtrip::Endpoint& endpoint, const Address& ip) {
  std::string text = to_string(endpoint);
  if (ip.family != Family::none) text += " (" + to_string(ip) + ")";
  return printable(text);
}

std::string times_of(const std::vector<roundtrip::PhaseTime>& times) {
  std::string text;
  for (const roundtrip::PhaseTime& each : times) {
    text += fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", to_string(each.phase),
                        in_ms(each.took));
  }
  return text.empty() ? text : "  " + text + " ms\n";
}

void add_faults(const std::vector<roundtrip::StepResult>& steps, const Script& script,
                std::string& text) {
  for (const roundtrip::StepResult& each : steps) {
    if (each.fault.empty()) continue;
    const roundtrip::Step& step = script.steps[each.step];
    const std::string name = step.name.empty() ? std::string(key_of(step.action)) : step.name;
    text +=
        fmt::format("  step {}, {}: {}\n", each.step + 1, printable(name), printable(each.fault));
  }
}

void add_mailbox(const roundtrip::FetchReport& fetch, std::string& text) {
  const roundtrip::MailboxResult& last = fetch.last;
  text += fmt::format("fetch {}\n{}", place(fetch.endpoint, fetch.ip), times_of(fetch.times));
  if (last.seen()) {
    text += fmt::format("  seen in {} by {}",
                        last.folder.empty() ? "the mailbox" : printable(last.folder),
                        to_string(last.notice));
    if (last.copies > 1) text += fmt::format(", {} copies", last.copies);
    text += fmt::format("; {} deleted", last.removed);
    if (fetch.swept > 0) text += fmt::format(", {} of earlier runs too", fetch.swept);
    text += "\n";
  }
  if (!last.kept.empty()) text += fmt::format("  not deleted: {}\n", printable(last.kept));
  if (!last.fault.empty()) {
    text += fmt::format("  {}: {}\n", to_string(last.until), printable(last.fault));
  }
  for (const roundtrip::FolderFault& each : last.folder_faults) {
    text += fmt::format("  {}: {}\n", printable(each.folder), printable(each.words));
  }
}

void add_way(const Report& report, std::string& text) {
  for (const message::Hop& hop : report.hops) {
    text += fmt::format("  hop to {} with {}{}{}\n", hop.by.empty() ? "?" : printable(hop.by),
                        hop.with.empty() ? "?" : printable(hop.with), hop.tls ? " (TLS)" : "",
                        hop.delay ? fmt::format(", {} s", hop.delay->count()) : std::string());
  }
  if (report.clock_skew) text += "  the clocks of servers differ: delays are not exact\n";
  if (report.authentication) {
    std::string methods;
    for (const message::MethodResult& each : *report.authentication) {
      methods += fmt::format("{}{}={}", methods.empty() ? "" : ", ", printable(each.method),
                             printable(each.result));
    }
    text += fmt::format("  authentication: {}\n", methods.empty() ? "none" : methods);
  }
  for (const message::DkimSigner& each : report.signers) {
    text += fmt::format("  signed by {}, selector {}\n", printable(each.domain),
                        printable(each.selector));
  }
}

State nagios_state(roundtrip::State state) {
  switch (state) {
    case roundtrip::State::ok: return State::ok;
    case roundtrip::State::slow:
    case roundtrip::State::delivered_elsewhere: return State::warning;
    case roundtrip::State::send_failed:
    case roundtrip::State::accepted_not_delivered:
    case roundtrip::State::fetch_failed:
    case roundtrip::State::bounced: return State::critical;
    case roundtrip::State::unknown: break;
  }
  return State::unknown;
}

std::string trip_performance(const Report& report, const Thresholds& thresholds) {
  std::string text = time_performance(in_s(report.total), thresholds);
  if (report.accepted_to_visible) {
    text += fmt::format(" accepted_to_visible={:.6f}s;;;0", in_s(*report.accepted_to_visible));
  }
  const auto add = [&text](const std::vector<roundtrip::PhaseTime>& times) {
    for (const roundtrip::PhaseTime& each : times) {
      text += fmt::format(" {}={:.6f}s;;;0", to_string(each.phase), in_s(each.took));
    }
  };
  // Of a second connection the phases have the same names.
  if (!report.sent.empty()) add(report.sent.back().times);
  if (report.fetch) add(report.fetch->times);
  return text;
}

}  // namespace

std::string trip_in_words(const Report& report, const Script& script) {
  std::string text = fmt::format("{}: {}, {:.3f} s", printable(report.name), state_of_trip(report),
                                 in_s(report.total));
  if (!report.why.empty()) text += fmt::format(": {}", printable(report.why));
  text += "\n";
  for (const roundtrip::SentReport& sent : report.sent) {
    text += fmt::format("send {}\n{}", place(sent.endpoint, sent.ip), times_of(sent.times));
    add_faults(sent.steps, script, text);
  }
  if (report.fetch) add_mailbox(*report.fetch, text);
  if (report.accepted_to_visible) {
    text += fmt::format("accepted to visible: {:.1f} ms\n", in_ms(*report.accepted_to_visible));
  }
  add_way(report, text);
  add_faults(report.checks, script, text);
  return text;
}

int report_trip(const Report& report, const Thresholds& thresholds) {
  State state = nagios_state(report.verdict.state);
  std::string why = report.why;
  const double total = in_s(report.total);
  const auto exceeds = [total](std::optional<double> most) { return most && total > *most; };
  if (state == State::ok && exceeds(thresholds.critical_s)) state = State::critical;
  if (state == State::ok && exceeds(thresholds.warning_s)) state = State::warning;
  if (state != State::ok && why.empty()) why = fmt::format("it took {:.3f} s", total);
  return print_state(
      "ROUNDTRIP", state,
      fmt::format("{} {}{}{}", report.name, state_of_trip(report), why.empty() ? "" : ": ", why),
      trip_performance(report, thresholds));
}

}  // namespace mxsweep::cli
