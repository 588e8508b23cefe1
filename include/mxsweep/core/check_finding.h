// SPDX-License-Identifier: MIT
// What the checks of a domain and its servers find fault with: SPF, DMARC, DKIM, MTA-STS, TLS-RPT,
// DANE, DNSSEC, names and blocklists. core/check_findings.def lists all, with their meaning.
//
//   Source   the reference of each row.
//   Shape    CheckFinding is the kind; FindingReport is one case of it, with its place and numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep {

enum class CheckFinding : std::uint8_t {
#define CHECK_FINDING(name, ...) name,
#include "mxsweep/core/check_findings.def"
#undef CHECK_FINDING
};
inline constexpr std::size_t kCheckFindingCount =
    std::initializer_list<CheckFinding>{
#define CHECK_FINDING(name, ...) CheckFinding::name,
#include "mxsweep/core/check_findings.def"
#undef CHECK_FINDING
    }
        .size();

// error: mail is lost, or a protection has no effect. info: nothing is wrong, but worth knowing.
enum class Severity : std::uint8_t { info, notice, warn, error };
[[nodiscard]] std::string_view to_string(Severity severity);

// What a domain or server is for: a blocklist matters to what sends, and not to what only receives.
enum class MailRole : std::uint8_t { both, out, in };

struct CheckFindingRow {
  std::string_view word;  // As in records: "spf.lookups_over".
  Severity out;           // For what sends mail, or does both.
  Severity in;            // For what only receives it.
  std::string_view reference;
  std::string_view seen;  // In Markdown, as the next.
  std::string_view cure;
};

// In the order of CheckFinding.
[[nodiscard]] const std::array<CheckFindingRow, kCheckFindingCount>& check_finding_rows();

[[nodiscard]] std::string_view to_string(CheckFinding finding);
[[nodiscard]] Severity severity_of(CheckFinding finding, MailRole role);

// One case of a finding. A member that says nothing for the kind is empty.
struct FindingReport {
  CheckFinding finding{};
  std::string at{};                     // The name whose record it is about: "_dmarc.example.org".
  std::string detail{};                 // A term, a tag, a host: the part that is wrong.
  std::optional<std::uint32_t> n{};     // What was counted,
  std::optional<std::uint32_t> most{};  // and what is allowed; or, for a text, the octet.
  // For what sends mail, instead of the row's: where a configuration has one of its own.
  std::optional<Severity> severity{};

  friend bool operator==(const FindingReport&, const FindingReport&) = default;
};
using FindingReports = std::vector<FindingReport>;

[[nodiscard]] Severity severity_of(const FindingReport& report, MailRole role);

}  // namespace mxsweep
