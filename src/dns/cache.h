// SPDX-License-Identifier: MIT
// A cache of answers by question, for their TTL. Pure.
//
//   Source   RFC 2308 section 5 (negative answers), RFC 9520 (failures are cached too, so that a
//            broken name is not queried again and again).
//   Memory   two generations (core/generation_cache.h): at most `answers_max` answers, of at most
//            answers_max * 512 octets in all plus one answer.
//   Lifetime an Answer is shared and may outlive the cache.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "mxsweep/core/generation_cache.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::dns {

// With a TTL of 0 every line of a list would query again; mail does not depend on faster changes.
inline constexpr Duration kTtlLeast = std::chrono::seconds{5};
inline constexpr Duration kTtlMost = std::chrono::hours{24};
inline constexpr Duration kNegativeTtlMost = std::chrono::hours{3};
inline constexpr Duration kFailureTtl = std::chrono::seconds{30};

class Cache {
 public:
  // No answer is kept for longer than `ttl_most`.
  explicit Cache(std::size_t answers_max, Duration ttl_most = kTtlMost);

  // Null: not cached, or expired.
  [[nodiscard]] std::shared_ptr<const Answer> find(const std::string& question, Instant now);

  // An `unreachable` answer is not kept: it is not about the name.
  void keep(const std::string& question, std::shared_ptr<const Answer> answer, Instant now);

  [[nodiscard]] std::size_t size() const { return answers_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Answer> answer;
    Instant until = kNever;
  };

  Duration ttl_most_;
  GenerationCache<std::string, Entry> answers_;  // By question.
};

}  // namespace mxsweep::dns
