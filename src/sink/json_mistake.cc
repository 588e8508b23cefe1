// SPDX-License-Identifier: MIT
#include "sink/json_mistake.h"

#include <simdjson.h>

#include <algorithm>

namespace mxsweep::sink {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

// The on-demand parser knows its place at every moment, but it sees only what it is asked for. So
// we ask for everything.
error_code visit(ondemand::value value);

error_code visit(ondemand::object object) {
  for (auto member : object) {
    std::string_view key;
    ondemand::value value;
    if (member.error()) return member.error();
    if (const error_code error = member.unescaped_key().get(key)) return error;
    if (const error_code error = member.value().get(value)) return error;
    if (const error_code error = visit(value)) return error;
  }
  return simdjson::SUCCESS;
}

error_code visit(ondemand::array array) {
  for (auto element : array) {
    ondemand::value value;
    if (const error_code error = element.get(value)) return error;
    if (const error_code error = visit(value)) return error;
  }
  return simdjson::SUCCESS;
}

error_code visit(ondemand::value value) {
  ondemand::json_type type{};
  if (const error_code error = value.type().get(type)) return error;
  switch (type) {
    case ondemand::json_type::object: {
      ondemand::object object;
      const error_code error = value.get(object);
      return error ? error : visit(object);
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      const error_code error = value.get(array);
      return error ? error : visit(array);
    }
    case ondemand::json_type::string: {
      std::string_view text;
      return value.get(text);
    }
    case ondemand::json_type::number: {
      double number = 0;
      return value.get(number);
    }
    case ondemand::json_type::boolean: {
      bool boolean = false;
      return value.get(boolean);
    }
    case ondemand::json_type::null: break;
  }
  return simdjson::SUCCESS;
}

}  // namespace

std::size_t line_of_mistake(std::string_view text) {
  const simdjson::padded_string padded(text);
  ondemand::parser parser;
  ondemand::document document;
  if (parser.iterate(padded).get(document)) return 0;
  ondemand::value root;
  error_code error = document.get_value().get(root);
  if (!error) error = visit(root);
  const char* place = nullptr;
  if (!error || document.current_location().get(place)) return 0;
  const char* const first = padded.data();
  return static_cast<std::size_t>(std::count(first, place, '\n')) + 1;
}

}  // namespace mxsweep::sink
