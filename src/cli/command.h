// SPDX-License-Identifier: MIT
// The command line: the program's subcommands, their flags and operands, and their help texts.
//
//   Shape     add_command(), then for each Command its flags, each of which writes to a variable of
//             the caller, and an action. Then begin_with(), parse(), left_over() and run() of the
//             Program, in this order. Help and the manual page are made from flags() and the like.
//   Lifetime  The variables and actions outlive the Program's run(). Flag references stay valid.
//   Errors    unusable: a word cannot be read; the sentence names it. parse() throws
//             CLI::ParseError, also for --help and --version; explain() makes the text to print.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/choice.h"
#include "mxsweep/core/duration.h"
#include "mxsweep/core/status.h"

namespace CLI {
class App;
class Error;
class Option;
}  // namespace CLI

namespace mxsweep::cli {

// Reads the value of a flag; returns what is wrong with it.
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
  Flag& shows(std::string value);  // The default that help shows.

  [[nodiscard]] bool is_given() const;  // On the command line.
  const std::string names;              // "-f,--input-file"
  const std::string type;               // Of its value: "FILE". Empty: it has none.
  const std::string what;
  std::string fallback;  // The default that help shows; empty: none, or `what` names it.

 private:
  CLI::Option* option_;
};

class Command {
 public:
  Command(CLI::App& app, std::string name, std::string what);

  Flag& add_flag(const std::string& names, bool& value, const std::string& what);
  Flag& add_value(const std::string& names, const std::string& type, Read read,
                  const std::string& what);
  // Values separated by commas; the flag may also be repeated.
  Flag& add_list(const std::string& names, const std::string& type, Read read_one,
                 const std::string& what);
  // Any text that is not empty.
  Flag& add_text(const std::string& names, const std::string& type, std::string& value,
                 const std::string& what);
  // The same for a flag that may be repeated: each text is appended.
  Flag& add_texts(const std::string& names, const std::string& type,
                  std::vector<std::string>& values, const std::string& what);
  // One of the words of `choices`, each with its value. Help shows the word of the present value as
  // the default. `choices` outlives the Program's run().
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
  // Help shows the present value as the default. `least`: zero if 0 is allowed.
  Flag& add_duration(const std::string& names, Duration& value, const std::string& what,
                     Duration least = kDurationMin);

  // The flag that was added last is for tests: help, manual and completions leave it out.
  void hide_last_flag() { flags_.pop_back(); }

  // Accepts words that belong to no flag; without this call, left_over() refuses them.
  void add_operands(std::string type, std::vector<std::string>& words, std::string what);
  void add_notes(std::string text) { notes_ = std::move(text); }  // After the flags in help.
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

  // Checks that the first word is a subcommand, --help or --version.
  Status begin_with(int count, char** words) const;
  void parse(int count, char** words);
  [[nodiscard]] std::string explain(const CLI::Error& request) const;
  // Stores the words that belong to no flag as operands; an error if the command takes none.
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

}  // namespace mxsweep::cli
