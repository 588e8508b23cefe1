// SPDX-License-Identifier: MIT
#include "targets/json_line.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace mxsweep::targets {
namespace {

namespace ondemand = simdjson::ondemand;

enum Key : std::size_t { kTarget, kPort, kTls, kName, kMeta, kKeyCount };
constexpr std::array<std::string_view, kKeyCount> kKeys = {"target", "port", "tls", "name", "meta"};

// The value of each key: of a string the decoded text, of port and meta the JSON itself.
using Members = std::array<std::optional<std::string_view>, kKeyCount>;

bool skip(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool skip_digits(std::string_view& text) {
  const std::size_t before = text.size();
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
  return text.size() != before;
}

// By grammar, not by value: a number too large for a machine word is still a JSON number.
bool is_number(std::string_view text) {
  skip(text, '-');
  if (!skip(text, '0') && !skip_digits(text)) return false;
  if (skip(text, '.') && !skip_digits(text)) return false;
  if (skip(text, 'e') || skip(text, 'E')) {
    if (!skip(text, '+')) skip(text, '-');
    if (!skip_digits(text)) return false;
  }
  return text.empty();
}

bool is_scalar(std::string_view text) {
  return text == "true" || text == "false" || text == "null" || is_number(text);
}

std::string_view without_blanks_behind(std::string_view json) {
  return json.substr(0, json.find_last_not_of(" \t\r\n") + 1);
}

// The parser checks only what it is asked for, hence the walk through every value.
bool is_well_formed(ondemand::value value, unsigned depth = 0) {
  if (depth > kJsonDepthMax) return false;
  const std::string_view token = value.raw_json_token();
  switch (token.front()) {
    case '"': {
      std::string_view decoded;
      return value.get_string().get(decoded) == simdjson::SUCCESS;
    }
    case '[': {
      ondemand::array array;
      if (value.get_array().get(array) != simdjson::SUCCESS) return false;
      for (simdjson::simdjson_result<ondemand::value> element : array) {
        ondemand::value inner;
        if (std::move(element).get(inner) != simdjson::SUCCESS) return false;
        if (!is_well_formed(inner, depth + 1)) return false;
      }
      return true;
    }
    case '{': {
      ondemand::object object;
      if (value.get_object().get(object) != simdjson::SUCCESS) return false;
      for (simdjson::simdjson_result<ondemand::field> member : object) {
        ondemand::field field;
        std::string_view key;
        if (std::move(member).get(field) != simdjson::SUCCESS) return false;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
        if (!is_well_formed(field.value(), depth + 1)) return false;
      }
      return true;
    }
    default: return is_scalar(without_blanks_behind(token));
  }
}

// The octets of a well-formed value, as they stand in the line.
std::optional<std::string_view> raw_value(ondemand::document& document, ondemand::value value) {
  const std::string_view token = value.raw_json_token();
  if (!is_well_formed(value)) return std::nullopt;
  if (token.front() != '[' && token.front() != '{') return without_blanks_behind(token);
  const char* behind = nullptr;
  if (document.current_location().get(behind) != simdjson::SUCCESS) return std::nullopt;
  return without_blanks_behind({token.data(), static_cast<std::size_t>(behind - token.data())});
}

Cause read_member(ondemand::document& document, ondemand::field& field, Members& members) {
  std::string_view key;
  if (field.unescaped_key().get(key) != simdjson::SUCCESS) return Cause::input_json;
  const auto known = static_cast<std::size_t>(std::ranges::find(kKeys, key) - kKeys.begin());
  if (known == kKeyCount) {
    return is_well_formed(field.value()) ? Cause::input_unknown_key : Cause::input_json;
  }
  if (members[known]) return Cause::input_json;  // Said twice: which one was meant?
  if (known == kPort || known == kMeta) {
    members[known] = raw_value(document, field.value());
    return members[known] ? Cause::none : Cause::input_json;
  }
  std::string_view text;
  if (field.value().get_string().get(text) != simdjson::SUCCESS) return Cause::input_json;
  members[known] = text;
  return Cause::none;
}

Cause read_members(ondemand::document& document, Members& members) {
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return Cause::input_json;
  Cause first = Cause::none;
  for (simdjson::simdjson_result<ondemand::field> member : object) {
    ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return Cause::input_json;
    const Cause cause = read_member(document, field, members);
    if (cause == Cause::input_json) return cause;
    if (first == Cause::none) first = cause;
  }
  // Anything but the end here is something behind the object.
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? first : Cause::input_json;
}

Cause apply_port(std::string_view json, Line& line) {
  std::string_view rest = json;
  skip(rest, '-');
  if (!skip_digits(rest) || !rest.empty()) return Cause::input_json;  // Not an integer.
  const std::uint16_t port = read_port(json);
  if (port == 0 || (line.port != 0 && line.port != port)) return Cause::input_port;
  line.port = port;
  return Cause::none;
}

Cause apply_tls(std::string_view word, Line& line) {
  if (word == "auto") {
    line.tls = TlsMode::automatic;
  } else if (word == "starttls") {
    line.tls = TlsMode::starttls;
  } else if (word == "implicit") {
    line.tls = TlsMode::implicit;
  } else if (word == "off") {
    line.tls = TlsMode::off;
  } else {
    return Cause::input_json;
  }
  return Cause::none;
}

Cause apply_name(std::string_view name, Line& line) {
  if (!line.name.empty() && line.name != name) return Cause::input_json;
  if (!is_host_name(name)) return Cause::input_syntax;
  line.name = name;
  return Cause::none;
}

Cause apply_meta(std::string_view json, Line& line) {
  // JSON takes a bare CR for a blank, but many readers of lines take it for a line's end: passed
  // through, it would tear our record in two.
  if (json.find('\r') != std::string_view::npos) return Cause::input_json;
  line.meta = json;
  return Cause::none;
}

}  // namespace

Cause JsonLine::read(std::string_view json, Line& line) {
  padded_.assign(json).append(simdjson::SIMDJSON_PADDING, ' ');
  const simdjson::padded_string_view padded(padded_.data(), json.size(), padded_.size());
  ondemand::document document;
  if (parser_.iterate(padded).get(document) != simdjson::SUCCESS) return Cause::input_json;
  Members members;
  Cause cause = read_members(document, members);
  if (cause != Cause::none) return cause;
  if (!members[kTarget]) return Cause::input_json;

  cause = read_text(*members[kTarget], line);
  if (cause == Cause::none && members[kPort]) cause = apply_port(*members[kPort], line);
  if (cause == Cause::none && members[kTls]) cause = apply_tls(*members[kTls], line);
  if (cause == Cause::none && members[kName]) cause = apply_name(*members[kName], line);
  if (cause == Cause::none && members[kMeta]) cause = apply_meta(*members[kMeta], line);
  return cause;
}

}  // namespace mxsweep::targets
