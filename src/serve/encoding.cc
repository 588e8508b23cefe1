// SPDX-License-Identifier: MIT
#include "mxsweep/serve/encoding.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/tls/sha256.h"
#include "serve/checks.h"

namespace mxsweep::serve {
namespace {

constexpr int kLevel = 3;             // Most of what can be saved, at a third of the usual cost.
constexpr int kGzipWindow = 15 + 16;  // 32 KiB, in gzip's format.
constexpr int kMemoryLevel = 8;
constexpr std::size_t kTagDigits = 32;
constexpr int kWhole = 1000;  // A weight of 1.

constexpr std::array<std::string_view, 5> kTexts{"text/", "application/json",
                                                 "application/atom+xml",
                                                 "application/openmetrics-text", "image/svg+xml"};

const std::string* header(const Answer& answer, std::string_view name) {
  const auto found = std::ranges::find_if(
      answer.headers, [name](const auto& each) { return same_word(each.first, name); });
  return found == answer.headers.end() ? nullptr : &found->second;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// "0.5" in thousandths; what is malformed has no weight.
int read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  int weight = text[0] == '1' ? kWhole : 0;
  int unit = kWhole / 10;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(c)) return 0;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight <= kWhole ? weight : 0;
}

// Of "gzip;q=0.5", without its name.
int weight_of(std::string_view parameters) {
  int weight = kWhole;
  while (!parameters.empty()) {
    std::string_view value = next_part(parameters, ';');
    const std::string_view name = next_part(value, '=');
    if (same_word(name, "q")) weight = read_weight(trimmed(value));
  }
  return weight;
}

bool is_text(const Answer& answer) {
  return std::ranges::any_of(
      kTexts, [&answer](std::string_view type) { return answer.content_type.starts_with(type); });
}

bool is_compressible(const Answer& answer) {
  return !answer.more && is_text(answer) && answer.body.size() >= kCompressedOctetsMin;
}

void add_vary(Answer& answer) {
  if (header(answer, "Vary") == nullptr) answer.headers.emplace_back("Vary", "Accept-Encoding");
}

// Nothing: there is no memory for it.
std::optional<std::string> gzip(const std::string& text) {
  z_stream stream{};
  if (::deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return std::nullopt;
  }
  std::string out(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = ::deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return done ? std::optional(std::move(out)) : std::nullopt;
}

// Weakly: the tag of an encoding is that of the text.
bool has_tag(std::string_view if_none_match, std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  while (!if_none_match.empty()) {
    std::string_view each = next_part(if_none_match, ',');
    if (each == "*") return true;
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == tag) return true;
  }
  return false;
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  std::optional<int> gzip_weight;
  int any = 0;
  int identity = 0;
  while (!accept_encoding.empty()) {
    std::string_view coding = next_part(accept_encoding, ',');
    const std::string_view name = next_part(coding, ';');
    const int weight = weight_of(coding);
    if (same_word(name, "gzip") || same_word(name, "x-gzip")) gzip_weight = weight;
    if (name == "*") any = weight;
    if (same_word(name, "identity")) identity = weight;
  }
  const int weight = gzip_weight.value_or(any);
  return weight > 0 && weight >= identity;
}

Answer compressed(Answer answer) {
  if (!is_compressible(answer) || header(answer, "Content-Encoding") != nullptr) return answer;
  std::optional<std::string> body = gzip(answer.body);
  if (!body) return answer;
  answer.body = *std::move(body);
  answer.headers.emplace_back("Content-Encoding", "gzip");
  add_vary(answer);
  return answer;
}

void add_tag(Answer& answer) {
  tls::Sha256 hash;
  hash.add(answer.body);
  answer.headers.emplace_back(
      "ETag", "W/\"" + tls::to_hexadecimal(hash.finish()).substr(0, kTagDigits) + '"');
}

Answer fitted(Answer answer, bool gzip, std::string_view if_none_match) {
  if (is_compressible(answer)) add_vary(answer);
  const std::string* const tag = header(answer, "ETag");
  if (tag != nullptr && answer.status == 200 && has_tag(if_none_match, *tag)) {
    answer.status = 304;
    answer.content_type.clear();
    answer.body.clear();
    std::erase_if(answer.headers,
                  [](const auto& each) { return same_word(each.first, "Content-Encoding"); });
    return answer;
  }
  return gzip ? compressed(std::move(answer)) : answer;
}

}  // namespace mxsweep::serve
