// SPDX-License-Identifier: MIT
#include "mxsweep/checks/survey.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "checks/check.h"
#include "checks/domain_checks.h"
#include "checks/questioner.h"
#include "checks/server_checks.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/memory.h"

namespace mxsweep::checks {

struct Survey::Work {
  explicit Work(std::size_t questions_max) : questions(questions_max) {}

  Questioner questions;
  std::optional<std::vector<names::Destination>> destinations;
  bool begun = false;  // The servers' checks.
};

Survey::Survey(std::shared_ptr<const Options> options, const targets::Target& target,
               const std::string& domain)
    : options_(std::move(options)), work_(std::make_unique<Work>(options_->questions_max)) {
  if (!domain.empty()) {
    domain_ = std::make_unique<DomainChecks>(*options_, domain, work_->questions);
  }
  servers_ = std::make_unique<ServerChecks>(*options_, domain, target.port);
}

Survey::~Survey() = default;

bool Survey::take_question(dns::Question& question) {
  if (settled_) return false;
  const bool ready = work_->destinations && (domain_ == nullptr || domain_->mx_known());
  if (ready && !std::exchange(work_->begun, true)) {
    begin_servers(*work_->destinations);
  }
  if (work_->questions.take_question(question)) return true;
  if (work_->begun && work_->questions.done()) settle();
  return false;
}

void Survey::on_answer(std::uint32_t number, const dns::Answer& answer) {
  work_->questions.on_answer(number, answer);
}

bool Survey::take_request(fetch::Request& request) {
  return !settled_ && domain_ != nullptr && domain_->take_request(request);
}

void Survey::on_fetched(fetch::Fetched&& fetched) { domain_->on_fetched(std::move(fetched)); }

void Survey::on_destinations(const std::vector<names::Destination>& destinations) {
  work_->destinations = destinations;
}

void Survey::wake() {
  if (work_ != nullptr) work_->questions.again();
}

void Survey::begin_servers(const std::vector<names::Destination>& destinations) {
  if (domain_ != nullptr) domain_->on_servers(destinations);
  servers_->begin(destinations, domain_ == nullptr ? MxFacts() : domain_->mx_facts(),
                  work_->questions);
}

void Survey::settle() {
  if (domain_ != nullptr) domain_->settle(work_->questions.cut());
  servers_->settle();
  work_.reset();
  settled_ = true;
}

void Survey::append_server(const results::Record& record, std::string& json) const {
  servers_->append(record, json);
}

void Survey::append_domain(const results::DomainLine& line, std::string& json) const {
  INVARIANT(domain_ != nullptr);
  domain_->append(line, *servers_, json);
}

std::vector<Checked> Survey::checked() const {
  std::vector<Checked> all;
  if (domain_ != nullptr) all = domain_->checked();
  servers_->add_checked(nullptr, all);
  return all;
}

std::vector<Checked> Survey::checked(const results::Record& record) const {
  std::vector<Checked> all;
  servers_->add_checked(&record, all);
  return all;
}

std::size_t Survey::octets_held() const {
  return allocated(sizeof *this) + servers_->octets_held() +
         (domain_ == nullptr ? 0 : domain_->octets_held());
}

}  // namespace mxsweep::checks
