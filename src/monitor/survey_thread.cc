// SPDX-License-Identifier: MIT
#include "monitor/survey_thread.h"

#include <utility>

#include "mxsweep/checks/survey.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/names/resolve.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {

SurveyThread::SurveyThread(const names::NameOptions& names, threads::Doorbell& bell)
    : options_(names), names_(with_surveys(), bell) {}

names::NameOptions SurveyThread::with_surveys() {
  names::NameOptions options = options_;
  options.inquire = [this](const targets::Target& target, const dns::Name& name) {
    return survey(target, name);
  };
  return options;
}

void SurveyThread::ask(targets::Target&& target, bool domain, const checks::Options& options) {
  {
    const std::lock_guard lock(lock_);
    asked_.insert_or_assign(target.number, Asked{.domain = domain, .options = options});
  }
  names_.ask(std::move(target), domain);
}

bool SurveyThread::take(std::vector<names::Resolved>& servers) {
  if (!names_.take(servers)) return false;
  const std::lock_guard lock(lock_);
  asked_.erase(servers.front().task.target.number);
  return true;
}

// In the thread of names.
std::shared_ptr<names::Inquiry> SurveyThread::survey(const targets::Target& target,
                                                     const dns::Name& name) {
  Asked asked;
  {
    const std::lock_guard lock(lock_);
    asked = asked_[target.number];
  }
  const auto options = std::make_shared<checks::Options>(std::move(asked.options));
  options->seed = options_.resolver.seed;
  if (options->dane || options->dnssec) options->validates = validates();
  return std::make_shared<checks::Survey>(options, target,
                                          asked.domain ? name.ascii : std::string());
}

bool SurveyThread::validates() {
  if (ring::now() < validation_until_) return validates_;
  const names::ResolverCheck check = names::check_validation(options_);
  validates_ = check.status.ok() && check.authentic;
  validation_until_ = ring::now() + (check.answered ? kValidationAge : kValidationAgain);
  return validates_;
}

}  // namespace mxsweep::monitor
