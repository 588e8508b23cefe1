// SPDX-License-Identifier: MIT
#include "monitor/run_result.h"

#include <string_view>

namespace mxsweep::monitor {
namespace {

std::string without_blanks_around(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  text = text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
  return std::string(text.substr(0, kRunTextOctetsMax));
}

Cause cause_of_status(int exit_status) {
  switch (exit_status) {
    case 0: return Cause::none;
    case 1: return Cause::check_warning;
    case 2: return Cause::check_failed;
    default: return Cause::local_check_unknown;
  }
}

}  // namespace

void judge_program(const programs::Ending& ending, RunResult& result) {
  result.text = programs::fault_of(ending);
  if (!result.text.empty()) {
    result.cause = ending.timed_out ? Cause::local_check_timeout : Cause::local_check_not_run;
    return;
  }
  const std::string_view first =
      std::string_view(ending.output).substr(0, ending.output.find('\n'));
  const std::size_t bar = first.find('|');
  result.cause = cause_of_status(ending.exit_status);
  result.text = without_blanks_around(first.substr(0, bar));
  if (bar != first.npos) result.data = without_blanks_around(first.substr(bar + 1));
  if (result.text.empty()) {
    result.text = "exit status " + std::to_string(ending.exit_status) + " without a text";
  }
}

}  // namespace mxsweep::monitor
