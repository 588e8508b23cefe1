// SPDX-License-Identifier: MIT
#include "config/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "config/values.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/nearest_word.h"

namespace mxsweep::config {
namespace {

constexpr std::string_view kSpanForms = "write 250ms, 30s, 5m, 1h30m or 30d";

std::string_view with_article(Type type) {
  switch (type) {
    case Type::text:
    case Type::duration:
    case Type::size:
    case Type::share:
    case Type::time_of_day: return "a text";
    case Type::texts: return "a text or an array of texts";
    case Type::durations: return "an array of texts";
    case Type::date: return "a date";
    case Type::number: return "a number";
    case Type::numbers: return "a number or an array of numbers";
    case Type::flag: return "true or false";
    case Type::table: return "a table";
    case Type::tables: break;
  }
  return "an array of tables";
}

// The name in "${NAME}".
bool is_variable(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

std::string place_of(const toml::source_region& where) {
  return fmt::format("{}:{}:{}", where.path ? *where.path : "", where.begin.line,
                     where.begin.column);
}

// As in the file: what a variable stands for may be a secret.
std::string as_written(const toml::node& node) {
  const toml::value<std::string>* text = node.as_string();
  return text != nullptr ? shown(text->get()) : std::string();
}

}  // namespace

void Context::complain(const toml::source_region& where, std::string sentence) {
  Problem problem;
  if (where.path) problem.file = *where.path;
  problem.line = static_cast<std::uint32_t>(where.begin.line);
  problem.column = static_cast<std::uint32_t>(where.begin.column);
  problem.sentence = std::move(sentence);
  problems.push_back(std::move(problem));
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string_view nearest = nearest_word(word, known);
  return nearest.empty() ? std::string() : fmt::format(", do you mean '{}'?", shown(nearest));
}

Fields::Fields(Context& context, std::string_view section, std::vector<const toml::table*> tables)
    : Fields(context, section_of(section), std::move(tables)) {}

Fields::Fields(Context& context, const Section& section, std::vector<const toml::table*> tables)
    : context_(&context), section_(&section), tables_(std::move(tables)) {
  INVARIANT(!tables_.empty());
}

std::size_t Fields::index_of(std::string_view key) const {
  const auto found = std::ranges::find(section_->keys, key, &Key::name);
  INVARIANT(found != section_->keys.end());
  return static_cast<std::size_t>(found - section_->keys.begin());
}

const toml::node* Fields::look_up(std::string_view key) const {
  for (const toml::table* table : tables_) {
    if (const toml::node* node = table->get(key)) return node;
  }
  return nullptr;
}

bool Fields::has(std::string_view key) const { return look_up(key) != nullptr; }

const toml::source_region& Fields::where(std::string_view key) const {
  const toml::node* node = look_up(key);
  return node != nullptr ? node->source() : tables_.front()->source();
}

const toml::node* Fields::find(std::string_view key) {
  asked_ |= std::uint64_t{1} << index_of(key);
  const toml::node* first = nullptr;
  for (const toml::table* table : tables_) {
    const toml::node* node = table->get(key);
    if (node == nullptr) continue;
    if (first == nullptr) {
      first = node;
      continue;
    }
    context_->complain(node->source(), fmt::format("{} is set twice: here and at {}", key,
                                                   place_of(first->source())));
  }
  return first;
}

void Fields::complain(std::string_view key, std::string sentence) const {
  context_->complain(where(key), std::move(sentence));
}

void Fields::missing(std::string_view key, std::string_view why) const {
  context_->complain(tables_.front()->source(),
                     fmt::format("{} is missing{}: {} = {}", key, why, key,
                                 section_->keys[index_of(key)].example));
}

void Fields::wrong_type(std::string_view key, const toml::node& node) {
  const Key& known = section_->keys[index_of(key)];
  std::string sentence = fmt::format("{} must be {}", key, with_article(known.type));
  if (known.type != Type::flag) sentence += fmt::format(" such as {}", known.example);
  context_->complain(node.source(), std::move(sentence));
}

void Fields::no_choice(std::string_view key, const std::vector<std::string>& known) {
  std::string list;
  for (std::size_t i = 0; i < known.size(); ++i) {
    list += i == 0 ? "" : i + 1 == known.size() ? " or " : ", ";
    list += known[i];
  }
  const std::string text = written(key);
  complain(key, fmt::format("{} must be {}, not '{}'{}", key, list, text, suggestion(text, known)));
}

std::string Fields::written(std::string_view key) const {
  const toml::node* node = look_up(key);
  return node == nullptr ? std::string() : as_written(*node);
}

std::optional<std::string> Fields::expanded(std::string_view text, const toml::node& node) {
  std::string whole;
  while (true) {
    const std::size_t at = text.find("${");
    if (at == std::string_view::npos) break;
    if (at > 0 && text[at - 1] == '$') {  // "$${" is a literal "${".
      whole.append(text.substr(0, at - 1)).append("${");
      text.remove_prefix(at + 2);
      continue;
    }
    whole.append(text.substr(0, at));
    text.remove_prefix(at + 2);
    const std::size_t end = text.find('}');
    const std::string_view name = text.substr(0, end);
    if (end == std::string_view::npos || !is_variable(name)) {
      context_->complain(node.source(),
                         "'${' begins the name of a variable, ${NAME}; write $${ for the text");
      return std::nullopt;
    }
    const std::optional<std::string> value = context_->surroundings.environment(std::string(name));
    if (!value) {
      context_->complain(node.source(),
                         fmt::format("the environment has no variable {}", shown(name)));
      return std::nullopt;
    }
    whole += *value;
    text.remove_prefix(end + 1);
  }
  return whole.append(text);
}

std::optional<std::string> Fields::text_of(std::string_view key, const toml::node& node) {
  const toml::value<std::string>* text = node.as_string();
  if (text == nullptr) {
    wrong_type(key, node);
    return std::nullopt;
  }
  return expanded(text->get(), node);
}

std::optional<Word> Fields::word(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  std::optional<std::string> text = text_of(key, *node);
  if (!text) return std::nullopt;
  if (text->empty()) {
    complain(key, fmt::format("{} is empty", key));
    return std::nullopt;
  }
  return Word{*std::move(text), as_written(*node), node->source()};
}

std::vector<Word> Fields::words(std::string_view key) {
  std::vector<Word> found;
  const toml::node* node = find(key);
  if (node == nullptr) return found;
  const auto add = [&](const toml::node& each) {
    std::optional<std::string> text = text_of(key, each);
    if (!text) return;
    if (text->empty()) context_->complain(each.source(), fmt::format("{} has an empty text", key));
    if (!text->empty()) found.push_back({*std::move(text), as_written(each), each.source()});
  };
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& each : *array) add(each);
    if (array->empty()) complain(key, fmt::format("{} is empty", key));
  } else {
    add(*node);
  }
  return found;
}

void Fields::text(std::string_view key, std::string& out) {
  if (std::optional<Word> found = word(key)) out = std::move(found->text);
}

void Fields::texts(std::string_view key, std::vector<std::string>& out) {
  if (!has(key)) {
    find(key);
    return;
  }
  out.clear();
  for (Word& each : words(key)) out.push_back(std::move(each.text));
}

void Fields::url(std::string_view key, std::string& out) {
  std::optional<Word> found = word(key);
  if (!found) return;
  // The URL is not quoted: many have a secret in them.
  if (!is_url(found->text)) {
    complain(key, fmt::format("{} must be a URL that begins with http:// or https://", key));
    return;
  }
  out = std::move(found->text);
}

void Fields::zone(std::string_view key, std::string& out) {
  std::optional<Word> found = word(key);
  if (!found) return;
  if (!context_->surroundings.has_zone(found->text)) {
    complain(key,
             fmt::format(
                 "{}: '{}' is not a time zone of this machine; write one such as \"Europe/Berlin\"",
                 key, written(key)));
    return;
  }
  out = std::move(found->text);
}

std::optional<Duration> Fields::span_of(std::string_view key, const toml::node& node,
                                        Duration least, Duration most) {
  const std::optional<std::string> text = text_of(key, node);
  if (!text) return std::nullopt;
  const std::optional<Duration> span = read_span(*text);
  if (!span) {
    context_->complain(node.source(), fmt::format("{}: '{}' is not a duration: {}", key,
                                                  as_written(node), kSpanForms));
    return std::nullopt;
  }
  if (*span < least || *span > most) {
    context_->complain(node.source(),
                       fmt::format("{} must be from {} to {}, not {}", key, write_span(least),
                                   write_span(most), as_written(node)));
    return std::nullopt;
  }
  return span;
}

void Fields::span(std::string_view key, Duration& out, Duration least, Duration most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto found = span_of(key, *node, least, most)) out = *found;
}

void Fields::spans(std::string_view key, std::vector<Duration>& out, Duration least,
                   Duration most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    wrong_type(key, *node);
    return;
  }
  if (array->empty()) {
    complain(key, fmt::format("{} is empty", key));
    return;
  }
  out.clear();
  for (const toml::node& each : *array) {
    if (const auto found = span_of(key, each, least, most)) out.push_back(*found);
  }
}

void Fields::time_of_day(std::string_view key, Duration& out) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const toml::value<toml::time>* time = node->as_time()) {
    out = std::chrono::hours{time->get().hour} + std::chrono::minutes{time->get().minute} +
          std::chrono::seconds{time->get().second};
    return;
  }
  const std::optional<std::string> text = text_of(key, *node);
  if (!text) return;
  const std::optional<Duration> found = read_time_of_day(*text);
  if (found) out = *found;
  if (!found) {
    complain(key, fmt::format("{}: '{}' is not a time of day: write \"02:30\", from 00:00 to 23:59",
                              key, as_written(*node)));
  }
}

void Fields::flag(std::string_view key, bool& out) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::value<bool>* flag = node->as_boolean();
  if (flag == nullptr) {
    wrong_type(key, *node);
    return;
  }
  out = flag->get();
}

void Fields::secret(std::string_view key, Secret& out) {
  const std::string file_key = std::string(key) + "_file";
  std::optional<Word> given = word(key);
  const std::optional<Word> path = word(file_key);
  if (has(key) && has(file_key)) {
    complain(file_key,
             fmt::format("{} and {} are both given: one of them is enough", key, file_key));
    return;
  }
  if (given) out = Secret(std::move(given->text));
  if (!path) return;
  Result<std::string> read = context_->surroundings.read_file(path->text);
  if (!read.ok()) {
    complain(file_key, fmt::format("{}: {}", file_key, read.status().line("; ")));
    return;
  }
  if (read->ends_with('\n')) read->pop_back();
  if (read->ends_with('\r')) read->pop_back();
  if (read->empty()) complain(file_key, fmt::format("{}: the file is empty", file_key));
  out = Secret(*std::move(read));
}

void Fields::labels(std::string_view key, watch::Labels& out) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) {
    wrong_type(key, *node);
    return;
  }
  for (const auto& [name, value] : *table) {
    const toml::value<std::string>* text = value.as_string();
    if (text == nullptr) {
      context_->complain(value.source(),
                         fmt::format("{}: '{}' must be a text", key, shown(name.str())));
      continue;
    }
    if (std::optional<std::string> whole = expanded(text->get(), value)) {
      out.insert_or_assign(std::string(name.str()), *std::move(whole));
    }
  }
}

std::optional<Fields> Fields::inside(std::string_view key, std::string_view section) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const toml::table* table = node->as_table();
  if (table == nullptr) {
    wrong_type(key, *node);
    return std::nullopt;
  }
  return Fields(*context_, section, {table});
}

std::vector<Fields> Fields::each_inside(std::string_view key, std::string_view section) {
  std::vector<Fields> found;
  const toml::node* node = find(key);
  if (node == nullptr) return found;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    wrong_type(key, *node);
    return found;
  }
  for (const toml::node& each : *array) {
    const toml::table* table = each.as_table();
    if (table == nullptr) wrong_type(key, each);
    if (table != nullptr) found.emplace_back(*context_, section, std::vector{table});
  }
  return found;
}

std::optional<std::int64_t> Fields::whole_of(std::string_view key, const toml::node& node,
                                             std::int64_t least, std::int64_t most) {
  const toml::value<std::int64_t>* number = node.as_integer();
  if (number == nullptr) {
    wrong_type(key, node);
    return std::nullopt;
  }
  if (number->get() < least || number->get() > most) {
    context_->complain(node.source(), fmt::format("{} must be from {} to {}, not {}", key, least,
                                                  most, number->get()));
    return std::nullopt;
  }
  return number->get();
}

std::optional<std::int64_t> Fields::whole(std::string_view key, std::int64_t least,
                                          std::int64_t most) {
  const toml::node* node = find(key);
  return node == nullptr ? std::nullopt : whole_of(key, *node, least, most);
}

std::vector<std::int64_t> Fields::numbers(std::string_view key, std::int64_t least,
                                          std::int64_t most) {
  std::vector<std::int64_t> found;
  const toml::node* node = find(key);
  if (node == nullptr) return found;
  const auto add = [&](const toml::node& each) {
    const std::optional<std::int64_t> number = whole_of(key, each, least, most);
    if (!number) return;
    if (std::ranges::find(found, *number) != found.end()) {
      context_->complain(each.source(), fmt::format("{} has {} twice", key, *number));
      return;
    }
    found.push_back(*number);
  };
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& each : *array) add(each);
    if (array->empty()) complain(key, fmt::format("{} is empty", key));
  } else {
    add(*node);
  }
  return found;
}

void Fields::real(std::string_view key, double& out, double least, double most) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (!node->is_number()) {
    wrong_type(key, *node);
    return;
  }
  const double number = node->value<double>().value_or(std::nan(""));
  if (!(number >= least && number <= most)) {  // Not a number is out of range, too.
    complain(key, fmt::format("{} must be from {} to {}", key, least, most));
    return;
  }
  out = number;
}

void Fields::finish() {
  INVARIANT(static_cast<std::size_t>(std::popcount(asked_)) == section_->keys.size());
  for (const toml::table* table : tables_) {
    for (const auto& [key, value] : *table) {
      if (std::ranges::find(section_->keys, key.str(), &Key::name) != section_->keys.end())
        continue;
      std::vector<std::string> known;
      for (const Key& each : section_->keys) known.emplace_back(each.name);
      context_->complain(key.source(), fmt::format("unknown key '{}'{}", shown(key.str()),
                                                   suggestion(key.str(), known)));
    }
  }
}

}  // namespace mxsweep::config
