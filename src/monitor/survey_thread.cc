// SPDX-License-Identifier: MIT
#include "monitor/survey_thread.h"

#include <utility>

#include "mxsweep/checks/survey.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/names/resolve.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {

SurveyThread::SurveyThread(const names::NameOptions& names, threads::Doorbell& bell)
    : names_(names), hosts_(with_surveys(false), bell), domains_(with_surveys(true), bell) {}

names::NameOptions SurveyThread::with_surveys(bool domains) {
  names::NameOptions options = names_;
  options.mail_domains = domains;
  options.inquire = [this, domains](const targets::Target& target, const dns::Name& name) {
    return survey(target, domains ? name.ascii : std::string());
  };
  return options;
}

void SurveyThread::ask(targets::Target&& target, bool domain, const checks::Options& options) {
  {
    const std::lock_guard lock(lock_);
    asked_.insert_or_assign(target.number, options);
  }
  (domain ? domains_ : hosts_).ask(std::move(target));
}

bool SurveyThread::take(std::vector<names::Resolved>& servers) {
  if (!hosts_.take(servers) && !domains_.take(servers)) return false;
  const std::lock_guard lock(lock_);
  asked_.erase(servers.front().task.target.number);
  return true;
}

// In a thread of names.
std::shared_ptr<names::Inquiry> SurveyThread::survey(const targets::Target& target,
                                                     const std::string& domain) {
  const auto options = std::make_shared<checks::Options>();
  {
    const std::lock_guard lock(lock_);
    *options = asked_[target.number];
  }
  options->seed = names_.resolver.seed;
  if (options->dane || options->dnssec) options->validates = validates();
  return std::make_shared<checks::Survey>(options, target, domain);
}

bool SurveyThread::validates() {
  const std::lock_guard lock(validation_lock_);
  if (ring::now() < validation_until_) return validates_;
  const names::ResolverCheck check = names::check_validation(names_);
  validates_ = check.status.ok() && check.authentic;
  validation_until_ = ring::now() + (check.answered ? kValidationAge : kValidationAgain);
  return validates_;
}

}  // namespace mxsweep::monitor
