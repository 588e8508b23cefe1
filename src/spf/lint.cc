// SPDX-License-Identifier: MIT
#include "mxsweep/spf/lint.h"

#include <optional>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "spf/evaluation.h"
#include "spf/walk.h"

namespace mxsweep::spf {
namespace {

// Whether an answer can lead to further questions of a walk, before all others are there.
bool leads_on(const Fact& fact) {
  if (fact.type == dns::Type::txt || fact.type == dns::Type::mx) return true;
  return fact.type == dns::Type::a && fact.state == FactState::absent;
}

}  // namespace

Lint::Lint(std::string_view domain, const LintOptions& options)
    : domain_(domain), options_(options) {
  INVARIANT(dns::is_name(domain) && !domain.empty());
  run();
}

void Lint::on_answer(std::uint32_t number, const dns::Answer& answer) {
  answers_.on_answer(number, answer);
  if (answers_.open() == 0 || leads_on(answers_.fact(number))) run();
}

void Lint::run() {
  Walk walk(domain_, options_.limits, answers_);
  const bool walked = walk.run();
  const bool checked = check_senders();
  if (!walked || !checked || answers_.open() != 0) return;
  std::vector<SenderReport> from = std::move(report_.from);
  report_ = walk.report();
  report_.from = std::move(from);
  done_ = true;
}

bool Lint::check_senders() {
  report_.from.clear();
  for (const Address& address : options_.from) {
    const Client client{.address = address, .helo = domain_, .mail_from = "postmaster@" + domain_};
    std::optional<HostVerdict> verdict = Evaluation(client, options_.limits, answers_).run();
    if (verdict) report_.from.push_back({.address = address, .verdict = *std::move(verdict)});
  }
  return report_.from.size() == options_.from.size();
}

}  // namespace mxsweep::spf
