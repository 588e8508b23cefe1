// SPDX-License-Identifier: MIT
// The answers that an evaluation of SPF has so far. An evaluation is a function of them: it runs as
// far as they reach, asks for what it lacks, and runs anew when more is there. So its result cannot
// depend on the order of answers, and nothing is kept between two runs but the answers. Pure.
//
//   Shape     ask() adds a question unless it was asked before. A record is read once, when its
//             answer arrives.
//   Memory    kQuestionsMax answers, of which only what SPF uses is kept.
//   Lifetime  a Fact lives as long as its Answers.
//   Errors    Fact::state is failed for each lookup that decides nothing, and for all questions
//             beyond kQuestionsMax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/spf/record.h"

namespace mxsweep::spf {

// The type of records that SPF once had beside TXT (RFC 7208, 3.1).
inline constexpr auto kTypeSpf = static_cast<dns::Type>(99);

// Ten terms with ten hosts each, two families, and their names: no evaluation within the limits of
// RFC 7208 needs more, and a tree that does is far beyond them.
inline constexpr std::size_t kQuestionsMax = 256;

enum class FactState : std::uint8_t { open, found, absent, failed };

struct Fact {
  std::string name{};
  dns::Type type = dns::Type::a;
  FactState state = FactState::open;
  dns::LookupStatus status = dns::LookupStatus::timeout;  // Unless it is open.
  std::vector<Address> addresses{};                       // Of A and AAAA.
  // Of PTR in the order of the answer; of MX by preference, then by name. "": the null MX.
  std::vector<std::string> names{};

  // Of TXT and type 99.
  std::size_t text_count = 0;
  std::size_t texts_octets = 0;
  Selection selection{};
  std::string text{};   // The record that is selected; without one, the only text, if it is.
  RecordRead record{};  // Of the one selected.
};

class Answers {
 public:
  Answers() = default;
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  // Requires: dns::is_name(name).
  const Fact& ask(std::string_view name, dns::Type type);

  [[nodiscard]] bool take_question(dns::Question& question);
  void on_answer(std::uint32_t number, const dns::Answer& answer);
  [[nodiscard]] const Fact& fact(std::uint32_t number) const { return facts_[number]; }

  // Questions asked and not answered, taken or not.
  [[nodiscard]] std::size_t open() const { return open_; }
  [[nodiscard]] bool exhausted() const { return exhausted_; }  // A question was one too many.

 private:
  std::deque<Fact> facts_;  // A deque: facts stay where they are.
  std::vector<std::size_t> hashes_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  bool exhausted_ = false;
};

}  // namespace mxsweep::spf
