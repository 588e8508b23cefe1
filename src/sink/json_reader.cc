// SPDX-License-Identifier: MIT
#include "sink/json_reader.h"

namespace mxsweep::sink {

bool JsonReader::fail(const std::string& where, const std::string& why) {
  error = where + ": " + why;
  return false;
}

bool JsonReader::object_of(const Element& from, const std::string& where,
                           simdjson::dom::object& to) {
  return from.get(to) == simdjson::SUCCESS || fail(where, "must be an object");
}

bool JsonReader::array_of(const Element& from, const std::string& where, simdjson::dom::array& to) {
  return from.get(to) == simdjson::SUCCESS || fail(where, "must be an array");
}

bool JsonReader::text_of(const Element& from, const std::string& where, std::string_view& to) {
  return from.get(to) == simdjson::SUCCESS || fail(where, "must be a string");
}

bool JsonReader::truth_of(const Element& from, const std::string& where, std::optional<bool>& to) {
  return from.get(to.emplace()) == simdjson::SUCCESS || fail(where, "must be true or false");
}

bool JsonReader::number_of(const Element& from, const std::string& where, std::uint64_t least,
                           std::uint64_t most, std::uint64_t& to) {
  if (from.get(to) == simdjson::SUCCESS && to >= least && to <= most) return true;
  return fail(where, "must be a whole number from " + std::to_string(least) + " to " +
                         std::to_string(most));
}

}  // namespace mxsweep::sink
