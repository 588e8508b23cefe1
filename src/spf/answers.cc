// SPDX-License-Identifier: MIT
#include "mxsweep/spf/answers.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/rdata.h"

namespace mxsweep::spf {
namespace {

void take_texts(Fact& fact, const dns::Answer& answer) {
  std::vector<std::string> texts;
  texts.reserve(answer.data.size());
  for (const std::string& octets : answer.data) {
    // Data that contradicts its lengths is no text, and so no record of SPF.
    if (auto text = dns::joined_strings(octets)) texts.push_back(*std::move(text));
  }
  fact.text_count = texts.size();
  for (const std::string& text : texts) fact.texts_octets += text.size();
  fact.selection = select_record(texts);
  const bool one = fact.selection.kind == SelectionKind::one;
  if (one || texts.size() == 1) fact.text = std::move(texts[one ? fact.selection.index : 0]);
  if (one) fact.record = read_record(fact.text);
}

void take_exchanges(Fact& fact, const dns::Answer& answer) {
  std::vector<dns::MxRecord> exchanges = answer.exchanges;
  std::sort(exchanges.begin(), exchanges.end(), [](const auto& a, const auto& b) {
    return std::pair(a.preference, std::string_view(a.host)) <
           std::pair(b.preference, std::string_view(b.host));
  });
  for (dns::MxRecord& exchange : exchanges) fact.names.push_back(std::move(exchange.host));
}

}  // namespace

const Fact& Answers::ask(std::string_view name, dns::Type type) {
  const std::size_t hash = std::hash<std::string_view>{}(name)*31 + static_cast<std::size_t>(type);
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    if (hashes_[i] == hash && facts_[i].type == type && facts_[i].name == name) return facts_[i];
  }
  if (facts_.size() == kQuestionsMax) {
    static const Fact kOneTooMany{.state = FactState::failed};
    exhausted_ = true;
    return kOneTooMany;
  }
  INVARIANT(dns::is_name(name));
  hashes_.push_back(hash);
  ++open_;
  Fact& fact = facts_.emplace_back();
  fact.name = name;
  fact.type = type;
  return fact;
}

bool Answers::take_question(dns::Question& question) {
  if (next_ == facts_.size()) return false;
  const Fact& fact = facts_[next_];
  question = {.number = static_cast<std::uint32_t>(next_), .name = fact.name, .type = fact.type};
  ++next_;
  return true;
}

void Answers::on_answer(std::uint32_t number, const dns::Answer& answer) {
  INVARIANT(number < next_);
  Fact& fact = facts_[number];
  INVARIANT(fact.state == FactState::open);
  --open_;
  fact.status = answer.status;
  fact.state = answer.status == dns::LookupStatus::found ? FactState::found
               : dns::is_absent(answer)                  ? FactState::absent
                                                         : FactState::failed;
  if (fact.state != FactState::found) return;
  if (fact.type == dns::Type::txt || fact.type == kTypeSpf) {
    take_texts(fact, answer);
  } else if (fact.type == dns::Type::mx) {
    take_exchanges(fact, answer);
  } else if (fact.type == dns::Type::ptr) {
    fact.names = answer.data;
  } else {
    fact.addresses = answer.addresses;
  }
}

}  // namespace mxsweep::spf
