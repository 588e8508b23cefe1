// SPDX-License-Identifier: MIT
// A simulated DNS for the tests of SPF. Names are as a person writes them, any octets included; a
// name without records does not exist.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/spf/record.h"

namespace mxsweep::spf {

// The data of a TXT record with this text, in strings of 255 octets at most.
inline std::string text_data(std::string_view text) {
  std::string data;
  do {
    const std::string_view part = text.substr(0, 255);
    data += static_cast<char>(part.size());
    data += part;
    text.remove_prefix(part.size());
  } while (!text.empty());
  return data;
}

class Zone {
 public:
  void txt(std::string_view name, std::string_view text) { texts(name, dns::Type::txt, text); }
  void texts(std::string_view name, dns::Type type, std::string_view text) {
    found(name, type).data.push_back(text_data(text));
  }
  void address(std::string_view name, std::string_view text) {
    const Address address = *parse_address(text);
    const auto type = address.family == Family::ipv4 ? dns::Type::a : dns::Type::aaaa;
    found(name, type).addresses.push_back(address);
  }
  void mx(std::string_view name, std::uint16_t preference, std::string_view host) {
    found(name, dns::Type::mx).exchanges.push_back({preference, question_name(host)});
  }
  void ptr(std::string_view name, std::string_view host) {
    found(name, dns::Type::ptr).data.push_back(question_name(host));
  }
  void alias(std::string_view name, std::string_view to) {
    names_.insert(question_name(name));
    aliases_[question_name(name)] = question_name(to);
  }
  void fails(std::string_view name, dns::Type type, dns::LookupStatus status) {
    answers_[{question_name(name), type}].status = status;
  }

  [[nodiscard]] dns::Answer answer(const dns::Question& question) const {
    INVARIANT(dns::is_name(question.name));
    std::vector<std::string> chain;
    std::string name = question.name;
    for (auto alias = aliases_.find(name); alias != aliases_.end(); alias = aliases_.find(name)) {
      name = alias->second;
      chain.push_back(name);
      if (chain.size() > dns::kAliasesMax) {
        dns::Answer loop;
        loop.status = dns::LookupStatus::alias_loop;
        return loop;
      }
    }
    dns::Answer answer;
    if (const auto there = answers_.find({name, question.type}); there != answers_.end()) {
      answer = there->second;
    } else {
      const bool exists = names_.count(name) != 0 || name.empty();
      answer.status = exists ? dns::LookupStatus::no_data : dns::LookupStatus::nxdomain;
    }
    answer.aliases = std::move(chain);
    return answer;
  }

 private:
  dns::Answer& found(std::string_view name, dns::Type type) {
    names_.insert(question_name(name));
    dns::Answer& answer = answers_[{question_name(name), type}];
    answer.status = dns::LookupStatus::found;
    return answer;
  }

  std::map<std::pair<std::string, dns::Type>, dns::Answer> answers_;
  std::map<std::string, std::string> aliases_;
  std::set<std::string> names_;
};

// Asks and answers until the machine is done, and returns how many questions it had.
template <typename Machine, typename World>
std::size_t settle(Machine& machine, const World& world) {
  std::size_t count = 0;
  for (dns::Question question; machine.take_question(question); ++count) {
    machine.on_answer(question.number, world.answer(question));
  }
  INVARIANT(machine.done());
  return count;
}

// The same with the answers in an order by chance.
template <typename Machine, typename World>
void settle_shuffled(Machine& machine, const World& world, std::mt19937& random) {
  std::vector<dns::Question> asked;
  while (!machine.done()) {
    for (dns::Question question; machine.take_question(question);) asked.push_back(question);
    INVARIANT(!asked.empty());
    const std::size_t next = random() % asked.size();
    const dns::Question question = asked[next];
    asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(next));
    machine.on_answer(question.number, world.answer(question));
  }
}

}  // namespace mxsweep::spf
