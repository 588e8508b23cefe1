// SPDX-License-Identifier: MIT
#include "mxsweep/checks/words.h"

#include <array>
#include <utility>

#include "mxsweep/core/nearest_word.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::checks {
namespace {

constexpr std::array<std::pair<std::string_view, bool Options::*>, 7> kSubjects{{
    {"spf", &Options::spf},
    {"dmarc", &Options::dmarc},
    {"mta-sts", &Options::mta_sts},
    {"tls-rpt", &Options::tls_rpt},
    {"dane", &Options::dane},
    {"names", &Options::names},
    {"dnssec", &Options::dnssec},
}};
constexpr std::string_view kSelector = "dkim:";
constexpr std::string_view kCommonSelectors = "dkim:common";
constexpr std::size_t kSelectorsMax = 32;

Status add_selector(const std::string& selector, Options& options) {
  if (!dns::is_name(selector) || selector.empty()) {
    return Status::unusable("'" + selector + "' is no selector of DKIM keys");
  }
  if (options.selectors.size() == kSelectorsMax) {
    return Status::unusable("at most " + std::to_string(kSelectorsMax) + " selectors");
  }
  options.selectors.push_back(selector);
  return {};
}

Status unknown(std::string_view word) {
  const std::vector<std::string> known = check_words();
  std::string sentence = "'" + std::string(word) + "' is not one of ";
  for (const std::string& each : known) sentence += (&each == &known.front() ? "" : ", ") + each;
  const std::string_view nearest = nearest_word(word, known);
  if (!nearest.empty()) sentence.append("; did you mean ").append(nearest).append("?");
  return Status::unusable(std::move(sentence));
}

}  // namespace

std::vector<std::string> check_words() {
  std::vector<std::string> words = {"policy", "http", "all", "dkim:SELECTOR", "dnsbl:FILE"};
  for (const auto& [word, member] : kSubjects) words.emplace_back(word);
  return words;
}

Status add_check(std::string_view word, Options& options) {
  if (word == kCommonSelectors) {
    options.common_selectors = true;
    return {};
  }
  if (word.starts_with(kSelector)) {
    return add_selector(std::string(word.substr(kSelector.size())), options);
  }
  const bool all = word == "all";
  if (word == "http" || all) options.mta_sts = options.http = true;
  if (all) options.common_selectors = true;
  bool known = word == "http";
  for (const auto& [subject, member] : kSubjects) {
    if (!all && word != "policy" && word != subject) continue;
    options.*member = true;
    known = true;
  }
  return known ? Status() : unknown(word);
}

}  // namespace mxsweep::checks
