// SPDX-License-Identifier: MIT
// One check among those of a target, whatever it checks: a machine of questions and answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::checks {

class Check {
 public:
  Check() = default;
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;
  virtual ~Check() = default;

  [[nodiscard]] virtual bool take_question(dns::Question& question) = 0;
  virtual void on_answer(std::uint32_t number, const dns::Answer& answer) = 0;
  [[nodiscard]] virtual bool done() const = 0;

  // Whether all of it was answered: else what was not found may be there all the same.
  [[nodiscard]] bool answered() const { return answered_; }
  void note_failure() { answered_ = false; }
  void note_answer(const dns::Answer& answer) {
    const bool decides = answer.status == dns::LookupStatus::found || dns::is_absent(answer);
    if (!decides) note_failure();
  }

 private:
  bool answered_ = true;
};

// A check that is a machine of a room below, with its report.
template <typename Machine>
class CheckOf final : public Check {
 public:
  template <typename... Arguments>
  explicit CheckOf(Arguments&&... arguments) : machine_(std::forward<Arguments>(arguments)...) {}

  [[nodiscard]] bool take_question(dns::Question& question) override {
    return machine_.take_question(question);
  }
  void on_answer(std::uint32_t number, const dns::Answer& answer) override {
    machine_.on_answer(number, answer);
  }
  [[nodiscard]] bool done() const override { return machine_.done(); }

  [[nodiscard]] const auto& report() const { return machine_.report(); }  // Requires: done().

 private:
  Machine machine_;
};

}  // namespace mxsweep::checks
