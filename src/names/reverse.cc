// SPDX-License-Identifier: MIT
#include "mxsweep/names/reverse.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/results/json_object.h"

namespace mxsweep::names {
namespace {

constexpr EnumWord<ReverseVerdict> kReverseWords[] = {
    {ReverseVerdict::unknown, "unknown"},     {ReverseVerdict::pass, "pass"},
    {ReverseVerdict::fail, "fail"},           {ReverseVerdict::none, "none"},
    {ReverseVerdict::temperror, "temperror"},
};
static_assert(has_each_value(kReverseWords, ReverseVerdict::temperror) &&
              words_differ(kReverseWords));

constexpr std::array<std::string_view, 16> kGenericWords = {
    "dynamic", "dyn",   "dsl",       "adsl",   "vdsl", "pool", "dhcp",  "customer",
    "client",  "cable", "broadband", "dialup", "ppp",  "cust", "pppoe", "customers"};

template <typename Text>
bool has_text(const std::vector<std::string>& texts, const Text& text) {
  return std::ranges::find(texts, text) != texts.end();
}

// Whether four numbers in a row are the octets, forwards or backwards.
bool has_octets(std::string_view name, const Address& address) {
  if (address.family != Family::ipv4) return false;
  std::array<unsigned, 4> last{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < name.size();) {
    if (!is_digit(name[i])) {
      ++i;
      continue;
    }
    unsigned number = 0;
    for (; i < name.size() && is_digit(name[i]); ++i) {
      number = std::min(number * 10 + static_cast<unsigned>(name[i] - '0'), 1000U);
    }
    std::rotate(last.begin(), last.begin() + 1, last.end());
    last.back() = number;
    if (++count < last.size()) continue;
    const auto* const octets = address.octets.data();
    if (std::equal(last.begin(), last.end(), octets)) return true;
    if (std::equal(last.rbegin(), last.rend(), octets)) return true;
  }
  return false;
}

// The labels before the last two.
std::string_view host_part(std::string_view name) {
  std::size_t end = name.size();
  for (int labels = 0; labels < 2; ++labels) {
    if (end == 0) return {};
    end = name.rfind('.', end - 1);
    if (end == std::string_view::npos) return {};
  }
  return name.substr(0, end);
}

bool has_generic_word(std::string_view part) {
  while (!part.empty()) {
    const auto end = std::ranges::find_if_not(part, [](char c) { return is_lower(c); });
    const auto length = static_cast<std::size_t>(end - part.begin());
    if (std::ranges::find(kGenericWords, part.substr(0, length)) != kGenericWords.end()) {
      return true;
    }
    part.remove_prefix(std::min(length + 1, part.size()));
  }
  return false;
}

}  // namespace

std::string_view to_string(ReverseVerdict verdict) { return word_of(kReverseWords, verdict); }

bool is_generic_name(std::string_view name, const Address& address) {
  return has_octets(name, address) || has_generic_word(host_part(name));
}

Reverse::Reverse(const Address& address) {
  INVARIANT(address.family != Family::none);
  report_.address = without_mapping(address);
  ask_for_names();
}

void Reverse::ask_for_names() {
  questions_.push_back({.number = static_cast<std::uint32_t>(questions_.size()),
                        .name = dns::reverse_name(report_.address),
                        .type = dns::Type::ptr,
                        .checking = checking_});
}

void Reverse::ask_for_addresses() {
  const bool is_ipv4 = report_.address.family == Family::ipv4;
  for (const std::string& name : report_.names) {
    questions_.push_back({.number = static_cast<std::uint32_t>(questions_.size()),
                          .name = name,
                          .type = is_ipv4 ? dns::Type::a : dns::Type::aaaa,
                          .checking = checking_});
  }
}

bool Reverse::take_question(dns::Question& question) {
  if (next_ == questions_.size()) return false;
  question = questions_[next_++];
  ++open_;
  return true;
}

void Reverse::on_answer(std::uint32_t number, const dns::Answer& answer) {
  INVARIANT(number < next_ && open_ > 0);
  --open_;
  const dns::Question asked = questions_[number];
  if (answer.status != dns::LookupStatus::found && !dns::is_absent(answer)) troubled_ = true;
  if (asked.type == dns::Type::ptr) {
    for (const std::string& name : answer.data) {
      if (report_.names.size() == kReverseNamesMax) break;
      if (name.empty() || !dns::is_name(name) || has_text(report_.names, name)) continue;
      report_.names.push_back(name);
    }
    ask_for_addresses();
  } else if (std::ranges::find(answer.addresses, report_.address) != answer.addresses.end() &&
             !has_text(report_.confirmed, asked.name)) {
    report_.confirmed.push_back(asked.name);
  }
  if (done()) conclude();
}

void Reverse::conclude() {
  if (!report_.confirmed.empty()) {
    report_.verdict = ReverseVerdict::pass;
  } else if (troubled_) {
    report_.verdict = ReverseVerdict::temperror;
  } else if (checking_ == dns::Checking::enabled) {
    checking_ = dns::Checking::disabled;
    first_names_ = std::exchange(report_.names, {});
    ask_for_names();
    return;
  } else if (report_.names.empty() != first_names_.empty()) {
    // There were names once and once not.
    report_.verdict = ReverseVerdict::unknown;
  } else {
    report_.verdict = report_.names.empty() ? ReverseVerdict::none : ReverseVerdict::fail;
  }
  if (report_.names.empty()) report_.names = std::exchange(first_names_, {});
  add_findings();
}

void Reverse::add_findings() {
  const std::string at = dns::reverse_name(report_.address);
  const auto add = [&](CheckFinding finding, const std::string& detail) {
    report_.findings.push_back({.finding = finding, .at = at, .detail = detail});
  };
  const std::string first = report_.names.empty() ? std::string() : report_.names.front();
  switch (report_.verdict) {
    case ReverseVerdict::none: add(CheckFinding::rdns_none, {}); break;
    case ReverseVerdict::fail: add(CheckFinding::rdns_fail, first); break;
    case ReverseVerdict::unknown:
    case ReverseVerdict::temperror: add(CheckFinding::rdns_temperror, first); break;
    case ReverseVerdict::pass: break;
  }
  const bool all_generic =
      !report_.names.empty() && std::ranges::all_of(report_.names, [&](const std::string& name) {
        return is_generic_name(name, report_.address);
      });
  if (all_generic) add(CheckFinding::rdns_generic, first);
}

const ReverseReport& Reverse::report() const {
  INVARIANT(done());
  return report_;
}

void add_hello_findings(const ReverseReport& report, std::string_view hello, std::string_view host,
                        FindingReports& findings) {
  if (hello.empty()) return;
  const auto add = [&](CheckFinding finding, std::string at) {
    const FindingReport made{.finding = finding, .at = std::move(at)};
    // Greeting and EHLO often have the same name.
    if (std::ranges::find(findings, made) == findings.end()) findings.push_back(made);
  };
  const dns::Name name = dns::read_name(hello);
  if (name.error != dns::NameFault::none || name.single_label || parse_address(name.ascii) ||
      dns::is_localhost(name.ascii) || name.ascii.ends_with(".localdomain")) {
    add(CheckFinding::rdns_hello_not_fqdn, std::string(hello));
    return;
  }
  if (report.names.empty() || has_text(report.names, name.ascii)) {
    const bool elsewhere = report.verdict == ReverseVerdict::fail &&
                           has_text(report.names, name.ascii) && name.ascii != host;
    if (elsewhere) add(CheckFinding::rdns_hello_elsewhere, name.ascii);
    return;
  }
  add(CheckFinding::rdns_hello_not_ptr, name.ascii);
}

void append_json(const ReverseReport& report, std::string& out) {
  results::JsonObject object;
  if (!report.names.empty()) {
    results::JsonArray names;
    for (const std::string& name : report.names) names.text(name);
    object.json("ptr", names.end());
  }
  object.text("verdict", to_string(report.verdict));
  out += object.end();
}

}  // namespace mxsweep::names
