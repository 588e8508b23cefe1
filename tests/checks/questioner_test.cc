// SPDX-License-Identifier: MIT
#include "checks/questioner.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace mxsweep::checks {
namespace {

// Asks for the names of a chain, one after another, and notes the answers.
class ChainCheck final : public Check {
 public:
  ChainCheck(std::string stem, std::uint32_t length) : stem_(std::move(stem)), length_(length) {}

  [[nodiscard]] bool take_question(dns::Question& question) override {
    if (asked_ > seen.size() || asked_ == length_) return false;
    question = {7 * asked_, stem_ + std::to_string(asked_) + ".test", dns::Type::txt};
    ++asked_;
    return true;
  }
  void on_answer(std::uint32_t number, const dns::Answer& answer) override {
    CHECK(number == 7 * seen.size());
    seen.push_back(answer.status);
  }
  [[nodiscard]] bool done() const override { return seen.size() == length_; }

  std::vector<dns::LookupStatus> seen;

 private:
  std::string stem_;
  std::uint32_t length_;
  std::uint32_t asked_ = 0;
};

TEST_CASE("checks ask beside each other, and each gets its own answers", "[checks][questioner]") {
  ChainCheck first("a", 3);
  ChainCheck second("b", 2);
  Questioner questioner(10);
  questioner.add(first);
  questioner.add(second);
  std::vector<std::string> asked;
  std::vector<dns::Question> open;
  dns::Answer answer;
  answer.status = dns::LookupStatus::no_data;
  while (!questioner.done()) {
    for (dns::Question question; questioner.take_question(question);) {
      asked.push_back(question.name);
      open.push_back(question);
    }
    REQUIRE_FALSE(open.empty());
    questioner.on_answer(open.back().number, answer);  // The last one first.
    open.pop_back();
  }
  CHECK(asked == std::vector<std::string>{"a0.test", "b0.test", "b1.test", "a1.test", "a2.test"});
  CHECK_FALSE(questioner.cut());
}

TEST_CASE("beyond their limit questions are not sent, and the checks end all the same",
          "[checks][questioner]") {
  ChainCheck check("a", 5);
  Questioner questioner(2);
  questioner.add(check);
  dns::Answer answer;
  answer.status = dns::LookupStatus::found;
  dns::Question question;
  for (int sent = 0; sent < 2; ++sent) {
    REQUIRE(questioner.take_question(question));
    questioner.on_answer(question.number, answer);
  }
  CHECK_FALSE(questioner.take_question(question));
  CHECK(questioner.done());
  CHECK(questioner.cut());
  using enum dns::LookupStatus;
  CHECK(check.seen == std::vector{found, found, unreachable, unreachable, unreachable});
}

}  // namespace
}  // namespace mxsweep::checks
