// SPDX-License-Identifier: MIT
#include "checks/mx_check.h"

#include "mxsweep/dane/validation.h"

namespace mxsweep::checks {

bool MxCheck::take_question(dns::Question& question) {
  if (std::exchange(asked_, true)) return false;
  question = {0, domain_, dns::Type::mx};
  return true;
}

void MxCheck::on_answer(std::uint32_t /*number*/, const dns::Answer& answer) {
  answered_ = true;
  validation_ = dane::note_validation(answer, validates_, domain_, findings_);
  if (!answer.aliases.empty()) alias_ = answer.aliases.back();
  hosts_known_ = answer.status == dns::LookupStatus::found || dns::is_absent(answer);
  for (const dns::MxRecord& exchange : answer.exchanges) {
    if (!exchange.host.empty()) hosts_.push_back(exchange.host);
  }
  // Without MX records the domain is its own server.
  if (answer.status == dns::LookupStatus::no_data) hosts_.push_back(domain_);
}

}  // namespace mxsweep::checks
