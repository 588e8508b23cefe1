// SPDX-License-Identifier: MIT
// Whatever a zone has: a record's parts lie in it, a macro string expands within its limits, and an
// evaluation ends within its limits, whatever it is answered.
//
// The input's first octet chooses; of an evaluation, each answer is a line of the rest: its first
// octet is the status, the others are what is found, with commas between values.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/spf/check_host.h"
#include "mxsweep/spf/lint.h"
#include "mxsweep/spf/macro.h"
#include "mxsweep/spf/record.h"

namespace mxsweep::spf {
namespace {

void require_place(const Place& place, std::string_view text) {
  INVARIANT(place.begin <= text.size() && place.size <= text.size() - place.begin);
}

void read_text(std::string_view text) {
  const std::string name = question_name(text);
  INVARIANT(name.empty() || dns::is_name(name));
  for (const MacroPlace place : {MacroPlace::domain, MacroPlace::explanation}) {
    const auto fault = check_macros(text, place);
    if (fault) INVARIANT(fault->octet <= text.size());
    if (fault) continue;
    const MacroValues values{.local = text.substr(0, 64),
                             .origin = "example.org",
                             .domain = "a.example.org",
                             .helo = text.substr(0, 255),
                             .address = ipv4(0xc0000201)};
    INVARIANT(expand(text, values).size() <= kExpandedOctetsMax);
    INVARIANT(end_of_last_macro(text) <= text.size());
    const std::string domain = expand_domain(text, values);
    INVARIANT(domain.size() <= 253 || domain.find('.', domain.size() - 254) == domain.npos);
    static_cast<void>(depends_on_sender(text));
  }
  static_cast<void>(select_record({std::string(text)}));
  const std::string record = "v=spf1 " + std::string(text);
  const RecordRead read = read_record(record);
  if (read.fault) INVARIANT(read.fault->octet <= record.size());
  for (const Term& term : read.terms) {
    require_place(term.text, record);
    require_place(term.domain, record);
    INVARIANT(term.prefix4 <= 32 && term.prefix6 <= 128);
    INVARIANT(term.name.empty() || (dns::is_name(term.name) && !term.has_macro));
    if (term.has_macro) INVARIANT(!check_macros(term.domain.in(record), MacroPlace::domain));
  }
}

// Answers each question with the next line of the input; when there is none, nothing exists.
class Script {
 public:
  explicit Script(std::string_view text) : rest_(text) {}

  dns::Answer answer(const dns::Question& question) {
    INVARIANT(dns::is_name(question.name));
    dns::Answer answer;
    answer.status = dns::LookupStatus::nxdomain;
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
    if (line.empty()) return answer;
    answer.status = static_cast<dns::LookupStatus>(static_cast<unsigned char>(line.front()) % 9);
    line.remove_prefix(1);
    if (answer.status != dns::LookupStatus::found) return answer;
    bool any = false;
    while (!line.empty() || !any) {
      const std::string_view value = line.substr(0, line.find(','));
      line.remove_prefix(std::min(value.size() + 1, line.size()));
      add(answer, question.type, value);
      any = true;
    }
    return answer;
  }

 private:
  static void add(dns::Answer& answer, dns::Type type, std::string_view value) {
    const auto octet = value.empty() ? 0U : static_cast<unsigned char>(value.front());
    switch (type) {
      case dns::Type::a: answer.addresses.push_back(ipv4(0xc0000200 + octet)); break;
      case dns::Type::aaaa: {
        Address address{.octets = {0x20, 0x01}, .family = Family::ipv6};
        address.octets[15] = static_cast<std::uint8_t>(octet);
        answer.addresses.push_back(address);
        break;
      }
      case dns::Type::mx:
        answer.exchanges.push_back({static_cast<std::uint16_t>(octet), question_name(value)});
        break;
      case dns::Type::ptr: answer.data.push_back(question_name(value)); break;
      default: {
        // "#" stands for a version, so that records are met often; other data may be no text.
        std::string text(value.starts_with('#') ? "v=spf1 " : "");
        text += value.substr(value.starts_with('#') ? 1 : 0);
        text.resize(std::min<std::size_t>(text.size(), 255));
        answer.data.push_back(std::string(1, static_cast<char>(text.size())) + text);
        if (value.starts_with('!')) answer.data.back() = value;
      }
    }
  }

  std::string_view rest_;
};

template <typename Machine>
void settle_scripted(Machine& machine, Script& script) {
  std::size_t count = 0;
  for (dns::Question question; machine.take_question(question); ++count) {
    INVARIANT(count < kQuestionsMax);
    machine.on_answer(question.number, script.answer(question));
  }
  INVARIANT(machine.done());
}

void evaluate(std::string_view text, bool six) {
  const std::string_view from = text.substr(0, text.find('\n'));
  Script script(text.substr(std::min(from.size() + 1, text.size())));
  Address address = ipv4(0xc0000231);
  if (six) address = {.octets = {0x20, 0x01}, .family = Family::ipv6};
  CheckHost machine({.address = address,
                     .helo = std::string(from),
                     .mail_from = std::string(from) + "@example.org"});
  settle_scripted(machine, script);
  const HostVerdict& verdict = machine.verdict();
  INVARIANT(verdict.lookups <= 11 && verdict.voids <= 3);
  INVARIANT(verdict.explanation.empty() || verdict.result == Result::fail);
  INVARIANT(verdict.explanation.size() <= kExpandedOctetsMax);
  INVARIANT(to_string(verdict.result) != "");
}

void lint(std::string_view text, bool six) {
  Script script(text);
  LintOptions options;
  if (six) options.from = {ipv4(0xc0000231), {.octets = {0x20, 0x01}, .family = Family::ipv6}};
  Lint machine("example.org", options);
  settle_scripted(machine, script);
  const SpfReport& report = machine.report();
  INVARIANT(report.terms.size() == report.lookups && report.lookups <= kTermsMax);
  INVARIANT(report.findings.size() <= kFindingsMax);
  INVARIANT(report.from.size() == options.from.size());
  if (report.lookups > 10) INVARIANT(report.verdict == LintVerdict::permerror);
  std::string json;
  append_json(report, json);
  INVARIANT(json.starts_with('{') && json.ends_with('}'));
}

}  // namespace
}  // namespace mxsweep::spf

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  const unsigned choice = data[0];
  switch (choice % 3) {
    case 0: mxsweep::spf::read_text(rest); break;
    case 1: mxsweep::spf::evaluate(rest, choice % 2 == 0); break;
    default: mxsweep::spf::lint(rest, choice % 2 == 0); break;
  }
  return 0;
}
