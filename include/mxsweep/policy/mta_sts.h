// SPDX-License-Identifier: MIT
// Whether a domain has an MTA-STS policy, what it says, and whether its own servers satisfy it.
// Pure: the caller asks the question, and fetches the policy.
//
//   Source   RFC 8461 sections 3.1 (record), 3.2 (policy), 3.3 (fetching), 4.1 (matching).
//   Shape    MtaSts finds the record. Then, if there is a policy, add_fetch() has what the fetch
//            came to, and judge_hosts() holds it against the MX hosts; each at most once, in this
//            order, and either may be left out.
//   Errors   a failure to find out is temperror: never the word for "none".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/presence.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/policy/open_questions.h"
#include "mxsweep/policy/verdict.h"

namespace mxsweep::policy {

inline constexpr std::size_t kStsPolicyOctetsMax = std::size_t{64} * 1024;  // As 3.3 advises.
inline constexpr std::size_t kStsPatternsMax = 1024;  // Real policies have at most some dozens.
inline constexpr std::size_t kStsFaultsMax = 16;      // Of one policy; the rest say the same.
inline constexpr std::uint32_t kStsMaxAgeMax = 31'557'600;  // Seconds: a year.
// Shorter, and an attack need last only some days until the policy is forgotten (10.2).
inline constexpr std::uint32_t kStsMaxAgeAdvised = 604'800;

enum class StsMode : std::uint8_t { none, testing, enforce };
[[nodiscard]] std::string_view to_string(StsMode mode);

struct StsPolicy {
  bool valid = false;  // The members that its mode needs are there, and nothing else breaks it.
  std::optional<StsMode> mode{};
  std::optional<std::uint32_t> max_age{};  // Seconds, at most kStsMaxAgeMax.
  std::vector<std::string> mx{};           // Patterns, in lower case.
  bool cut = false;                        // There are more of them than kStsPatternsMax.
};

// Reads the body of the file; `at` is its host, for the findings.
[[nodiscard]] StsPolicy read_sts_policy(std::string_view body, std::string_view at,
                                        FindingReports& findings);

// Whether a pattern, which may begin with "*.", matches the name of an MX host. Both in lower case.
[[nodiscard]] bool matches_sts_pattern(std::string_view pattern, std::string_view host);

// What an attempt to fetch the policy came to.
struct MtaStsFetch {
  enum class Outcome : std::uint8_t {
    ok,
    not_found,    // 404 or 410.
    redirect,     // 3xx, which senders do not follow.
    http_status,  // Another status than 200.
    tls,          // The certificate is not valid for the name, or the handshake failed.
    wrong_type,   // 200, but not text/plain.
    too_large,    // Beyond kStsPolicyOctetsMax.
    timeout,
    unreachable,  // No address, or no connection.
    // These say nothing of the policy:
    unresolved,  // The addresses of its host could not be found out.
    refused,     // Scope does not let it be asked for.
    local,       // This machine was short of something.
  };

  Outcome outcome = Outcome::unreachable;
  std::uint16_t status = 0;    // Of HTTP; 0: none came.
  std::string content_type{};  // As sent.
  std::string body{};
  Duration took = Duration::zero();
  bool verified = false;  // The certificate.
};
[[nodiscard]] std::string_view to_string(MtaStsFetch::Outcome outcome);

// How many of the MX hosts the patterns match.
enum class StsCovers : std::uint8_t { unknown, none, some, all };
[[nodiscard]] std::string_view to_string(StsCovers covers);

struct MtaStsReport {
  std::string domain{};
  Presence present = Presence::unknown;  // The record.
  Verdict verdict = Verdict::temperror;  // Of the record, and of the policy once it is fetched.
  std::string record{};                  // As sent, if it counts.
  std::string id{};
  struct Fetched {
    MtaStsFetch::Outcome outcome = MtaStsFetch::Outcome::unreachable;
    std::uint16_t status = 0;
    Duration took = Duration::zero();
    bool verified = false;
  };
  std::optional<Fetched> fetch{};
  std::optional<StsPolicy> policy{};
  StsCovers covers = StsCovers::unknown;
  FindingReports findings{};
};

class MtaSts {
 public:
  // Requires: dns::is_name(domain), in lower case, not empty.
  explicit MtaSts(std::string_view domain);

  [[nodiscard]] bool take_question(dns::Question& question) { return questions_.take(question); }
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return questions_.settled(); }
  [[nodiscard]] const MtaStsReport& report() const;  // Requires: done().

 private:
  OpenQuestions questions_;
  MtaStsReport report_;
};

void add_fetch(const MtaStsFetch& fetch, MtaStsReport& report);

// An MX host, and what a visit to it has shown.
struct StsHost {
  std::string name{};  // In lower case, without the final dot.
  // Whether its certificate is trusted and valid for the name; unknown: it was not seen.
  Presence certificate = Presence::unknown;
};

// `hosts`: all MX hosts of the domain. None: nothing is known of them.
void judge_hosts(std::span<const StsHost> hosts, MtaStsReport& report);

// {"present":"yes","verdict":"ok","record":"...","id":"20261101","mode":"enforce",
//  "max_age":604800,"mx":["*.example.net"],"covers":"all",
//  "fetch":{"outcome":"ok","status":200,"ms":41.2,"verified":true}}. What is not known is absent.
void append_json(const MtaStsReport& report, std::string& out);

}  // namespace mxsweep::policy
