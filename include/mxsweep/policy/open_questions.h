// SPDX-License-Identifier: MIT
// The questions of a machine without I/O: those to ask, and how many are open. Pure.
//
//   Shape   `purpose` and `subject` are the machine's own words for what a question is about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::policy {

class OpenQuestions {
 public:
  struct Asked {
    std::string name;
    dns::Type type;
    std::uint8_t purpose;
    std::size_t subject;
  };

  // Requires: dns::is_name(name).
  void ask(std::string name, dns::Type type, std::uint8_t purpose, std::size_t subject = 0) {
    INVARIANT(dns::is_name(name));
    asked_.push_back({std::move(name), type, purpose, subject});
  }

  [[nodiscard]] bool take(dns::Question& question) {
    if (next_ == asked_.size()) return false;
    question.number = static_cast<std::uint32_t>(next_);
    question.name = asked_[next_].name;
    question.type = asked_[next_].type;
    question.checking = dns::Checking::enabled;
    ++next_;
    ++open_;
    return true;
  }

  // Valid until the next ask(). Requires: the question was taken, and not answered yet.
  const Asked& answered(std::uint32_t number) {
    INVARIANT(number < next_ && open_ > 0);
    --open_;
    return asked_[number];
  }

  // Whether nothing is left to ask, and nothing is open.
  [[nodiscard]] bool settled() const { return next_ == asked_.size() && open_ == 0; }

 private:
  std::vector<Asked> asked_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
};

}  // namespace mxsweep::policy
