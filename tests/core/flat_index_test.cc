// SPDX-License-Identifier: MIT
#include "mxsweep/core/flat_index.h"

#include <cstdint>
#include <map>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep {
namespace {

// Keys by number, with a hash that has only `buckets` different values.
class Keys {
 public:
  explicit Keys(std::size_t buckets) : buckets_(buckets) {}

  std::uint32_t find(std::uint64_t key) const {
    return index_.find(hash(key), [&](std::uint32_t number) { return keys_[number] == key; });
  }
  void insert(std::uint64_t key) {
    index_.insert(hash(key), static_cast<std::uint32_t>(keys_.size()));
    keys_.push_back(key);
  }
  void erase(std::uint64_t key) { index_.erase(hash(key), find(key)); }
  [[nodiscard]] const FlatIndex& index() const { return index_; }

 private:
  [[nodiscard]] std::size_t hash(std::uint64_t key) const {
    return key * 0x9e3779b97f4a7c15 % buckets_;
  }

  std::size_t buckets_;
  FlatIndex index_;
  std::vector<std::uint64_t> keys_;
};

TEST_CASE("an empty index finds nothing", "[core][index]") {
  const Keys keys(1'000'000);
  CHECK(keys.find(0) == FlatIndex::kNone);
  CHECK(keys.index().octets_held() == 0);
}

TEST_CASE("an index agrees with a map through random inserts and erases, even with a bad hash",
          "[core][index]") {
  for (const std::size_t buckets : {std::size_t{1}, std::size_t{13}, std::size_t{1} << 40}) {
    Random random(buckets);
    Keys keys(buckets);
    std::map<std::uint64_t, bool> there;
    const std::uint32_t different = buckets == 1 ? 40 : 400;
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t key = random.below(different);
      REQUIRE((keys.find(key) != FlatIndex::kNone) == there[key]);
      if (random.below(2) == 0) continue;
      if (there[key]) {
        keys.erase(key);
      } else {
        keys.insert(key);
      }
      there[key] = !there[key];
    }
    std::size_t count = 0;
    for (const auto& [key, is_there] : there) {
      REQUIRE((keys.find(key) != FlatIndex::kNone) == is_there);
      count += is_there ? 1 : 0;
    }
    CHECK(keys.index().size() == count);
  }
}

TEST_CASE("an index takes at most 32 octets for each value", "[core][index]") {
  Keys keys(std::size_t{1} << 40);
  for (std::uint64_t key = 0; key < 10'000; ++key) {
    keys.insert(key);
    if (key >= 16) REQUIRE(keys.index().octets_held() <= 32 * (key + 1));
  }
}

}  // namespace
}  // namespace mxsweep
