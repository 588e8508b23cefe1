// SPDX-License-Identifier: MIT
// The words of `mxsweep ctl`: its requests as JSON, and answers for people.
//
//   Errors   unusable: the words are no command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::cli {

struct CtlRequest {
  std::string lasts;
  std::string by;
  std::string note;
  std::string group;
  std::string target;
  std::string severity;
  std::vector<std::string> labels;  // "KEY=VALUE"
};

// A line of JSON, without its line end.
Result<std::string> write_request(const std::vector<std::string>& words, const CtlRequest& request);

struct Shown {
  bool ok = false;
  std::string text;  // Of an answer that is not ok: the error.
};
[[nodiscard]] Shown show_answer(std::string_view command, const std::string& answer);

}  // namespace mxsweep::cli
