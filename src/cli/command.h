// SPDX-License-Identifier: MIT
// The command line: the program's subcommands, their flags and operands, and what help says.
//
//   Shape     A Command gets flags, each of which writes into a variable of the caller's, and an
//             action. Program: begin_with(), parse(), left_over(), run(), in this order; help and
//             manual pages are made from flags() and the like.
//   Lifetime  The variables and actions outlive the Program's run(). Flag references stay valid.
//   Errors    what cannot be read is unusable, in a sentence that names it. parse() throws
//             CLI::ParseError, also for --help and --version, which explain() answers.
#pragma once

#include <charconv>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/duration.h"
#include "mxsweep/core/status.h"

namespace CLI {
class App;
class Error;
class Option;
}  // namespace CLI

namespace mxsweep::cli {

// A word of the command line and what it stands for.
template <typename Value>
using Choice = std::pair<std::string_view, Value>;

// Requires: there is a word for it.
template <typename Choices, typename Value>
[[nodiscard]] std::string_view word_of(Value value, const Choices& choices) {
  for (const auto& [word, meaning] : choices) {
    if (meaning == value) return word;
  }
  return {};
}

// Takes what stands behind a flag, or says what is wrong with it.
using Read = std::function<Status(const std::string& text)>;

class Flag {
 public:
  Flag(CLI::Option* option, std::string its_names, std::string its_type, std::string its_what)
      : names(std::move(its_names)),
        type(std::move(its_type)),
        what(std::move(its_what)),
        option_(option) {}

  Flag& needs(const Flag& other);
  Flag& excludes(const Flag& other);
  Flag& shows(std::string value);  // As the default.

  const std::string names;  // "-f,--input-file"
  const std::string type;   // Of its value: "FILE". Empty: it has none.
  const std::string what;
  std::string fallback;  // What holds without it; empty: `what` says it, or nothing does.

 private:
  CLI::Option* option_;
};

class Command {
 public:
  Command(CLI::App& app, std::string name, std::string what);

  Flag& add_flag(const std::string& names, bool& value, const std::string& what);
  Flag& add_value(const std::string& names, const std::string& type, Read read,
                  const std::string& what);
  // Each of the values between commas; the flag may also stand there several times.
  Flag& add_list(const std::string& names, const std::string& type, Read read_one,
                 const std::string& what);
  // Any text but an empty one.
  Flag& add_text(const std::string& names, const std::string& type, std::string& value,
                 const std::string& what);
  // One of the words, each of which stands for a value. The word for the present one is the default
  // shown. `choices` outlives the Program's run().
  template <typename Choices, typename Value>
  Flag& add_choice(const std::string& names, const std::string& type, Value& value,
                   const Choices& choices, const std::string& what) {
    return add_value(
               names, type,
               [&value, &choices](const std::string& text) {
                 std::vector<std::string> words;
                 for (const auto& [word, meaning] : choices) {
                   if (word == text) value = meaning;
                   words.emplace_back(word);
                 }
                 return check_word(text, words);
               },
               what)
        .shows(std::string(word_of(value, choices)));
  }
  // A whole number in these bounds.
  template <typename Number>
  Flag& add_number(const std::string& names, const std::string& type, Number& value,
                   std::uint64_t least, std::uint64_t most, const std::string& what) {
    return add_value(
        names, type,
        [&value, least, most](const std::string& text) {
          const Result<std::uint64_t> number = read_number(text, least, most);
          if (number.ok()) value = static_cast<Number>(*number);
          return number.status();
        },
        what);
  }
  // Its present content is the default shown.
  // `least`: zero where 0 means something.
  Flag& add_duration(const std::string& names, Duration& value, const std::string& what,
                     Duration least = kDurationMin);

  // What may stand there without a flag; left_over() says so when nothing may.
  void add_operands(std::string type, std::vector<std::string>& words, std::string what);
  void add_notes(std::string text) { notes_ = std::move(text); }  // Behind the flags in help.
  void hide() { hidden_ = true; }                                 // From help and manual.
  void on_run(std::function<int()> action) { action_ = std::move(action); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& what() const { return what_; }
  [[nodiscard]] const std::string& notes() const { return notes_; }
  [[nodiscard]] const std::string& operand() const { return operand_; }
  [[nodiscard]] const std::string& operand_what() const { return operand_what_; }
  [[nodiscard]] const std::deque<Flag>& flags() const { return flags_; }
  [[nodiscard]] bool hidden() const { return hidden_; }

  static Status check_word(const std::string& text, const std::vector<std::string>& words);
  static Result<std::uint64_t> read_number(const std::string& text, std::uint64_t least,
                                           std::uint64_t most);

 private:
  friend class Program;

  Flag& add_reader(const std::string& names, const std::string& type, Read read, bool many,
                   const std::string& what);
  Status take_left_over(const std::vector<std::string>& behind_mark) const;

  CLI::App& app_;
  std::string name_;
  std::string what_;
  std::string notes_;
  std::string operand_;
  std::string operand_what_;
  std::vector<std::string>* operands_ = nullptr;
  std::deque<Flag> flags_;
  std::function<int()> action_;
  bool hidden_ = false;
};

class Program {
 public:
  Program(std::string name, const std::string& version, std::string what, std::string notes);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Command& add_command(const std::string& name, const std::string& what);

  // Whether the first word can begin a command line.
  Status begin_with(int count, char** words) const;
  void parse(int count, char** words);
  [[nodiscard]] std::string explain(const CLI::Error& request) const;
  // What is wrong with the words that belong to no flag.
  Status left_over();
  int run();
  // "mxsweep scan", or without a subcommand "mxsweep".
  [[nodiscard]] std::string chosen() const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& what() const { return what_; }
  [[nodiscard]] const std::string& notes() const { return notes_; }
  [[nodiscard]] const std::deque<Command>& commands() const { return commands_; }

 private:
  [[nodiscard]] const Command* chosen_command() const;

  std::string name_;
  std::string what_;
  std::string notes_;
  std::unique_ptr<CLI::App> app_;
  std::deque<Command> commands_;
  std::vector<std::string> behind_mark_;
};

// What --help prints.
[[nodiscard]] std::string help_of(const Program& program);
[[nodiscard]] std::string help_of(const Program& program, const Command& command);
// "  scan      Sweep a list of targets", a line for each command.
[[nodiscard]] std::string list_of_commands(const Program& program);

}  // namespace mxsweep::cli
