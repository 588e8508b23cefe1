// SPDX-License-Identifier: MIT
#include "monitor/survey_thread.h"

#include <utility>

#include "mxsweep/checks/survey.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/names/resolve.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

constexpr Duration kFetchWhole = std::chrono::seconds{30};  // Half of what RFC 8461, 3.3, advises.

}  // namespace

SurveyThread::SurveyThread(const names::NameOptions& names, const std::string& ca_file,
                           threads::Doorbell& bell)
    : options_(names), bell_(bell) {
  fetch::FetcherOptions& fetcher = options_.fetcher.emplace();
  fetcher.ca_file = ca_file;
  fetcher.whole = kFetchWhole;
  fetcher.at_once = kFetchesAtOnce;
  names_.emplace(with_surveys(), bell_);
}

Status SurveyThread::finish() {
  names_.reset();
  return lists_ == nullptr ? Status() : lists_->keep();
}

names::NameOptions SurveyThread::with_surveys() {
  names::NameOptions options = options_;
  if (lists_ != nullptr) options.shared = lists_->blocklists();
  options.inquire = [this](const targets::Target& target, const dns::Name& name) {
    return survey(target, name);
  };
  return options;
}

void SurveyThread::use(std::shared_ptr<dnsbl::Run> lists) {
  if (lists == (next_ ? *next_ : lists_)) return;
  next_ = std::move(lists);
  if (asked_.empty()) switch_lists();
}

// Requires: nothing is asked.
void SurveyThread::switch_lists() {
  names_.reset();
  if (lists_ != nullptr && *next_ != nullptr) (*next_)->take_over(*lists_);
  if (lists_ != nullptr) static_cast<void>(lists_->keep());
  lists_ = *std::exchange(next_, std::nullopt);
  names_.emplace(with_surveys(), bell_);
  for (Question& each : std::exchange(waiting_, {})) ask(std::move(each.target), each.plan);
}

void SurveyThread::ask(targets::Target&& target, const CheckPlan& plan) {
  if (next_) {
    waiting_.push_back({std::move(target), plan});
    return;
  }
  {
    const std::lock_guard lock(lock_);
    asked_.insert_or_assign(target.number, plan);
  }
  names_->ask(std::move(target), plan.domain);
}

bool SurveyThread::take(std::vector<names::Resolved>& servers) {
  if (!names_->take(servers)) return false;
  {
    const std::lock_guard lock(lock_);
    asked_.erase(servers.front().task.target.number);
  }
  if (next_ && asked_.empty()) switch_lists();
  return true;
}

const std::map<std::string, std::string>& SurveyThread::troubles() {
  for (auto& [list, text] : troubles_) text.clear();
  if (lists_ != nullptr) {
    for (auto& [list, text] : lists_->troubles()) troubles_[list] = text;
  }
  return troubles_;
}

// In the thread of names.
std::shared_ptr<names::Inquiry> SurveyThread::survey(const targets::Target& target,
                                                     const dns::Name& name) {
  CheckPlan plan;
  {
    const std::lock_guard lock(lock_);
    plan = asked_[target.number];
  }
  const auto options = std::make_shared<checks::Options>(std::move(plan.options));
  options->seed = options_.resolver.seed;
  if (plan.blocklists && lists_ != nullptr) options->blocklists = lists_->blocklists();
  if (options->dane || options->dnssec) options->validates = validates();
  return std::make_shared<checks::Survey>(options, target,
                                          plan.domain ? name.ascii : std::string());
}

bool SurveyThread::validates() {
  if (ring::now() < validation_until_) return validates_;
  const names::ResolverCheck check = names::check_validation(options_);
  validates_ = check.status.ok() && check.authentic;
  validation_until_ = ring::now() + (check.answered ? kValidationAge : kValidationAgain);
  return validates_;
}

}  // namespace mxsweep::monitor
