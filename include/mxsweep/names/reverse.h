// SPDX-License-Identifier: MIT
// The names of an address, and whether they have that address: forward-confirmed reverse DNS. Pure.
//
//   Source    RFC 8601 section 3 (iprev); RFC 5321 sections 4.1.1.1 and 4.1.4 (names in greetings).
//   Shape     take_question() until there is none, on_answer() for each; then done(). Before `fail`
//             or `none` all is asked again with checking disabled, which no cache answers from the
//             first time: name servers of reverse zones often give different answers.
//             append_json() appends {"ptr":["mx1.example.net"],"verdict":"pass"}.
//   Errors    a failure of DNS is temperror, and never `fail` or `none`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::names {

inline constexpr std::size_t kReverseNamesMax = 10;  // RFC 8601; more are not looked at.

enum class ReverseVerdict : std::uint8_t { unknown, pass, fail, none, temperror };
[[nodiscard]] std::string_view to_string(ReverseVerdict verdict);

struct ReverseReport {
  Address address{};
  ReverseVerdict verdict = ReverseVerdict::unknown;
  std::vector<std::string> names{};      // At most kReverseNamesMax.
  std::vector<std::string> confirmed{};  // Those that have the address.
  FindingReports findings{};
};

void append_json(const ReverseReport& report, std::string& out);

class Reverse {
 public:
  explicit Reverse(const Address& address);

  [[nodiscard]] bool take_question(dns::Question& question);
  void on_answer(std::uint32_t number, const dns::Answer& answer);
  [[nodiscard]] bool done() const { return next_ == questions_.size() && open_ == 0; }
  [[nodiscard]] const ReverseReport& report() const;  // Requires: done().

 private:
  void ask_for_names();
  void ask_for_addresses();
  void conclude();
  void add_findings();

  std::vector<dns::Question> questions_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  dns::Checking checking_ = dns::Checking::enabled;
  bool troubled_ = false;                 // A question of this round was not answered.
  std::vector<std::string> first_names_;  // Of the first round.
  ReverseReport report_;
};

// Findings on a name by which a server greets; nothing of an empty one. `host`: the name that led
// to the address, which it has for certain. Whether another name has the address is not asked.
void add_hello_findings(const ReverseReport& report, std::string_view hello, std::string_view host,
                        FindingReports& findings);

// Whether providers give such names to lines of customers: the octets of the address are in it, or
// a label before the last two has a word such as "dsl" or "pool".
[[nodiscard]] bool is_generic_name(std::string_view name, const Address& address);

}  // namespace mxsweep::names
