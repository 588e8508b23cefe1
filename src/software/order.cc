// SPDX-License-Identifier: MIT
#include "software/order.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/smtp/capabilities.h"

namespace mxsweep::software {
namespace {

constexpr std::size_t kKeywordsOfReplyMax = 40;

}  // namespace

std::size_t OrderIndex::bucket_of(std::string_view keyword) {
  const auto first = static_cast<unsigned char>(upper(keyword.front()));
  const auto last = static_cast<unsigned char>(upper(keyword.back()));
  return (first * 31U + last * 7U + keyword.size()) % kBuckets;
}

std::size_t OrderIndex::number_of(std::string_view keyword) const {
  if (keyword.empty()) return kUnknown;
  for (const std::uint8_t number : buckets_[bucket_of(keyword)]) {
    if (smtp::same_keyword(keywords_[number], keyword)) return number;
  }
  return kUnknown;
}

std::string OrderIndex::read(std::string_view words, std::vector<std::size_t>& numbers) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    if (word.empty()) continue;
    std::size_t number = number_of(word);
    if (number == kUnknown) {
      if (keywords_.size() == kKeywordsMax) return "a table has at most 64 different keywords";
      number = keywords_.size();
      buckets_[bucket_of(word)].push_back(static_cast<std::uint8_t>(number));
      keywords_.emplace_back(word);
    }
    if (std::find(numbers.begin(), numbers.end(), number) != numbers.end()) {
      return "has " + std::string(word) + " twice";
    }
    numbers.push_back(number);
  }
  return {};
}

std::string OrderIndex::add(std::string_view keywords, std::string_view required, std::size_t sign,
                            Confidence confidence) {
  std::vector<std::size_t> listed;
  std::vector<std::size_t> must;
  std::string why = read(keywords, listed);
  if (why.empty()) why = read(required, must);
  if (!why.empty()) return why;
  if (must.empty()) return "needs \"has\": the keywords that every reply of the product has";
  Order order{.sign = sign, .confidence = confidence};
  for (std::size_t i = 0; i < listed.size(); ++i) {
    order.listed |= Mask{1} << listed[i];
    order.place[listed[i]] = static_cast<std::uint8_t>(i);
  }
  for (const std::size_t number : must) order.required |= Mask{1} << number;
  if (order.listed != 0 && (order.required & ~order.listed) != 0) {
    return "has a keyword in \"has\" that is not in \"order\"";
  }
  orders_.push_back(order);
  return {};
}

void OrderIndex::build() {
  std::stable_sort(orders_.begin(), orders_.end(),
                   [](const Order& a, const Order& b) { return a.confidence < b.confidence; });
}

std::size_t OrderIndex::find(std::string_view ehlo_reply) const {
  std::array<std::uint8_t, kKeywordsOfReplyMax> sent{};
  std::size_t count = 0;
  Mask known = 0;
  bool unknown = false;
  smtp::Capabilities capabilities(ehlo_reply);
  for (smtp::Capability next; capabilities.next(next);) {
    const std::size_t number = number_of(next.keyword);
    if (number == kUnknown) {
      unknown = true;
      continue;
    }
    if (count == sent.size()) return kNoSign;
    sent[count++] = static_cast<std::uint8_t>(number);
    known |= Mask{1} << number;
  }
  for (const Order& order : orders_) {
    if ((order.required & ~known) != 0) continue;
    if (order.listed == 0) return order.sign;
    if (unknown || (known & ~order.listed) != 0) continue;
    const std::uint8_t* const begin = sent.data();
    const bool sorted = std::is_sorted(begin, begin + count, [&](std::uint8_t a, std::uint8_t b) {
      return order.place[a] < order.place[b];
    });
    if (sorted) return order.sign;
  }
  return kNoSign;
}

}  // namespace mxsweep::software
