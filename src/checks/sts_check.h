// SPDX-License-Identifier: MIT
// MTA-STS of one domain: its record, and, if there is one, the policy from its host. Pure.
//
//   Source  RFC 8461 sections 3.1 to 3.3.
//   Shape   a Check; when it has no question, take_request() once, and then on_fetched(). Done when
//           the policy was fetched, or is not to be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks/check.h"
#include "mxsweep/checks/options.h"
#include "mxsweep/core/address.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/fetch/fetcher.h"
#include "mxsweep/policy/mta_sts.h"

namespace mxsweep::checks {

class StsCheck final : public Check {
 public:
  StsCheck(const std::string& domain, const Options& options);

  [[nodiscard]] bool take_question(dns::Question& question) override;
  void on_answer(std::uint32_t number, const dns::Answer& answer) override;
  [[nodiscard]] bool take_request(fetch::Request& request);
  void on_fetched(fetch::Fetched&& fetched);
  [[nodiscard]] bool done() const override { return record_.done() && (!fetching_ || report_); }

  // Without what judge_hosts() adds. Requires: done().
  [[nodiscard]] const policy::MtaStsReport& report() const {
    return report_ ? *report_ : record_.report();
  }

 private:
  void on_address_answer(const dns::Answer& answer);
  void end_fetch(const policy::MtaStsFetch& fetch);

  const std::string domain_;
  const std::vector<dns::Type> families_;  // Of the policy's host; empty: nothing is fetched.
  policy::MtaSts record_;
  bool fetching_ = false;
  std::size_t asked_ = 0;  // Of families_.
  std::size_t answered_ = 0;
  bool unknown_ = false;  // Some address could not be found out.
  std::vector<Address> addresses_;
  std::vector<std::string> aliases_;
  bool requested_ = false;
  std::optional<policy::MtaStsReport> report_;  // With the fetch.
};

}  // namespace mxsweep::checks
