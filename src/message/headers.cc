// SPDX-License-Identifier: MIT
#include "mxsweep/message/headers.h"

#include <algorithm>

#include "mxsweep/core/tags.h"

namespace mxsweep::message {
namespace {

// RFC 5322 section 3.6.8: printable ASCII but ":".
bool is_field_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
}

void extend(Field& field, std::string_view part, Headers& headers) {
  const std::size_t room = kFieldOctetsMax - std::min(kFieldOctetsMax, field.value.size());
  headers.cut |= part.size() > room;
  field.value += part.substr(0, room);
}

// Whether lines that continue this one are to be kept.
bool begin_field(std::string_view line, Headers& headers) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = trimmed(line.substr(0, colon));  // Blanks before ":" are obsolete.
  if (colon == line.size() || !is_field_name(name)) {
    headers.malformed = true;
    return false;
  }
  if (headers.fields.size() == kFieldsMax || name.size() > kFieldOctetsMax) {
    headers.cut = true;
    return false;
  }
  headers.fields.push_back({.name = std::string(name)});
  extend(headers.fields.back(), line.substr(colon + 1), headers);
  return true;
}

}  // namespace

const Field* Headers::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      fields, [name](const Field& field) { return same_word(field.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

Headers read_headers(std::string_view block) {
  Headers headers;
  std::string_view rest = block.substr(0, kHeaderOctetsMax);
  bool in_field = false;
  bool ended = false;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ended = line.empty();
    if (ended) break;
    if (line.front() != ' ' && line.front() != '\t') {
      in_field = begin_field(line, headers);
    } else if (in_field) {
      extend(headers.fields.back(), line, headers);
    } else {
      headers.malformed |= headers.fields.empty();
    }
  }
  headers.cut |= !ended && block.size() > kHeaderOctetsMax;
  for (Field& field : headers.fields) field.value = std::string(trimmed(field.value));
  return headers;
}

}  // namespace mxsweep::message
