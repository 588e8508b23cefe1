// SPDX-License-Identifier: MIT
#include "mxsweep/core/duration.h"

#include <array>
#include <cstdint>

#include "mxsweep/core/ascii.h"

namespace mxsweep {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
// Longest first.
constexpr std::array kUnits = {Unit{"h", std::chrono::hours{1}}, Unit{"m", std::chrono::minutes{1}},
                               Unit{"s", std::chrono::seconds{1}},
                               Unit{"ms", std::chrono::milliseconds{1}}};
constexpr const Unit& kSecond = kUnits[2];

constexpr std::size_t kDigitsMax = 9;  // Before the point, so that no product overflows.
// After the point: a millionth of an hour is 3.6 ms; further digits are ignored.
constexpr std::int64_t kPartsMax = 1'000'000;

struct Decimal {
  std::int64_t whole = 0;
  std::int64_t part = 0;   // Of `parts`.
  std::int64_t parts = 1;  // A power of ten.
};

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal number;
  const std::string_view whole = take_digits(text);
  if (whole.empty() || whole.size() > kDigitsMax) return std::nullopt;
  for (const char digit : whole) number.whole = number.whole * 10 + (digit - '0');
  if (!text.starts_with('.')) return number;
  text.remove_prefix(1);
  const std::string_view part = take_digits(text);
  if (part.empty()) return std::nullopt;
  for (const char digit : part) {
    if (number.parts == kPartsMax) break;
    number.part = number.part * 10 + (digit - '0');
    number.parts *= 10;
  }
  return number;
}

// Nothing if the product is too long.
std::optional<Duration> times(const Decimal& number, Duration unit) {
  if (number.whole > kDurationMax / unit) return std::nullopt;
  return number.whole * unit + number.part * unit / number.parts;
}

const Unit* take_unit(std::string_view& text, const Unit* from) {
  const std::string_view name = text.substr(0, text.find_first_of("0123456789."));
  for (const Unit* unit = from; unit != kUnits.data() + kUnits.size(); ++unit) {
    if (name != unit->name) continue;
    text.remove_prefix(name.size());
    return unit;
  }
  return nullptr;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text, Duration least) {
  Duration sum{};
  const Unit* from = kUnits.data();
  do {
    const std::optional<Decimal> number = take_decimal(text);
    if (!number) return std::nullopt;
    const bool bare = text.empty() && from == kUnits.data();
    const Unit* const unit = bare ? &kSecond : take_unit(text, from);
    if (unit == nullptr) return std::nullopt;
    const std::optional<Duration> length = times(*number, unit->length);
    if (!length) return std::nullopt;
    sum += *length;
    from = unit + 1;
  } while (!text.empty());
  if (sum < least || sum > kDurationMax) return std::nullopt;
  return sum;
}

std::string write_duration(Duration duration) {
  constexpr Duration kMillisecond = std::chrono::milliseconds{1};
  if (duration % std::chrono::seconds{1} == Duration::zero()) {
    return std::to_string(duration / std::chrono::seconds{1}) + "s";
  }
  std::string text = std::to_string(duration / kMillisecond);
  const std::int64_t microseconds = duration % kMillisecond / std::chrono::microseconds{1};
  if (microseconds != 0) {
    std::string digits = std::to_string(1000 + microseconds).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  return text + "ms";
}

}  // namespace mxsweep
