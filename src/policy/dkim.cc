// SPDX-License-Identifier: MIT
#include "mxsweep/policy/dkim.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/random.h"
#include "policy/json_parts.h"
#include "policy/texts.h"

namespace mxsweep::policy {
namespace {

enum DkimPurpose : std::uint8_t { kOfWildcard, kOfSelector };

// Of Google, Microsoft, Proton, Fastmail, Zoho, Mailchimp and others, and what signers' manuals
// choose for their examples.
constexpr std::string_view kCommonSelectors[] = {
    "google",
    "selector1",
    "selector2",
    "default",
    "dkim",
    "mail",
    "k1",
    "k2",
    "k3",
    "s1",
    "s2",
    "fm1",
    "fm2",
    "fm3",
    "zoho",
    "mxvault",
    "mx",
    "key1",
    "smtp",
    "protonmail",
    "protonmail2",
    "protonmail3",
    "everlytickey1",
    "mandrill",
};

std::string key_name(std::string_view selector, std::string_view domain) {
  std::string name;
  name.reserve(selector.size() + domain.size() + 12);
  for (const char octet : selector) name += lower(octet);
  name += "._domainkey.";
  name += domain;
  return name;
}

// A name of its own for each seed, that no sender has.
std::string unlikely_selector(std::uint64_t seed) {
  Random random(seed);
  std::string selector = "none";
  for (int i = 0; i < 16; ++i) selector += static_cast<char>('a' + random.below(26));
  return selector;
}

}  // namespace

std::string_view to_string(DkimVerdict verdict) {
  switch (verdict) {
    case DkimVerdict::ok: return "ok";
    case DkimVerdict::revoked: return "revoked";
    case DkimVerdict::invalid: return "invalid";
    case DkimVerdict::none: return "none";
    case DkimVerdict::temperror: return "temperror";
  }
  return {};
}

std::vector<std::string> common_selectors(std::string_view domain) {
  std::vector<std::string> selectors(std::begin(kCommonSelectors), std::end(kCommonSelectors));
  std::string dashed(domain);
  std::replace(dashed.begin(), dashed.end(), '.', '-');
  selectors.push_back("selector1-" + dashed);
  selectors.push_back("selector2-" + dashed);
  return selectors;
}

Dkim::Dkim(std::string_view domain, const DkimOptions& options) : domain_(domain) {
  INVARIANT(dns::is_name(domain) && !domain.empty());
  for (const std::string& selector : options.selectors) add(selector, true);
  std::string name = key_name(unlikely_selector(options.seed), domain_);
  if (options.common && dns::is_name(name)) {
    questions_.ask(std::move(name), dns::Type::txt, kOfWildcard);
  }
  if (done()) conclude();
}

void Dkim::add(std::string_view selector, bool given) {
  const auto same = [&](const Selector& earlier) { return earlier.key.selector == selector; };
  if (std::any_of(selectors_.begin(), selectors_.end(), same)) return;
  if (selectors_.size() == kSelectorsMax) return;
  std::string name = key_name(selector, domain_);
  Selector& added = selectors_.emplace_back();
  added.given = given;
  added.key.selector = selector;
  if (dns::is_name(name)) {
    questions_.ask(std::move(name), dns::Type::txt, kOfSelector, selectors_.size() - 1);
  } else {
    added.key.present = Presence::no;  // No record can have that name.
    added.key.verdict = DkimVerdict::none;
    added.findings.push_back({CheckFinding::dkim_missing, std::move(name)});
  }
}

void Dkim::on_answer(std::uint32_t number, const dns::Answer& answer) {
  const OpenQuestions::Asked& asked = questions_.answered(number);
  if (asked.purpose == kOfWildcard) {
    on_wildcard(answer);
  } else {
    on_selector(selectors_[asked.subject], asked.name, answer);
  }
  if (done()) conclude();
}

// Guesses are worth nothing where any name has an answer, or where that is not known.
void Dkim::on_wildcard(const dns::Answer& answer) {
  if (!is_decided(answer)) return;
  report_.wildcard = dns::is_absent(answer) ? Presence::no : Presence::yes;
  if (report_.wildcard == Presence::yes) return;
  for (const std::string& selector : common_selectors(domain_)) add(selector, false);
}

void Dkim::on_selector(Selector& selector, const std::string& at, const dns::Answer& answer) {
  DkimKey& key = selector.key;
  if (dns::is_absent(answer)) {
    key.present = Presence::no;
    key.verdict = DkimVerdict::none;
    // An alias that leads nowhere is the usual reason.
    selector.findings.push_back({CheckFinding::dkim_missing, at,
                                 answer.aliases.empty() ? std::string() : answer.aliases.back()});
    return;
  }
  const std::vector<std::string> texts = texts_of(answer);
  if (texts.empty()) return;
  std::string name = std::move(key.selector);
  if (texts.size() == 1) {
    key = judge_dkim_record(texts.front(), at, selector.findings);
  } else {
    // A verifier takes any of them, or none (RFC 6376, 3.6.2.2).
    key.present = Presence::yes;
    key.verdict = DkimVerdict::invalid;
    FindingReport report{CheckFinding::dkim_multiple, at};
    report.n = static_cast<std::uint32_t>(texts.size());
    selector.findings.push_back(std::move(report));
  }
  key.selector = std::move(name);
}

void Dkim::conclude() {
  for (Selector& selector : selectors_) {
    if (!selector.given && selector.key.present != Presence::yes) continue;
    report_.keys.push_back(std::move(selector.key));
    for (FindingReport& finding : selector.findings) {
      report_.findings.push_back(std::move(finding));
    }
  }
  if (report_.wildcard == Presence::yes) {
    report_.findings.push_back({CheckFinding::dkim_wildcard, "*._domainkey." + domain_});
  }
}

const DkimReport& Dkim::report() const {
  INVARIANT(done());
  return report_;
}

void append_json(const DkimReport& report, std::string& out) {
  results::JsonText json(out);
  json.raw("[");
  for (const DkimKey& key : report.keys) {
    json.raw(&key == report.keys.data() ? "{\"selector\":" : ",{\"selector\":");
    append_quoted(key.selector, json);
    append_word("present", to_string(key.present), json);
    append_word("verdict", to_string(key.verdict), json);
    append_member("key", key.words, json);
    if (key.testing) json.raw(",\"testing\":true");
    append_member("record", key.record, json);
    json.raw("}");
  }
  json.raw("]");
}

}  // namespace mxsweep::policy
