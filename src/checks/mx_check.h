// SPDX-License-Identifier: MIT
// What DNSSEC says of a domain's MX records, and which hosts they name. The same question as the
// path's, so that the resolver sends it once.
#pragma once

#include <string>
#include <vector>

#include "checks/check.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::checks {

class MxCheck final : public Check {
 public:
  MxCheck(std::string domain, bool validates) : domain_(std::move(domain)), validates_(validates) {}

  [[nodiscard]] bool take_question(dns::Question& question) override;
  void on_answer(std::uint32_t number, const dns::Answer& answer) override;
  [[nodiscard]] bool done() const override { return answered_; }

  // The functions from here on require done().
  [[nodiscard]] dns::Validation validation() const { return validation_; }
  // The end of the domain's CNAME chain; empty: it is no alias.
  [[nodiscard]] const std::string& alias() const { return alias_; }
  // Whether it is known that these are all; a null MX is none.
  [[nodiscard]] bool hosts_known() const { return hosts_known_; }
  [[nodiscard]] const std::vector<std::string>& hosts() const { return hosts_; }
  [[nodiscard]] const FindingReports& findings() const { return findings_; }

 private:
  std::string domain_;
  bool validates_;
  bool asked_ = false;
  bool answered_ = false;
  dns::Validation validation_ = dns::Validation::unknown;
  std::string alias_;
  bool hosts_known_ = false;
  std::vector<std::string> hosts_;
  FindingReports findings_;
};

}  // namespace mxsweep::checks
