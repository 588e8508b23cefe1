// SPDX-License-Identifier: MIT
// Knows a product by the keywords of its reply to EHLO, and by their order.
//
//   Shape    An order lists all keywords that the product can send. A reply fits if it has all the
//            required ones, none that is not listed, and all of them in that order. With an empty
//            order, which has only required keywords, others may be there in any order.
//   Source   smtp/capabilities.h for what a keyword is.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/software.h"

namespace mxsweep::software {

// The words of all orders together, each with a bit of a mask.
inline constexpr std::size_t kKeywordsMax = 64;

class OrderIndex {
 public:
  // `keywords` and `required` are words with blanks between them; the order of the calls is that of
  // precedence. Returns why they cannot be used; empty: they can.
  [[nodiscard]] std::string add(std::string_view keywords, std::string_view required,
                                std::size_t sign, Confidence confidence);
  void build();  // Requires: no more are added.
  [[nodiscard]] bool empty() const { return orders_.empty(); }
  // The number of the sign that fits; kNoSign: none.
  static constexpr std::size_t kNoSign = static_cast<std::size_t>(-1);
  [[nodiscard]] std::size_t find(std::string_view ehlo_reply) const;

 private:
  using Mask = std::uint64_t;
  struct Order {
    Mask listed = 0;  // 0: any keywords, in any order.
    Mask required = 0;
    std::array<std::uint8_t, kKeywordsMax> place{};
    std::size_t sign = 0;
    Confidence confidence = Confidence::certain;
  };
  static constexpr std::size_t kUnknown = kKeywordsMax;
  static constexpr std::size_t kBuckets = 256;

  [[nodiscard]] static std::size_t bucket_of(std::string_view keyword);
  [[nodiscard]] std::size_t number_of(std::string_view keyword) const;
  [[nodiscard]] std::string read(std::string_view words, std::vector<std::size_t>& numbers);

  std::vector<Order> orders_;
  std::vector<std::string> keywords_;
  std::array<std::vector<std::uint8_t>, kBuckets> buckets_;
};

}  // namespace mxsweep::software
