// SPDX-License-Identifier: MIT
#include "mxsweep/files/rotation.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "mxsweep/core/duration.h"

namespace mxsweep::files {
namespace {

constexpr std::size_t kDigits = 6;
constexpr std::uint64_t kOctetsMost = std::uint64_t{1} << 62;

constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
    {"KB", 1000},
    {"MB", 1000 * 1000},
    {"GB", 1000 * 1000 * 1000},
    {"TB", std::uint64_t{1000} * 1000 * 1000 * 1000},
    {"KiB", 1 << 10},
    {"MiB", 1 << 20},
    {"GiB", 1 << 30},
    {"TiB", std::uint64_t{1} << 40},
};

std::optional<std::uint64_t> read_octets(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [word, octets] : kUnits) {
    if (unit != word) continue;
    if (count > kOctetsMost / octets || count * octets < kRotationOctetsMin) return std::nullopt;
    return count * octets;
  }
  return std::nullopt;
}

// A name in the parts before and after the number.
struct Split {
  std::string before;
  std::string after;
};

Split split(const std::string& path) {
  const std::size_t name = path.rfind('/') + 1;  // 0 if there is no folder.
  std::size_t end = path.size();
  if (path.ends_with(".zst")) end -= std::string_view(".zst").size();
  const std::size_t dot = end == 0 ? std::string::npos : path.rfind('.', end - 1);
  if (dot != std::string::npos && dot > name) end = dot;
  return {path.substr(0, end) + "-", path.substr(end)};
}

bool is_number(std::string_view text) {
  return text.size() >= kDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Rotation> read_rotation(std::string_view text) {
  if (const auto octets = read_octets(text)) return Rotation{.octets = *octets};
  if (const auto age = parse_duration(text, kRotationAgeMin)) return Rotation{.age = *age};
  return std::nullopt;
}

std::string numbered(const std::string& path, std::uint64_t number) {
  const Split parts = split(path);
  std::string digits = std::to_string(number);
  if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
  return parts.before + digits + parts.after;
}

std::string find_numbered(const std::string& path) {
  const auto [before, after] = split(path);
  const std::size_t name = before.rfind('/') + 1;
  const std::string folder = name == 0 ? "." : before.substr(0, name);
  const std::string_view stem = std::string_view(before).substr(name);
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string found = entry->path().filename().string();
    if (found.size() <= stem.size() + after.size()) continue;
    if (!found.starts_with(stem) || !found.ends_with(after)) continue;
    const std::size_t digits = found.size() - stem.size() - after.size();
    if (is_number(std::string_view(found).substr(stem.size(), digits))) {
      return before.substr(0, name) + found;
    }
  }
  return {};
}

}  // namespace mxsweep::files
