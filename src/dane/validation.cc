// SPDX-License-Identifier: MIT
#include "mxsweep/dane/validation.h"

#include <string>

namespace mxsweep::dane {
namespace {

int badness(dns::Validation validation) {
  switch (validation) {
    case dns::Validation::secure: return 0;
    case dns::Validation::insecure: return 1;
    case dns::Validation::unknown: return 2;
    case dns::Validation::bogus: return 3;
  }
  return 2;
}

}  // namespace

dns::Validation note_validation(const dns::Answer& answer, bool validates, std::string_view name,
                                FindingReports& findings) {
  const dns::Validation validation = dns::validation_of(answer, validates);
  if (validation == dns::Validation::bogus) {
    const std::string text = answer.extended_error ? answer.extended_error->text : std::string();
    findings.push_back({CheckFinding::dnssec_bogus, std::string(name), text, {}, {}});
  }
  return validation;
}

dns::Validation combined(dns::Validation one, dns::Validation other) {
  return badness(one) < badness(other) ? other : one;
}

}  // namespace mxsweep::dane
