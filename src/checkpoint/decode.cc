// SPDX-License-Identifier: MIT
#include <simdjson.h>

#include <charconv>
#include <string>
#include <utility>

#include "mxsweep/checkpoint/checkpoint.h"

namespace mxsweep::checkpoint {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::uint64_t kCountMax = std::uint64_t{1} << 62;

// Each returns false if there is no such value, or it is not of that kind.
bool read(element value, std::string& text) {
  std::string_view view;
  if (value.get_string().get(view) == simdjson::SUCCESS) {
    text = view;
    return true;
  }
  array octets;
  if (value.get_array().get(octets) != simdjson::SUCCESS) return false;
  text.clear();
  for (const element each : octets) {
    std::uint64_t octet = 0;
    if (each.get_uint64().get(octet) != simdjson::SUCCESS || octet > 0xff) return false;
    text += static_cast<char>(octet);
  }
  return true;
}
bool read(element value, std::uint64_t& number) {
  return value.get_uint64().get(number) == simdjson::SUCCESS;
}
bool read(element value, bool& flag) { return value.get_bool().get(flag) == simdjson::SUCCESS; }
bool read(element value, double& number) {
  return value.get_double().get(number) == simdjson::SUCCESS && number >= 0;
}
bool read(element value, DoneSet& done);
bool read(element value, std::map<std::uint64_t, Parts>& partial);
bool read(element value, ListIdentity& list);
bool read(element value, FilePosition& file);
bool read(element value, Part& part);

template <typename Value>
bool read(element value, std::vector<Value>& values) {
  array elements;
  if (value.get_array().get(elements) != simdjson::SUCCESS) return false;
  for (const element each : elements) {
    if (!read(each, values.emplace_back())) return false;
  }
  return true;
}

template <typename Value>
bool read(element parent, const char* key, Value& value) {
  element found;
  return parent.at_key(key).get(found) == simdjson::SUCCESS && read(found, value);
}

bool read(element value, ListIdentity& list) {
  return read(value, "path", list.path) && read(value, "octets", list.octets) &&
         read(value, "sha256", list.sha256);
}

bool read(element value, FilePosition& file) {
  return read(value, "path", file.path) && read(value, "octets", file.octets) &&
         read(value, "records", file.records) && read(value, "number", file.number) &&
         read(value, "renaming", file.renaming) && file.octets < kCountMax && file.number > 0 &&
         file.number < kCountMax;
}

bool read(element value, DoneSet& done) {
  std::uint64_t below = 0;
  std::vector<std::uint64_t> then;
  if (!read(value, "below", below) || !read(value, "then", then)) return false;
  if (below > kNumberMax || then.size() % 2 != 0) return false;
  done.add_range(0, below);
  std::uint64_t at = below;
  for (std::size_t i = 0; i < then.size(); i += 2) {
    const std::uint64_t gap = then[i];
    const std::uint64_t run = then[i + 1];
    if (gap == 0 || run == 0 || gap > kSpanMax || run > kSpanMax) return false;
    if (at + gap + run - below > kSpanMax) return false;
    done.add_range(at + gap, at + gap + run);
    at += gap + run;
  }
  return true;
}

bool read(element value, Part& part) {
  array words;
  if (value.get_array().get(words) != simdjson::SUCCESS) return false;
  std::size_t place = 0;
  for (const element word : words) {
    std::string text;
    if (place > 1 || !read(word, text)) return false;
    if (place++ == 1) {
      part.note = std::move(text);
      continue;
    }
    const char* const end = text.data() + text.size();
    const auto [reached, error] = std::from_chars(text.data(), end, part.identity, 16);
    if (error != std::errc{} || reached != end) return false;
  }
  return place > 0;
}

bool read(element value, std::map<std::uint64_t, Parts>& partial) {
  array numbers;
  if (value.get_array().get(numbers) != simdjson::SUCCESS) return false;
  for (const element each : numbers) {
    std::uint64_t number = 0;
    Parts parts;
    if (!read(each, "number", number) || !read(each, "parts", parts.recorded)) return false;
    if (parts.recorded.empty() || !partial.try_emplace(number, std::move(parts)).second) {
      return false;
    }
  }
  return true;
}

bool read(element value, Checkpoint& checkpoint) {
  Ledger& ledger = checkpoint.ledger;
  if (!read(value, "program", checkpoint.program) ||
      !read(value, "finished", checkpoint.finished) || !read(value, "runs", checkpoint.runs) ||
      !read(value, "seconds", checkpoint.seconds) || !read(value, "command", checkpoint.command) ||
      !read(value, "folder", checkpoint.folder) || !read(value, "seed", checkpoint.seed) ||
      !read(value, "shard", checkpoint.shard) || !read(value, "lists", checkpoint.lists) ||
      !read(value, "outputs", checkpoint.outputs) || !read(value, "done", ledger.done) ||
      !read(value, "partial", ledger.partial)) {
    return false;
  }
  for (const auto& [number, parts] : ledger.partial) {
    if (ledger.done.contains(number)) return false;
  }
  return true;
}

}  // namespace

Result<Checkpoint> decode(std::string_view text) {
  const std::size_t end = text.find('\n');
  const std::string_view first = text.substr(0, end == std::string_view::npos ? end : end + 1);
  simdjson::dom::parser parser;
  element root;
  const bool is_json = parser.parse(simdjson::padded_string(first)).get(root) == simdjson::SUCCESS;
  std::uint64_t format = 0;
  if (!is_json || !read(root, "checkpoint", format)) {
    return Status::unusable("is not a checkpoint of mxsweep, or is damaged");
  }
  if (format != kFormat) {
    std::string program = "another version";
    static_cast<void>(read(root, "program", program));
    return Status::unusable("has format " + std::to_string(format) +
                            ", which this version cannot " + "read; resume it with mxsweep " +
                            program);
  }
  if (text.substr(first.size()) != checksum_line(first)) {
    return Status::unusable("is damaged: its checksum does not match");
  }
  Checkpoint checkpoint;
  if (!read(root, checkpoint))
    return Status::unusable("is damaged: a value is not as it should be");
  return checkpoint;
}

}  // namespace mxsweep::checkpoint
