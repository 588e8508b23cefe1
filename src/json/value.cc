// SPDX-License-Identifier: MIT
#include "mxsweep/json/value.h"

#include <algorithm>
#include <new>
#include <utility>

namespace mxsweep::json {
namespace {

namespace ondemand = simdjson::ondemand;

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

// By its grammar, not by its value: a number that exceeds a machine word is still a JSON number.
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

// The on-demand parser validates only values that are accessed, hence this walk through all.
bool is_well_formed(ondemand::value value, unsigned depth = 0) {
  if (depth > kDepthMax) return false;
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

}  // namespace

std::optional<std::string_view> raw_value(ondemand::document& document, ondemand::value value) {
  const std::string_view token = value.raw_json_token();
  if (!is_well_formed(value)) return std::nullopt;
  if (token.front() != '[' && token.front() != '{') return without_blanks_behind(token);
  const char* behind = nullptr;
  if (document.current_location().get(behind) != simdjson::SUCCESS) return std::nullopt;
  return without_blanks_behind({token.data(), static_cast<std::size_t>(behind - token.data())});
}

bool is_integer(std::string_view json) {
  skip(json, '-');
  return skip_digits(json) && json.empty();
}

std::size_t line_of_error(std::string_view text) {
  const simdjson::padded_string padded(text);
  ondemand::parser parser;
  ondemand::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return 0;
  ondemand::value root;
  if (document.get_value().get(root) == simdjson::SUCCESS && is_well_formed(root)) return 0;
  const char* place = nullptr;
  if (document.current_location().get(place) != simdjson::SUCCESS) return 0;
  return static_cast<std::size_t>(
             std::count(static_cast<const char*>(padded.data()), place, '\n')) +
         1;
}

std::string mistake_in(std::string_view text, simdjson::dom::parser& parser,
                       simdjson::dom::element& root) {
  const simdjson::error_code code = parser.parse(text.data(), text.size()).get(root);
  if (code == simdjson::SUCCESS) return {};
  if (code == simdjson::MEMALLOC) throw std::bad_alloc();
  const std::size_t line = line_of_error(text);
  return "not JSON" + (line == 0 ? std::string() : ", line " + std::to_string(line)) + ": " +
         simdjson::error_message(code);
}

}  // namespace mxsweep::json
