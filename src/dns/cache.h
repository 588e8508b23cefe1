// SPDX-License-Identifier: MIT
// Answers by question, for as long as they hold. Pure.
//
//   Source   RFC 2308 section 5 (negative answers), RFC 9520 (answers that failed are kept too, so
//            that a broken name is not asked for without end).
//   Memory   two generations (core/generation_cache.h). At most `answers_max` answers and
//            answers_max * 512 octets of them, and one.
//   Lifetime an Answer lives as long as it is held.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mxsweep/core/generation_cache.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::dns {

// A TTL of 0 would let every line of a list ask again; zones change no faster than this for mail.
inline constexpr Duration kTtlLeast = std::chrono::seconds{5};
inline constexpr Duration kTtlMost = std::chrono::hours{24};
inline constexpr Duration kNegativeTtlMost = std::chrono::hours{3};
inline constexpr Duration kFailureHolds = std::chrono::seconds{30};

class Cache {
 public:
  explicit Cache(std::size_t answers_max);

  // Null: not known, or no longer.
  [[nodiscard]] std::shared_ptr<const Answer> find(const std::string& question, Instant now);

  // What says nothing about the name (unreachable) is not kept.
  void keep(const std::string& question, std::shared_ptr<const Answer> answer, Instant now);

  [[nodiscard]] std::size_t size() const { return answers_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Answer> answer;
    Instant until = kNever;
  };

  GenerationCache<std::string, Entry> answers_;  // By question.
};

}  // namespace mxsweep::dns
