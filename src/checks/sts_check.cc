// SPDX-License-Identifier: MIT
#include "checks/sts_check.h"

#include <utility>

#include "checks/sts_fetch.h"

namespace mxsweep::checks {
namespace {

constexpr std::uint32_t kOfHost = 1;  // In the number of a question; the record's is 0.

std::vector<dns::Type> families_of(const Options& options) {
  std::vector<dns::Type> families;
  if (options.http && options.ipv4) families.push_back(dns::Type::a);
  if (options.http && options.ipv6) families.push_back(dns::Type::aaaa);
  return families;
}

// Whether the policy may be there all the same, and as it was.
bool leaves_open(policy::MtaStsFetch::Outcome outcome) {
  using enum policy::MtaStsFetch::Outcome;
  return outcome == unresolved || outcome == refused || outcome == local || outcome == timeout ||
         outcome == unreachable;
}

}  // namespace

StsCheck::StsCheck(const std::string& domain, const Options& options)
    : domain_(domain), families_(families_of(options)), record_(domain) {}

bool StsCheck::take_question(dns::Question& question) {
  if (record_.take_question(question)) return true;
  if (!fetching_ || asked_ == families_.size()) return false;
  question = {kOfHost, sts_policy_host(domain_), families_[asked_]};
  ++asked_;
  return true;
}

void StsCheck::on_answer(std::uint32_t number, const dns::Answer& answer) {
  if (number == kOfHost) return on_address_answer(answer);
  record_.on_answer(number, answer);
  fetching_ = !families_.empty() && record_.report().present == Presence::yes;
}

void StsCheck::on_address_answer(const dns::Answer& answer) {
  unknown_ = unknown_ || !(answer.status == dns::LookupStatus::found || dns::is_absent(answer));
  addresses_.insert(addresses_.end(), answer.addresses.begin(), answer.addresses.end());
  aliases_.insert(aliases_.end(), answer.aliases.begin(), answer.aliases.end());
  if (++answered_ < families_.size() || !addresses_.empty()) return;
  policy::MtaStsFetch fetch;
  using enum policy::MtaStsFetch::Outcome;
  fetch.outcome = unknown_ ? unresolved : unreachable;
  end_fetch(fetch);
}

bool StsCheck::take_request(fetch::Request& request) {
  const bool ready = fetching_ && answered_ == families_.size() && !addresses_.empty();
  if (!ready || std::exchange(requested_, true)) return false;
  request = sts_request(0, domain_, addresses_, aliases_);
  return true;
}

void StsCheck::on_fetched(fetch::Fetched&& fetched) { end_fetch(sts_fetch_of(std::move(fetched))); }

void StsCheck::end_fetch(const policy::MtaStsFetch& fetch) {
  report_ = record_.report();
  policy::add_fetch(fetch, *report_);
  if (leaves_open(fetch.outcome)) note_failure();
}

}  // namespace mxsweep::checks
