// SPDX-License-Identifier: MIT
// Finds the DMARC policy of a domain, and what is wrong with it. Pure: the caller asks the
// questions.
//
//   Source    RFC 9989 sections 4.10 (tree walk), 4.10.1 (policy) and 4.10.2 (organizational
//             domain); RFC 9990 section 4 (reports that go to other organizations); RFC 7489
//             sections 3.2 and 6.6.3 for the answer of receivers that follow it still.
//   Shape     take_question() until there is none, on_answer() for each in any order, and so on
//             until done(). All names of the walk are asked at once: it rarely ends early, and its
//             upper names are the same for all domains.
//   Errors    a failure to find out is temperror, or an empty member: never the word for "none".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/presence.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/policy/dmarc_record.h"
#include "mxsweep/policy/open_questions.h"
#include "mxsweep/policy/verdict.h"

namespace mxsweep::policy {

// By RFC 9989, however many labels the domain has.
inline constexpr std::size_t kWalkNamesMax = 8;
// Hosts that reports go to; further ones are not checked.
inline constexpr std::size_t kReportHostsMax = 8;

// The domains whose records a walk asks for, the longest first, all the way to the top. Requires:
// dns::is_name(domain), not empty.
[[nodiscard]] std::vector<std::string> tree_walk(std::string_view domain);

struct DmarcReport {
  struct By7489 {
    std::string organizational{};         // By the Public Suffix List.
    std::optional<DmarcPolicy> policy{};  // Empty: DMARC does not apply, or it is not known.
    Presence same = Presence::unknown;    // Whether RFC 9989 comes to the same.
  };

  Presence present = Presence::unknown;
  Verdict verdict = Verdict::temperror;
  std::string location{};        // The domain whose record applies: itself, or one above it.
  std::string organizational{};  // Empty: unknown.
  // That of the domain, and of names below it. Empty: DMARC does not apply, or it is not known.
  std::optional<DmarcPolicy> policy{};
  std::optional<DmarcPolicy> subdomains{};
  std::optional<DmarcPolicy> nonexistent{};
  std::optional<DmarcRecord> record{};  // Of `location`.
  By7489 rfc7489{};
  FindingReports findings{};
};

// What the records of one name are.
struct DmarcStep {
  enum class State : std::uint8_t { open, trouble, none, record, several };

  std::string domain{};  // Without _dmarc.
  State state = State::open;
  std::optional<DmarcRecord> record{};
  std::size_t records = 0;                         // How many there are.
  std::string misfit{};                            // A text that is meant as a record, but is none;
  DmarcLikeness misfit_is = DmarcLikeness::other;  // and why.
};

struct DmarcDiscovery;

class Dmarc {
 public:
  // Requires: dns::is_name(domain), in lower case, not empty.
  explicit Dmarc(std::string_view domain);

  [[nodiscard]] bool take_question(dns::Question& question) { return questions_.take(question); }
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return stage_ == Stage::done; }
  [[nodiscard]] const DmarcReport& report() const;  // Requires: done().

 private:
  enum class Stage : std::uint8_t { walk, hosts, done };
  struct ReportHost {
    std::string host;
    bool mail = false;                        // Reports go there by mail.
    bool external = false;                    // It belongs to another organization,
    Presence authorised = Presence::unknown;  // which must allow the reports.
    Presence mx = Presence::unknown;
    Presence address = Presence::unknown;  // In place of an MX record.
  };

  void ask_walk();
  void advance();
  void ask_about_domain();
  void ask_about_hosts();
  void ask_about_host(const ReportUri& uri);
  void on_step(std::size_t index, const dns::Answer& answer);
  void on_domain(const dns::Answer& answer);
  void on_host(std::uint8_t purpose, ReportHost& host, std::size_t index,
               const dns::Answer& answer);
  void conclude();
  void conclude_policy(const DmarcDiscovery& found);
  void conclude_7489(const DmarcDiscovery& found);
  void find_fault_with_hosts();

  std::string domain_;
  std::string registered_;  // By the Public Suffix List.
  Stage stage_ = Stage::walk;
  OpenQuestions questions_;
  std::vector<DmarcStep> steps_;  // Those of the walk, then perhaps that of registered_.
  std::size_t walk_steps_ = 0;
  Presence exists_ = Presence::unknown;  // The domain.
  bool record_at_apex_ = false;
  std::vector<ReportHost> hosts_;
  DmarcReport report_;
};

// {"present":"yes","verdict":"ok","record":"v=DMARC1; ...","location":"example.org",
//  "organizational":"example.org","policy":"reject","subdomains":"reject","nonexistent":"reject",
//  "test":false,"tags":{"v":"DMARC1",...,"rua":["mailto:..."]},
//  "rfc7489":{"organizational":"example.org","policy":"reject","same":true}}
// What is not known is absent. With "test":true, "applied" has what the policy is lowered to.
void append_json(const DmarcReport& report, std::string& out);

}  // namespace mxsweep::policy
