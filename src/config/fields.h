// SPDX-License-Identifier: MIT
// One section of watch.toml as its keys: each is read by its type, and what is wrong with it goes
// to the list of problems, with its place.
//
//   Shape    Construct it of the tables that make up the section: one, or one of each file. Read
//            every key of config/sections.h; then finish(), which complains of the unknown ones.
//            A key that is absent or wrong leaves its variable as it was.
//   Secrets  A message quotes a text as it is written in the file, never what ${NAME} or *_file
//            stand for.
//   Lifetime It views the tables.
//   Errors   Problems. To ask for a key that is not of the section breaks an INVARIANT, and so does
//            finish() before all were asked for: the page would lie.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/toml.h"
#include "mxsweep/config/config.h"
#include "mxsweep/config/sections.h"
#include "mxsweep/core/secret.h"

namespace mxsweep::config {

struct Context {
  const Surroundings& surroundings;
  std::vector<Problem> problems{};

  void complain(const toml::source_region& where, std::string sentence);
};

// A text with its place, for what is looked up later.
struct Word {
  std::string text;
  std::string written;  // As in the file, for messages.
  toml::source_region where;
};

// ", do you mean 'known'?", or nothing.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& known);

class Fields {
 public:
  // Requires: `tables` is not empty.
  Fields(Context& context, std::string_view section, std::vector<const toml::table*> tables);
  Fields(Context& context, const Section& section, std::vector<const toml::table*> tables);

  // Of a value: where it is; of what is missing: where the section begins.
  [[nodiscard]] const toml::source_region& where(std::string_view key) const;
  // Null: absent. The key counts as read.
  const toml::node* find(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;
  void complain(std::string_view key, std::string sentence) const;
  void missing(std::string_view key, std::string_view why = {}) const;
  // For messages: the text as it is in the file, or nothing.
  [[nodiscard]] std::string written(std::string_view key) const;

  std::optional<Word> word(std::string_view key);
  std::vector<Word> words(std::string_view key);  // Also of a single text.
  void text(std::string_view key, std::string& out);
  void texts(std::string_view key, std::vector<std::string>& out);
  void url(std::string_view key, std::string& out);
  void zone(std::string_view key, std::string& out);
  void span(std::string_view key, Duration& out, Duration least, Duration most);
  void spans(std::string_view key, std::vector<Duration>& out, Duration least, Duration most);
  void time_of_day(std::string_view key, Duration& out);
  void flag(std::string_view key, bool& out);
  // Also reads "KEY_file".
  void secret(std::string_view key, Secret& out);
  void labels(std::string_view key, watch::Labels& out);
  [[nodiscard]] std::optional<Fields> inside(std::string_view key, std::string_view section);
  [[nodiscard]] std::vector<Fields> each_inside(std::string_view key, std::string_view section);

  template <typename Number>
  void number(std::string_view key, Number& out, std::int64_t least, std::int64_t most) {
    if (const auto found = whole(key, least, most)) out = static_cast<Number>(*found);
  }
  std::vector<std::int64_t> numbers(std::string_view key, std::int64_t least, std::int64_t most);
  void real(std::string_view key, double& out, double least, double most);

  // One of a table of words.
  template <typename Value, std::size_t Count>
  void choice(std::string_view key, Value& out,
              const std::array<std::pair<std::string_view, Value>, Count>& choices) {
    const std::optional<Word> found = word(key);
    if (!found) return;
    std::vector<std::string> known;
    for (const auto& [name, value] : choices) {
      if (name == found->text) {
        out = value;
        return;
      }
      known.emplace_back(name);
    }
    no_choice(key, known);
  }

  void finish();

 private:
  [[nodiscard]] std::size_t index_of(std::string_view key) const;
  [[nodiscard]] const toml::node* look_up(std::string_view key) const;
  void wrong_type(std::string_view key, const toml::node& node);
  void no_choice(std::string_view key, const std::vector<std::string>& known);
  void out_of_range(std::string_view key, const toml::node& node, Duration least, Duration most);
  std::optional<std::string> text_of(std::string_view key, const toml::node& node);
  std::optional<std::string> expanded(std::string_view text, const toml::node& node);
  std::optional<Duration> span_of(std::string_view key, const toml::node& node, Duration least,
                                  Duration most);
  std::optional<std::int64_t> whole_of(std::string_view key, const toml::node& node,
                                       std::int64_t least, std::int64_t most);
  std::optional<std::int64_t> whole(std::string_view key, std::int64_t least, std::int64_t most);

  Context* context_;
  const Section* section_;
  std::vector<const toml::table*> tables_;
  std::uint64_t asked_ = 0;  // Bit i: the section's key i.
};

}  // namespace mxsweep::config
