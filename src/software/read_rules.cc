// SPDX-License-Identifier: MIT
// Reads a table from JSON.
#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "mxsweep/json/value.h"
#include "software/rules.h"

namespace mxsweep::software {

namespace dom = simdjson::dom;

namespace {

// The line on which the element of that number begins, of the only array on the top level.
std::size_t line_of_element(std::string_view json, std::size_t number) {
  std::size_t line = 1;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char octet = json[i];
    if (octet == '\n') ++line;
    if (quoted) {
      if (octet == '\\') ++i;
      if (octet == '"') quoted = false;
    } else if (octet == '"') {
      quoted = true;
    } else if (octet == '{' || octet == '[') {
      if (octet == '{' && depth == 2 && number-- == 0) return line;
      ++depth;
    } else if (octet == '}' || octet == ']') {
      --depth;
    }
  }
  return line;
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

template <typename Enum>
std::optional<Enum> word_to(std::string_view word, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

// Every function returns whether it succeeded; if not, error_ has the reason.
class Reader {
 public:
  Result<std::unique_ptr<const Rules>> read(std::string_view json) {
    if (json.size() > kTableOctetsMax) return Status::unusable("is larger than 1 MiB");
    dom::parser parser;
    dom::element root;
    std::string mistake = json::mistake_in(json, parser, root);
    if (!mistake.empty()) return Status::unusable(std::move(mistake));
    if (!read_root(root)) {
      const std::string place = number_
                                    ? "line " + std::to_string(line_of_element(json, *number_)) +
                                          ", entry " + std::to_string(*number_ + 1) + name_ + ": "
                                    : "";
      return Status::unusable(place + error_);
    }
    for (TextIndex& index : rules_->texts_) index.build();
    rules_->orders_.build();
    return std::unique_ptr<const Rules>(std::move(rules_));
  }

 private:
  struct Texts {
    std::vector<Pattern> text;
    std::string order;
    std::string has;
    bool has_part = false;
    bool has_confidence = false;
    bool has_lines = false;
  };

  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }
  bool unknown_key(std::string_view key, std::string_view known) {
    return fail("unknown key " + in_quotes(key) + "; known are " + std::string(known));
  }
  bool text_of(const dom::element& from, std::string_view key, std::string& to);
  bool patterns_of(const dom::element& from, std::string_view key, std::vector<Pattern>& to);
  bool pattern_of(const dom::element& from, std::string_view key, std::vector<Pattern>& to);
  bool read_root(const dom::element& root);
  bool read_against(const dom::element& from);
  bool read_entry(const dom::element& from);
  bool read_releases(const dom::element& from, Entry& entry);
  bool read_sign(const dom::element& from);
  bool read_member(std::string_view key, const dom::element& value, Sign& sign, Texts& texts);
  bool check(const Sign& sign, const Texts& texts);
  bool add(Sign sign, Texts texts);

  std::unique_ptr<Rules> rules_ = std::make_unique<Rules>();
  std::optional<std::size_t> number_;  // Of the entry that is being read.
  std::string name_;                   // Its product, in parentheses.
  std::string error_;
};

bool Reader::text_of(const dom::element& from, std::string_view key, std::string& to) {
  std::string_view text;
  if (from.get(text) != simdjson::SUCCESS) return fail(in_quotes(key) + " must be a string");
  if (text.empty()) return fail(in_quotes(key) + " is empty: leave it out");
  to = text;
  return true;
}

bool Reader::pattern_of(const dom::element& from, std::string_view key, std::vector<Pattern>& to) {
  std::string text;
  if (!text_of(from, key, text)) return false;
  const std::string why = Pattern::read(text, to.emplace_back());
  return why.empty() || fail(in_quotes(key) + ": the pattern " + in_quotes(text) + " " + why);
}

bool Reader::patterns_of(const dom::element& from, std::string_view key, std::vector<Pattern>& to) {
  dom::array array;
  if (from.get(array) != simdjson::SUCCESS) return pattern_of(from, key, to);
  for (const dom::element each : array) {
    if (!pattern_of(each, key, to)) return false;
  }
  return true;
}

// Patterns that speak against every sign, in each part that has a text.
bool Reader::read_against(const dom::element& from) {
  std::vector<Pattern> patterns;
  if (!patterns_of(from, "unless", patterns)) return false;
  for (const Pattern& pattern : patterns) {
    if (pattern.fixed().empty()) {
      return fail("\"unless\" has a pattern without four fixed octets in a row");
    }
    for (TextIndex& index : rules_->texts_) index.add({.pattern = pattern});
  }
  return true;
}

bool Reader::read_root(const dom::element& root) {
  dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return fail("must be an object with \"products\"");
  std::optional<dom::element> list;
  for (const auto [key, value] : object) {
    if (key == "unless") {
      if (!read_against(value)) return false;
    } else if (key == "products") {
      list = value;
    } else {
      return unknown_key(key, "\"products\" and \"unless\"");
    }
  }
  dom::array array;
  if (!list) return fail("\"products\" is missing");
  if (list->get(array) != simdjson::SUCCESS) return fail("\"products\" must be an array");
  for (const dom::element value : array) {
    number_ = number_ ? *number_ + 1 : 0;
    name_.clear();
    if (!read_entry(value)) return false;
  }
  return true;
}

bool Reader::read_entry(const dom::element& from) {
  dom::object object;
  if (from.get(object) != simdjson::SUCCESS) return fail("must be an object");
  Entry entry;
  std::string_view product;
  if (object["product"].get(product) == simdjson::SUCCESS)
    name_ = " (" + std::string(product) + ")";
  std::optional<dom::element> signs;
  for (const auto [key, value] : object) {
    bool read = true;
    if (key == "product") {
      read = text_of(value, key, entry.product);
    } else if (key == "vendor") {
      read = text_of(value, key, entry.vendor);
    } else if (key == "releases") {
      read = read_releases(value, entry);
    } else if (key == "signs") {
      signs = value;
    } else {
      read = unknown_key(key, "\"product\", \"vendor\", \"releases\" and \"signs\"");
    }
    if (!read) return false;
  }
  if (entry.product.empty()) return fail("\"product\" is missing");
  dom::array array;
  if (!signs || signs->get(array) != simdjson::SUCCESS || array.size() == 0) {
    return fail("needs \"signs\", an array of at least one object");
  }
  rules_->entries_.push_back(std::move(entry));
  for (const dom::element sign : array) {
    if (!read_sign(sign)) return false;
  }
  return true;
}

bool Reader::read_releases(const dom::element& from, Entry& entry) {
  dom::object object;
  if (from.get(object) != simdjson::SUCCESS) {
    return fail("\"releases\" must be an object: the begin of a version, and its name");
  }
  for (const auto [begin, value] : object) {
    auto& release = entry.releases.emplace_back(begin, "");
    if (!text_of(value, "releases", release.second)) return false;
  }
  return true;
}

bool Reader::read_member(std::string_view key, const dom::element& value, Sign& sign,
                         Texts& texts) {
  std::string word;
  if (key == "text") return patterns_of(value, key, texts.text);
  if (key == "version") return patterns_of(value, key, sign.versions);
  if (key == "unless") return patterns_of(value, key, sign.unless);
  if (key == "order") return text_of(value, key, texts.order);
  if (key == "has") return text_of(value, key, texts.has);
  if (key == "release") return text_of(value, key, sign.release);
  if (key == "in") {
    const auto part =
        text_of(value, key, word) ? word_to<EvidencePart>(word, kEvidencePartCount) : std::nullopt;
    if (!part) return fail("\"in\" must be greeting, ehlo, reply or extensions");
    sign.part = *part;
    return texts.has_part = true;
  }
  if (key == "confidence") {
    const auto confidence =
        text_of(value, key, word) ? word_to<Confidence>(word, kConfidenceCount) : std::nullopt;
    if (!confidence) return fail("\"confidence\" must be certain, likely or possible");
    sign.confidence = *confidence;
    return texts.has_confidence = true;
  }
  if (key == "lines") {
    if (!text_of(value, key, word) || word != "several") return fail("\"lines\" must be several");
    return sign.several_lines = true;
  }
  return unknown_key(key,
                     "\"in\", \"text\", \"version\", \"unless\", \"order\", \"has\", \"lines\", "
                     "\"release\" and \"confidence\"");
}

bool Reader::check(const Sign& sign, const Texts& texts) {
  if (!texts.has_part) return fail("a sign has no \"in\": greeting, ehlo, reply or extensions");
  if (!texts.has_confidence) {
    return fail("a sign has no \"confidence\": certain, likely or possible");
  }
  const bool keywords = sign.part == EvidencePart::extensions;
  if (keywords != texts.text.empty()) {
    return fail(keywords ? "a sign in extensions has \"has\" and \"order\", but no \"text\""
                         : "a sign has no \"text\"");
  }
  if (keywords != !texts.has.empty() || (!keywords && !texts.order.empty())) {
    return fail(keywords ? "a sign in extensions has no \"has\": the keywords that must be there"
                         : "\"order\" and \"has\" are for signs in extensions");
  }
  for (const Pattern& version : sign.versions) {
    if (!version.takes_version()) return fail("\"version\" has a pattern without {version}");
  }
  for (const Pattern& text : texts.text) {
    if (text.fixed().empty()) {
      return fail("\"text\" has a pattern without four fixed octets in a row");
    }
  }
  return true;
}

bool Reader::read_sign(const dom::element& from) {
  dom::object object;
  if (from.get(object) != simdjson::SUCCESS) return fail("a sign must be an object");
  Sign sign;
  Texts texts;
  sign.entry = rules_->entries_.size() - 1;
  for (const auto [key, value] : object) {
    if (!read_member(key, value, sign, texts)) return false;
  }
  return check(sign, texts) && add(std::move(sign), std::move(texts));
}

bool Reader::add(Sign sign, Texts texts) {
  const std::size_t number = rules_->signs_.size();
  if (sign.part == EvidencePart::extensions) {
    const std::string why = rules_->orders_.add(texts.order, texts.has, number, sign.confidence);
    if (!why.empty()) return fail("a sign in extensions " + why);
  } else {
    TextIndex& index = rules_->texts_[static_cast<std::size_t>(sign.part)];
    for (Pattern& pattern : texts.text) {
      if (index.size() == kPatternsMax) return fail("a table has at most 2048 patterns for a part");
      index.add({.pattern = std::move(pattern), .sign = number, .confidence = sign.confidence});
    }
  }
  rules_->signs_.push_back(std::move(sign));
  return true;
}

Result<std::unique_ptr<const Rules>> Rules::read(std::string_view json) {
  return Reader().read(json);
}

}  // namespace mxsweep::software
