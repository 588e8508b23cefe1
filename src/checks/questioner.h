// SPDX-License-Identifier: MIT
// Asks the questions of several checks beside each other, as one machine. Pure.
//
//   Shape    add() checks at any time before done(); take_question() and on_answer() as in each of
//            them. A question's number is the questioner's own. A check that had no question is
//            asked for one again after an answer to it, and after again().
//   Limits   after `questions_max` questions all others are answered with `unreachable` here, so
//            that the checks end, with what they know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checks/check.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::checks {

class Questioner {
 public:
  explicit Questioner(std::size_t questions_max) : questions_max_(questions_max) {}

  void allow(std::size_t more_questions) { questions_max_ += more_questions; }
  // The check outlives the questioner, or its last call.
  void add(Check& check) { checks_.push_back(&check); }
  void again() { next_ = 0; }

  [[nodiscard]] bool take_question(dns::Question& question);
  void on_answer(std::uint32_t number, const dns::Answer& answer);
  [[nodiscard]] bool done() const;
  // Whether questions were left out.
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  struct Asked {
    Check* check = nullptr;
    std::uint32_t number = 0;  // The check's own.
  };

  std::size_t questions_max_;
  std::vector<Check*> checks_;
  std::size_t next_ = 0;  // The first of checks_ that may have a question.
  std::vector<Asked> asked_;
  bool cut_ = false;
};

}  // namespace mxsweep::checks
