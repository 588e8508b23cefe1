// SPDX-License-Identifier: MIT
#include "dns/cache.h"

#include <memory>
#include <string>

#include "support/catch.h"

namespace mxsweep::dns {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Instant kNow{hours{100}};

std::shared_ptr<const Answer> answer(LookupStatus status, Duration ttl) {
  Answer made;
  made.status = status;
  made.ttl = ttl;
  return std::make_shared<const Answer>(std::move(made));
}

// For how long an answer with this status and TTL is kept, to the second.
Duration kept_for(LookupStatus status, Duration ttl) {
  Cache cache(100);
  cache.keep("q", answer(status, ttl), kNow);
  Duration span{};
  for (Duration step = hours{24}; step >= seconds{1}; step /= 2) {
    while (cache.find("q", kNow + span + step - Duration{1}) != nullptr) span += step;
  }
  return span;
}

bool about(Duration kept, Duration wanted) { return kept <= wanted && wanted - kept < seconds{3}; }

TEST_CASE("an answer is kept for its TTL, within bounds", "[dns][cache]") {
  CHECK(about(kept_for(LookupStatus::found, seconds{300}), seconds{300}));
  CHECK(about(kept_for(LookupStatus::found, seconds{0}), kTtlLeast));
  CHECK(about(kept_for(LookupStatus::found, hours{1000}), kTtlMost));
  CHECK(about(kept_for(LookupStatus::nxdomain, seconds{0}), kTtlLeast));
  CHECK(about(kept_for(LookupStatus::no_data, hours{1000}), kNegativeTtlMost));
  CHECK(about(kept_for(LookupStatus::servfail, hours{1000}), kFailureTtl));
  CHECK(about(kept_for(LookupStatus::timeout, seconds{0}), kFailureTtl));
  CHECK(kept_for(LookupStatus::unreachable, hours{1}) == Duration::zero());
}

TEST_CASE("an answer is kept for no longer than the cache's own limit", "[dns][cache]") {
  Cache cache(100, seconds{10});
  for (const LookupStatus status :
       {LookupStatus::found, LookupStatus::nxdomain, LookupStatus::servfail}) {
    cache.keep("q", answer(status, hours{1}), kNow);
    CHECK(cache.find("q", kNow + seconds{9}) != nullptr);
    CHECK(cache.find("q", kNow + seconds{11}) == nullptr);
  }
}

TEST_CASE("the cache stays within its bound, and keeps the answers that are in use",
          "[dns][cache]") {
  Cache cache(100);
  cache.keep("wanted", answer(LookupStatus::found, hours{1}), kNow);
  for (int i = 0; i < 10000; ++i) {
    cache.keep(std::to_string(i), answer(LookupStatus::found, hours{1}), kNow);
    REQUIRE(cache.size() <= 100);
    REQUIRE(cache.find("wanted", kNow) != nullptr);
  }
  CHECK(cache.find("0", kNow) == nullptr);
  CHECK(cache.find("9999", kNow) != nullptr);
}

TEST_CASE("large answers evict others sooner instead of taking more memory", "[dns][cache]") {
  Cache cache(1000);
  Answer large;
  large.status = LookupStatus::found;
  large.ttl = hours{1};
  large.data.assign(kValuesMax, std::string(200, 'x'));
  const auto shared = std::make_shared<const Answer>(std::move(large));
  for (int i = 0; i < 1000; ++i) cache.keep(std::to_string(i), shared, kNow);
  // 1000 * 512 octets hold fewer than ten of them, and one may go beyond the limit.
  CHECK(cache.size() <= 11);
  CHECK(cache.size() > 1);
}

TEST_CASE("a newer answer replaces an older one", "[dns][cache]") {
  Cache cache(100);
  cache.keep("q", answer(LookupStatus::servfail, {}), kNow);
  cache.keep("q", answer(LookupStatus::found, hours{1}), kNow + seconds{1});
  REQUIRE(cache.find("q", kNow + hours{1}) != nullptr);
  CHECK(cache.find("q", kNow + hours{1})->status == LookupStatus::found);
  CHECK(cache.size() == 1);
}

}  // namespace
}  // namespace mxsweep::dns
