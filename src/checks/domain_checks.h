// SPDX-License-Identifier: MIT
// The checks of one mail domain: SPF, DMARC, DKIM keys, MTA-STS, TLS-RPT, blocklists, DNSSEC of its
// MX records, and how redundant its servers are.
//
//   Shape    the constructor adds the checks to the questioner, which asks; on_servers() when the
//            servers are known; settle() when all is answered; then append().
//   Memory   settle() replaces the checks by the JSON of what they found, except for a policy of
//            MTA-STS: that is held against what visits to the servers have shown.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "checks/questioner.h"
#include "checks/server_checks.h"
#include "mxsweep/checks/options.h"
#include "mxsweep/checks/survey.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/fetch/fetcher.h"
#include "mxsweep/names/route.h"
#include "mxsweep/results/domain_line.h"

namespace mxsweep::checks {

class DomainChecks {
 public:
  // `options` outlives it.
  DomainChecks(const Options& options, const std::string& domain, Questioner& questions);
  ~DomainChecks();

  // Whether the MX records are known, or will not be.
  [[nodiscard]] bool mx_known() const;
  [[nodiscard]] MxFacts mx_facts() const;  // Requires: mx_known().
  void on_servers(const std::vector<names::Destination>& destinations);
  [[nodiscard]] bool take_request(fetch::Request& request);
  void on_fetched(fetch::Fetched&& fetched);
  // `cut`: questions were left out.
  void settle(bool cut);

  // Appends the object. Requires: settle() was called.
  void append(const results::DomainLine& line, const ServerChecks& servers,
              std::string& json) const;
  [[nodiscard]] std::vector<Checked> checked() const;
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Work;
  struct Sts;

  void settle_sts();
  void append_sts(const results::DomainLine& line, FindingReports& findings,
                  std::string& json) const;

  const Options& options_;
  const std::string domain_;
  std::unique_ptr<Work> work_;
  std::string members_;  // Of the object, without its first brace.
  std::vector<Checked> checked_;
  std::unique_ptr<Sts> sts_;  // Null: no policy of MTA-STS was fetched.
};

}  // namespace mxsweep::checks
