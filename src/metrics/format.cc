// SPDX-License-Identifier: MIT
// Chooses between the formats by the header Accept (RFC 9110 section 12.5.1).
#include <algorithm>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/metrics/exposition.h"

namespace mxsweep::metrics {
namespace {

constexpr int kWholeQuality = 1000;

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

// Takes what stands before the next separator off `text`.
std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = without_spaces(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool is_word(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, {}, lower);
}

// "0.75" is 750. Nothing: it is no quality.
std::optional<int> quality_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int quality = (text[0] - '0') * kWholeQuality;
  int weight = kWholeQuality / 10;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(digit)) return std::nullopt;
    quality += (digit - '0') * weight;
    weight /= 10;
  }
  return quality <= kWholeQuality ? std::optional(quality) : std::nullopt;
}

struct Range {
  std::string_view media;
  std::string_view version;
  int quality = kWholeQuality;
};

Range range_of(std::string_view element) {
  Range range{.media = next_part(element, ';'), .version = {}};
  while (!element.empty()) {
    std::string_view value = next_part(element, ';');
    const std::string_view name = next_part(value, '=');
    if (is_word(name, "version")) {
      range.version = value.starts_with('"') && value.ends_with('"') && value.size() > 1
                          ? value.substr(1, value.size() - 2)
                          : value;
    } else if (is_word(name, "q")) {
      range.quality = quality_of(value).value_or(0);
    }
  }
  return range;
}

}  // namespace

Format format_for(std::string_view accept) {
  int openmetrics = 0;
  std::optional<int> text;  // Asked for by name.
  int any = 0;              // By "*/*" or "text/*".
  while (!accept.empty()) {
    const Range range = range_of(next_part(accept, ','));
    if (is_word(range.media, "application/openmetrics-text")) {
      const bool ours = range.version.empty() || range.version == "1.0.0";
      if (ours) openmetrics = std::max(openmetrics, range.quality);
    } else if (is_word(range.media, "text/plain")) {
      const bool ours = range.version.empty() || range.version == "0.0.4";
      if (ours) text = std::max(text.value_or(0), range.quality);
    } else if (is_word(range.media, "*/*") || is_word(range.media, "text/*")) {
      any = std::max(any, range.quality);
    }
  }
  // What is asked for by name is meant; among equals, the format that all tools read.
  const bool better = text ? openmetrics > *text : openmetrics >= any;
  return openmetrics > 0 && better ? Format::openmetrics : Format::prometheus;
}

std::string_view content_type(Format format) {
  return format == Format::openmetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace mxsweep::metrics
