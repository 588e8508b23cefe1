// SPDX-License-Identifier: MIT
#include "checks/sts_fetch.h"

#include <utility>

namespace mxsweep::checks {
namespace {

using StsOutcome = policy::MtaStsFetch::Outcome;

StsOutcome sts_outcome_of(const fetch::Fetched& fetched) {
  constexpr int kNotFound = 404;
  constexpr int kGone = 410;
  switch (fetched.outcome) {
    case fetch::FetchOutcome::ok: return StsOutcome::ok;  // The check itself looks at the type.
    case fetch::FetchOutcome::http_status:
      return fetched.status == kNotFound || fetched.status == kGone ? StsOutcome::not_found
                                                                    : StsOutcome::http_status;
    case fetch::FetchOutcome::redirect: return StsOutcome::redirect;
    case fetch::FetchOutcome::too_large: return StsOutcome::too_large;
    case fetch::FetchOutcome::tls: return StsOutcome::tls;
    case fetch::FetchOutcome::timeout: return StsOutcome::timeout;
    case fetch::FetchOutcome::unreachable:
    case fetch::FetchOutcome::closed:
    case fetch::FetchOutcome::malformed: return StsOutcome::unreachable;  // No policy came.
    case fetch::FetchOutcome::refused: return StsOutcome::refused;
    case fetch::FetchOutcome::local: return StsOutcome::local;
  }
  return StsOutcome::local;
}

}  // namespace

std::string sts_policy_host(const std::string& domain) { return "mta-sts." + domain; }

fetch::Request sts_request(std::uint64_t ticket, const std::string& domain,
                           std::vector<Address> addresses, std::vector<std::string> aliases) {
  return {.ticket = ticket,
          .host = sts_policy_host(domain),
          .path = "/.well-known/mta-sts.txt",
          .addresses = std::move(addresses),
          .aliases = std::move(aliases)};
}

policy::MtaStsFetch sts_fetch_of(fetch::Fetched&& fetched) {
  policy::MtaStsFetch result;
  result.outcome = sts_outcome_of(fetched);
  result.status = static_cast<std::uint16_t>(fetched.status);
  result.content_type = std::move(fetched.content_type);
  result.body = std::move(fetched.body);
  result.took = fetched.took;
  // There is no answer before the certificate is valid.
  result.verified = fetched.status != 0;
  return result;
}

}  // namespace mxsweep::checks
