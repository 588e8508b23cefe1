// SPDX-License-Identifier: MIT
// One walk over all branches of a domain's SPF, on the answers that are there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/spf/answers.h"
#include "mxsweep/spf/check_host.h"
#include "mxsweep/spf/report.h"

namespace mxsweep::spf {

class Walk {
 public:
  Walk(std::string_view domain, const Limits& limits, Answers& answers)
      : domain_(domain), limits_(limits), answers_(answers) {}

  // Asks for what is missing. False: something is.
  [[nodiscard]] bool run();
  // Requires: run() returned true.
  [[nodiscard]] SpfReport report();

 private:
  void of_root();
  // `policy`: the record decides for the domain itself; it is not an included one.
  void of_record(const Fact& fact, bool policy);
  void of_term(const Term& term, const Fact& fact, bool policy);
  void of_lookup(const Term& term, const Fact& fact, bool policy);
  void of_target(const Term& term, const Fact& fact, std::string_view name, bool policy);
  bool is_found(const Fact& fact, std::string_view name);
  void of_exchanges(const Term& term, const Fact& fact, std::string_view name);
  void of_addresses(std::string_view name);
  void of_exists(std::string_view name);
  bool is_usable(const Fact& fact);
  void judge_limits();

  void note_record(const Fact& fact, bool policy);
  void note_term(const Term& term, const Fact& fact);
  void note_all(const Term& all, const Fact& fact, bool policy);
  void note_fault(const Fact& fact);
  void note(CheckFinding finding, std::string_view at, std::string_view detail = {});
  void note_count(CheckFinding finding, std::string_view at, std::size_t n, std::size_t most,
                  std::string_view detail = {});

  std::string_view domain_;
  const Limits& limits_;
  Answers& answers_;
  bool open_ = false;               // An answer is missing.
  bool permerror_ = false;          // Some sender meets one.
  bool reporting_ = false;          // Texts are collected, too; else only questions.
  std::vector<const Fact*> path_;   // The records that led here.
  std::vector<const Fact*> noted_;  // The records whose own faults are in the report.
  std::size_t terms_ = 0;
  SpfReport report_;
};

}  // namespace mxsweep::spf
