// SPDX-License-Identifier: MIT
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "deliver/preset.h"
#include "deliver/presets.json.h"
#include "deliver/request.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::deliver {
namespace {

namespace dom = simdjson::dom;

constexpr std::array<std::string_view, 4> kSeverities = {"info", "warning", "critical", "resolved"};

// The text of a string, else the value's JSON.
std::string text_of(const dom::element& value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text)
                                              : std::string(simdjson::minify(value));
}

// "{{=priority}}" as a whole string becomes the bare {{=priority}}, which is a number then.
std::string without_quotes(std::string json) {
  constexpr std::string_view kBegin = "\"{{=";
  constexpr std::string_view kEnd = "}}\"";
  for (std::size_t at = json.find(kBegin); at != std::string::npos; at = json.find(kBegin, at)) {
    const std::size_t end = json.find('"', at + 1);
    if (end != std::string::npos && json.substr(end - 2, 3) == kEnd) {
      json.erase(end, 1);
      json.erase(at, 1);
    }
    at += kBegin.size() - 1;
  }
  return json;
}

class PresetReader {
 public:
  explicit PresetReader(Preset& preset) : preset_(preset) {}

  Status read(const dom::object& object);

 private:
  Status read_member(std::string_view key, const dom::element& value);
  Status read_words(const dom::object& words);
  Status read_headers(const dom::object& headers);
  Status read_closing(const dom::object& closing);
  Status read_template(std::string_view text, Template& made);
  Status read_body(const dom::element& value, Template& made);

  Preset& preset_;
};

Status PresetReader::read_template(std::string_view text, Template& made) {
  Result<Template> read = Template::read(text, [this](std::string_view name) {
    return preset_.words.contains(name) ? std::optional(Origin::verbatim) : origin_of(name);
  });
  if (!read.ok()) return read.status();
  made = *std::move(read);
  return {};
}

Status PresetReader::read_body(const dom::element& value, Template& made) {
  dom::object form;
  if (value.is_string()) return read_template(text_of(value), made);
  if (preset_.escaper == Escaper::json) {
    return read_template(without_quotes(text_of(value)), made);
  }
  if (preset_.escaper != Escaper::form || value.get(form) != simdjson::SUCCESS) {
    return Status::unusable("a body of this shape needs \"escape\": \"json\" or \"form\"");
  }
  // What stands between the fields is a part of the form's value, too.
  std::string text;
  for (const auto [name, field] : form) {
    if (!text.empty()) text += '&';
    text += std::string(name) + '=';
    std::string its = text_of(field);
    for (std::string_view rest = its; !rest.empty();) {
      const std::size_t tag = rest.find("{{");
      append_escaped(text, rest.substr(0, tag), Escaper::form);
      if (tag == std::string_view::npos) break;
      const std::size_t end = std::min(rest.find("}}", tag), rest.size() - 2) + 2;
      text += rest.substr(tag, end - tag);
      rest.remove_prefix(end);
    }
  }
  return read_template(text, made);
}

Status PresetReader::read_words(const dom::object& words) {
  for (const auto [name, values] : words) {
    std::array<std::string, 4>& word = preset_.words[std::string(name)];
    for (std::size_t at = 0; at < kSeverities.size(); ++at) {
      dom::element value;
      if (values[kSeverities[at]].get(value) != simdjson::SUCCESS) {
        return Status::unusable(std::string(name) + " has no value for " +
                                std::string(kSeverities[at]));
      }
      word[at] = text_of(value);
    }
  }
  return {};
}

Status PresetReader::read_headers(const dom::object& headers) {
  for (const auto [name, value] : headers) {
    Template made;
    if (const Status read = read_template(text_of(value), made); !read.ok()) return read;
    preset_.headers.emplace_back(std::string(name), std::move(made));
  }
  return {};
}

Status PresetReader::read_closing(const dom::object& closing) {
  for (const auto [key, value] : closing) {
    Status read = Status::unusable("unknown key \"" + std::string(key) + "\"");
    if (key == "url") read = read_template(text_of(value), preset_.closing_url);
    if (key == "body") read = read_body(value, preset_.closing_body);
    if (!read.ok()) return read;
  }
  return {};
}

Status PresetReader::read_member(std::string_view key, const dom::element& value) {
  dom::object object;
  dom::array array;
  const bool is_object = value.get(object) == simdjson::SUCCESS;
  if (key == "needs" && value.get(array) == simdjson::SUCCESS) {
    for (const dom::element need : array) preset_.needs.push_back(text_of(need));
  } else if (key == "words" && is_object) {
    return read_words(object);
  } else if (key == "headers" && is_object) {
    return read_headers(object);
  } else if (key == "closing" && is_object) {
    return read_closing(object);
  } else if (key == "body") {
    return read_body(value, preset_.body);
  } else if (key == "url") {
    return read_template(text_of(value), preset_.url);
  } else if (key == "base") {
    preset_.base = text_of(value);
  } else if (key == "method") {
    preset_.method = text_of(value);
  } else if (key == "type") {
    preset_.content_type = text_of(value);
  } else if (key == "login" && value.is_bool()) {
    preset_.login = text_of(value) == "true";
  } else if (key == "escape" && escaper_of(text_of(value))) {
    preset_.escaper = *escaper_of(text_of(value));
  } else if (key == "markup" && markup_of(text_of(value))) {
    preset_.markup = *markup_of(text_of(value));
  } else {
    return Status::unusable("wrong or unknown: " + text_of(value));
  }
  return {};
}

Status PresetReader::read(const dom::object& object) {
  // In this order: templates refer to words, and a body is read by its escaper.
  constexpr std::array<std::string_view, 11> kKeys = {"needs", "words",   "escape", "markup",
                                                      "base",  "method",  "login",  "type",
                                                      "url",   "headers", "body"};
  for (const auto [key, value] : object) {
    if (key != "closing" && std::ranges::find(kKeys, key) == kKeys.end()) {
      return Status::unusable("unknown key \"" + std::string(key) + "\"");
    }
  }
  const auto read_key = [&](std::string_view key) {
    dom::element value;
    if (object[key].get(value) != simdjson::SUCCESS) return Status();
    return read_member(key, value).behind(key);
  };
  for (const std::string_view key : kKeys) {
    if (const Status read = read_key(key); !read.ok()) return read;
  }
  preset_.closing_url = preset_.url;
  preset_.closing_body = preset_.body;
  return read_key("closing");
}

}  // namespace

Result<std::vector<Preset>> read_presets(std::string_view json) {
  dom::parser parser;
  dom::object object;
  const simdjson::padded_string padded(json);
  if (const auto code = parser.parse(padded).get(object)) {
    return Status::unusable(std::string("presets: ") + simdjson::error_message(code));
  }
  std::vector<Preset> all;
  for (const auto [kind, value] : object) {
    dom::object members;
    if (value.get(members) != simdjson::SUCCESS) {
      return Status::unusable(std::string(kind) + ": not an object");
    }
    Preset& preset = all.emplace_back();
    preset.kind = kind;
    if (const Status read = PresetReader(preset).read(members); !read.ok()) {
      return read.behind(kind);
    }
  }
  return all;
}

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = [] {
    Result<std::vector<Preset>> read = read_presets(kPresets);
    INVARIANT(read.ok());  // A test reads them.
    return *std::move(read);
  }();
  return all;
}

}  // namespace mxsweep::deliver
