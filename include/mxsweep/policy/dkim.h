// SPDX-License-Identifier: MIT
// Finds the DKIM keys of a domain by their selectors, and what is wrong with them. Pure: the caller
// asks the questions.
//
//   Source    RFC 6376 section 3.6.1 (key records) and 3.6.2.2 (their names), RFC 8301 (SHA-1 and
//             short keys), RFC 8463 (Ed25519).
//   Shape     take_question() until there is none, on_answer() for each in any order, and so on
//             until done().
//   Selectors DNS cannot list them, so a domain whose selectors are not known may have keys all the
//             same: what is absent from the report is not known to be absent. With `common`, names
//             that are common among senders are tried, unless the domain answers for any name.
//   Errors    a failure to find out is temperror: never the word for "none".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/presence.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/policy/open_questions.h"

namespace mxsweep::policy {

// Of one domain; more are not asked for.
inline constexpr std::size_t kSelectorsMax = 64;
// RFC 6376 section 3.3.3 requires verifiers to handle 1024 to 4096 bits; RFC 8301 has 1024 as the
// least that counts.
inline constexpr std::uint32_t kDkimBitsMin = 1024;
inline constexpr std::uint32_t kDkimBitsAdvised = 2048;
inline constexpr std::uint32_t kDkimBitsMax = 4096;

enum class DkimVerdict : std::uint8_t {
  ok,
  revoked,    // The key is empty.
  invalid,    // Signatures with it fail.
  none,       // There is no record.
  temperror,  // It could not be found out.
};
[[nodiscard]] std::string_view to_string(DkimVerdict verdict);

struct DkimKey {
  std::string selector{};
  Presence present = Presence::unknown;
  DkimVerdict verdict = DkimVerdict::temperror;
  std::string words{};   // "RSA 2048"; empty: it cannot be read.
  bool testing = false;  // t=y: signatures have no effect yet.
  std::string record{};  // Its text, if it is invalid.
};

// What the text of the record at a selector is worth; `at` is its name, for the findings.
[[nodiscard]] DkimKey judge_dkim_record(std::string_view text, std::string_view at,
                                        FindingReports& findings);

struct DkimReport {
  std::vector<DkimKey> keys{};            // Of all given selectors, then of common ones found.
  Presence wildcard = Presence::unknown;  // Asked only with `common`.
  FindingReports findings{};
};

struct DkimOptions {
  std::vector<std::string> selectors{};
  bool common = false;
  std::uint64_t seed = 0;  // Chooses the selector that cannot exist.
};

// Selectors that senders and mail services choose for their customers; two depend on the domain.
[[nodiscard]] std::vector<std::string> common_selectors(std::string_view domain);

class Dkim {
 public:
  // Requires: dns::is_name(domain), in lower case, not empty.
  Dkim(std::string_view domain, const DkimOptions& options);

  [[nodiscard]] bool take_question(dns::Question& question) { return questions_.take(question); }
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return questions_.settled(); }
  [[nodiscard]] const DkimReport& report() const;  // Requires: done().

 private:
  struct Selector {
    DkimKey key{};
    bool given = false;  // Not a guess.
    FindingReports findings{};
  };

  void add(std::string_view selector, bool given);
  void conclude();
  void on_wildcard(const dns::Answer& answer);
  void on_selector(Selector& selector, const std::string& at, const dns::Answer& answer);

  std::string domain_;
  OpenQuestions questions_;
  std::vector<Selector> selectors_;
  DkimReport report_;
};

// [{"selector":"s1","present":"yes","verdict":"ok","key":"RSA 2048"}, ...]; "testing":true and
// "record" only where they apply.
void append_json(const DkimReport& report, std::string& out);

}  // namespace mxsweep::policy
