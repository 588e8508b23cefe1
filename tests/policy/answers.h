// SPDX-License-Identifier: MIT
// A resolver of tests: what it knows of names, what it fails to find, and a run of a machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/random.h"
#include "mxsweep/dns/message.h"
#include "support/catch.h"

namespace mxsweep::policy::samples {

// A TXT record of that text, as character-strings.
inline std::string txt_rdata(std::string_view text) {
  std::string rdata;
  do {
    const std::string_view part = text.substr(0, 255);
    rdata += static_cast<char>(static_cast<unsigned char>(part.size()));
    rdata += part;
    text.remove_prefix(part.size());
  } while (!text.empty());
  return rdata;
}

// A name that is missing does not exist.
class AnswersOfTest {
 public:
  AnswersOfTest& txt(const std::string& name, std::vector<std::string> texts) {
    dns::Answer answer;
    answer.status = dns::LookupStatus::found;
    for (const std::string& text : texts) answer.data.push_back(txt_rdata(text));
    return add(name, dns::Type::txt, answer);
  }
  AnswersOfTest& mx(const std::string& name, const std::string& host) {
    dns::Answer answer;
    answer.status = dns::LookupStatus::found;
    answer.exchanges.push_back({10, host});
    return add(name, dns::Type::mx, answer);
  }
  AnswersOfTest& address(const std::string& name, std::string_view text) {
    dns::Answer answer;
    answer.status = dns::LookupStatus::found;
    answer.addresses.push_back(*parse_address(text));
    const bool ipv4 = answer.addresses[0].family == Family::ipv4;
    add(name, ipv4 ? dns::Type::aaaa : dns::Type::a, absent());
    return add(name, ipv4 ? dns::Type::a : dns::Type::aaaa, answer);
  }
  AnswersOfTest& exists(const std::string& name, dns::Type type) {
    return add(name, type, absent());
  }
  AnswersOfTest& fails(const std::string& name, dns::Type type, dns::LookupStatus status) {
    dns::Answer answer;
    answer.status = status;
    return add(name, type, answer);
  }

  [[nodiscard]] const dns::Answer& answer(const std::string& name, dns::Type type) const {
    static const dns::Answer kNone = [] {
      dns::Answer answer;
      answer.status = dns::LookupStatus::nxdomain;
      return answer;
    }();
    const auto found = answers_.find({name, type});
    return found == answers_.end() ? kNone : found->second;
  }

  // Runs a machine to its end; answers come in the opposite order of the questions.
  template <typename Machine>
  void run(Machine& machine) {
    std::vector<dns::Question> open;
    for (dns::Question question; !machine.done();) {
      while (machine.take_question(question)) open.push_back(question);
      REQUIRE_FALSE(open.empty());
      const dns::Question last = open.back();
      open.pop_back();
      asked.push_back(last.name);
      machine.on_answer(last.number, answer(last.name, last.type));
    }
    CHECK(open.empty());
  }

  // The same in any order, and with failures in place of some answers.
  template <typename Machine>
  void run_badly(Machine& machine, Random& random, std::uint32_t one_fails_in) const {
    static constexpr dns::LookupStatus kTroubles[] = {
        dns::LookupStatus::servfail,    dns::LookupStatus::timeout,
        dns::LookupStatus::refused,     dns::LookupStatus::malformed,
        dns::LookupStatus::unreachable, dns::LookupStatus::alias_loop};
    std::vector<dns::Question> open;
    for (dns::Question question; !machine.done();) {
      while (machine.take_question(question)) open.push_back(question);
      REQUIRE_FALSE(open.empty());
      const std::size_t any = random.below(static_cast<std::uint32_t>(open.size()));
      std::swap(open[any], open.back());
      const dns::Question next = open.back();
      open.pop_back();
      dns::Answer given = answer(next.name, next.type);
      if (random.below(one_fails_in) == 0) {
        given = dns::Answer();
        given.status = kTroubles[random.below(6)];
      }
      std::reverse(given.data.begin(), given.data.end());
      machine.on_answer(next.number, given);
    }
    CHECK(open.empty());
  }

  std::vector<std::string> asked;  // By run().

 private:
  static dns::Answer absent() {
    dns::Answer answer;
    answer.status = dns::LookupStatus::no_data;
    return answer;
  }
  AnswersOfTest& add(const std::string& name, dns::Type type, dns::Answer answer) {
    answers_[{name, type}] = std::move(answer);
    return *this;
  }

  std::map<std::pair<std::string, dns::Type>, dns::Answer> answers_;
};

inline const FindingReport* find(const FindingReports& findings, CheckFinding finding) {
  for (const FindingReport& report : findings) {
    if (report.finding == finding) return &report;
  }
  return nullptr;
}

inline std::size_t count(const FindingReports& findings, CheckFinding finding) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const FindingReport& report) { return report.finding == finding; }));
}

// The words of all findings, in order, with a space between them.
inline std::string words(const FindingReports& findings) {
  std::string text;
  for (const FindingReport& report : findings) {
    text += (text.empty() ? "" : " ") + std::string(to_string(report.finding));
  }
  return text;
}

}  // namespace mxsweep::policy::samples
