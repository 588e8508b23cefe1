// SPDX-License-Identifier: MIT
#include "checks/questioner.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"

namespace mxsweep::checks {

bool Questioner::take_question(dns::Question& question) {
  for (; next_ < checks_.size(); ++next_) {
    Check& check = *checks_[next_];
    while (check.take_question(question)) {
      if (asked_.size() < questions_max_) {
        asked_.push_back({&check, question.number});
        question.number = static_cast<std::uint32_t>(asked_.size() - 1);
        return true;
      }
      cut_ = true;
      dns::Answer none;
      none.status = dns::LookupStatus::unreachable;
      check.note_answer(none);
      check.on_answer(question.number, none);
    }
  }
  return false;
}

void Questioner::on_answer(std::uint32_t number, const dns::Answer& answer) {
  INVARIANT(number < asked_.size());
  const auto [check, its_number] = asked_[number];
  check->note_answer(answer);
  check->on_answer(its_number, answer);
  const auto place = std::ranges::find(checks_, check) - checks_.begin();
  next_ = std::min(next_, static_cast<std::size_t>(place));
}

bool Questioner::done() const {
  return std::ranges::all_of(checks_, [](const Check* check) { return check->done(); });
}

}  // namespace mxsweep::checks
