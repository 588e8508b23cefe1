// SPDX-License-Identifier: MIT
// Reads a persona's JSON by recursive descent. Every function returns whether it succeeded; if not,
// JsonReader::error has the place in the JSON and the reason.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/sink/persona.h"
#include "mxsweep/sink/script.h"

namespace mxsweep::sink {

template <typename Value, std::size_t N>
std::optional<Value> look_up(const std::pair<std::string_view, Value> (&table)[N],
                             std::string_view word) {
  for (const auto& [name, value] : table) {
    if (name == word) return value;
  }
  return std::nullopt;
}

// The enumerator whose to_string() is `word`.
template <typename Enum>
std::optional<Enum> word_to(std::string_view word, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

struct JsonReader {
  using Element = simdjson::dom::element;

  std::string error;

  bool fail(const std::string& where, const std::string& why);
  bool object_of(const Element& from, const std::string& where, simdjson::dom::object& to);
  bool array_of(const Element& from, const std::string& where, simdjson::dom::array& to);
  bool text_of(const Element& from, const std::string& where, std::string_view& to);
  bool truth_of(const Element& from, const std::string& where, std::optional<bool>& to);
  bool number_of(const Element& from, const std::string& where, std::uint64_t least,
                 std::uint64_t most, std::uint64_t& to);
};

// `trigger`: some actions are allowed in one script only.
bool read_script(JsonReader& json, const simdjson::dom::element& value, const std::string& where,
                 Trigger trigger, Script& script);
bool read_expect(JsonReader& json, const simdjson::dom::element& value, const std::string& where,
                 Expected& expect);
bool read_tls_behaviour(JsonReader& json, const simdjson::dom::element& value,
                        const std::string& where, TlsBehaviour& behaviour);

}  // namespace mxsweep::sink
