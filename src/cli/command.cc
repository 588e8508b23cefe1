// SPDX-License-Identifier: MIT
// The only file that compiles the command-line library, which takes seconds.
#include "cli/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

#include "cli/certificate_words.h"
#include "cli/help.h"
#include "mxsweep/core/nearest_word.h"

namespace mxsweep::cli {
namespace {

bool is_flag(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

Status refuse_empty(const std::string& text, const std::string& type) {
  return text.empty() ? Status::unusable(fmt::format("an empty text is not a {}", type)) : Status();
}

std::vector<std::string> words_of(const Command& command) {
  std::vector<std::string> words = {"--help"};
  for (const Flag& flag : command.flags()) {
    for (const std::string& name : CLI::detail::split(flag.names, ',')) words.push_back(name);
  }
  return words;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string_view nearest = nearest_word(word, known);
  return nearest.empty() ? std::string{} : fmt::format("; did you mean {}?", nearest);
}

// "--input-file=list" and "-flist" are an option and its value.
Status unknown_option(const std::string& word, const Command& command) {
  const std::string name = word.substr(0, word.find('='));
  return Status::unusable(
      fmt::format("unknown option {}{}", printable(name), did_you_mean(name, words_of(command))));
}

// Reads one value after the other; the library adds the name of the flag to the error.
std::function<bool(const std::vector<std::string>&)> reader(Read read, std::string names) {
  return [read = std::move(read), names = std::move(names)](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const Status status = read(text);
      if (!status.ok()) throw CLI::ValidationError(names, status.sentence());
    }
    return true;
  };
}

}  // namespace

Flag& Flag::needs(const Flag& other) {
  option_->needs(other.option_);
  return *this;
}

Flag& Flag::excludes(const Flag& other) {
  option_->excludes(other.option_);
  return *this;
}

Flag& Flag::shows(std::string value) {
  fallback = std::move(value);
  return *this;
}

bool Flag::is_given() const { return option_->count() > 0; }

Command::Command(CLI::App& app, std::string name, std::string what)
    : app_(*app.add_subcommand(name, what)), name_(std::move(name)), what_(std::move(what)) {
  // Words that belong to no flag are read after all flags. The library's own operands would read
  // "[::1]" as a list in brackets.
  app_.allow_extras();
}

Flag& Command::add_flag(const std::string& names, bool& value, const std::string& what) {
  return flags_.emplace_back(app_.add_flag(names, value, what), names, "", what);
}

Flag& Command::add_reader(const std::string& names, const std::string& type, Read read, bool many,
                          const std::string& what) {
  CLI::Option* const option = app_.add_option(names, reader(std::move(read), names), what);
  option->type_name(type);
  if (many) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return flags_.emplace_back(option, names, type, what);
}

Flag& Command::add_value(const std::string& names, const std::string& type, Read read,
                         const std::string& what) {
  return add_reader(names, type, std::move(read), /*many=*/false, what);
}

Flag& Command::add_list(const std::string& names, const std::string& type, Read read_one,
                        const std::string& what) {
  const Read read = [read_one = std::move(read_one)](const std::string& text) -> Status {
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      if (comma == at) {
        return Status::unusable(
            fmt::format("'{}': there is nothing before or after a comma", text));
      }
      Status status = read_one(text.substr(at, comma - at));
      if (!status.ok()) return status;
      at = comma + 1;
    }
    return {};
  };
  return add_reader(names, type, read, /*many=*/true, what);
}

Flag& Command::add_text(const std::string& names, const std::string& type, std::string& value,
                        const std::string& what) {
  return add_value(
      names, type,
      [&value, type](const std::string& text) {
        value = text;
        return refuse_empty(text, type);
      },
      what);
}

Flag& Command::add_texts(const std::string& names, const std::string& type,
                         std::vector<std::string>& values, const std::string& what) {
  const Read read = [&values, type](const std::string& text) {
    values.push_back(text);
    return refuse_empty(text, type);
  };
  return add_reader(names, type, read, /*many=*/true, what);
}

Flag& Command::add_duration(const std::string& names, Duration& value, const std::string& what,
                            Duration least) {
  Flag& flag = add_value(
      names, "DURATION",
      [&value, least](const std::string& text) {
        const std::optional<Duration> duration = parse_duration(text, least);
        if (!duration) {
          return Status::unusable(fmt::format("'{}' is not a duration: {}{}", printable(text),
                                              kDurationForms,
                                              least == Duration::zero() ? ", or 0" : ""));
        }
        value = *duration;
        return Status();
      },
      what);
  return flag.shows(write_duration(value));
}

Status Command::check_word(const std::string& text, const std::vector<std::string>& words) {
  if (std::ranges::find(words, text) != words.end()) return {};
  return Status::unusable(fmt::format("'{}' is not one of {}{}", printable(text),
                                      fmt::join(words, ", "), did_you_mean(text, words)));
}

Result<std::uint64_t> Command::read_number(const std::string& text, std::uint64_t least,
                                           std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [reached, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && reached == end && number >= least && number <= most) {
    return number;
  }
  return Status::unusable(
      fmt::format("'{}' is not a whole number from {} to {}", printable(text), least, most));
}

void Command::add_operands(std::string type, std::vector<std::string>& words, std::string what) {
  operand_ = std::move(type);
  operand_what_ = std::move(what);
  operands_ = &words;
}

Status Command::take_left_over(const std::vector<std::string>& behind_mark) const {
  std::vector<std::string> operands;
  for (const std::string& word : app_.remaining()) {
    if (is_flag(word)) return unknown_option(word, *this);
    operands.push_back(word);
  }
  operands.insert(operands.end(), behind_mark.begin(), behind_mark.end());
  if (operands_ != nullptr) {
    *operands_ = std::move(operands);
  } else if (!operands.empty()) {
    return Status::unusable(fmt::format("unexpected argument '{}'", printable(operands.front())));
  }
  return {};
}

Program::Program(std::string name, const std::string& version, std::string what, std::string notes)
    : name_(std::move(name)),
      what_(std::move(what)),
      notes_(std::move(notes)),
      app_(std::make_unique<CLI::App>(what_, name_)) {
  app_->set_version_flag("--version", name_ + " " + version);
  app_->require_subcommand(1);
  app_->formatter_fn([this](const CLI::App*, const std::string&, CLI::AppFormatMode) {
    const Command* const command = chosen_command();
    return command == nullptr ? help_of(*this) : help_of(*this, *command);
  });
}

Program::~Program() = default;

Command& Program::add_command(const std::string& name, const std::string& what) {
  return commands_.emplace_back(*app_, name, what);
}

Status Program::begin_with(int count, char** words) const {
  if (count < 2) {
    return Status::unusable("a subcommand is missing:\n" + list_of_commands(*this));
  }
  const std::string word = words[1];
  if (word == "-h" || word == "--help" || word == "--version") return {};
  if (is_flag(word)) {
    return Status::unusable(fmt::format("{} is given before the subcommand:\n{}", printable(word),
                                        list_of_commands(*this)));
  }
  std::vector<std::string> known;
  for (const Command& command : commands_) {
    if (command.name() == word) return {};
    if (!command.hidden()) known.push_back(command.name());
  }
  return Status::unusable(fmt::format("'{}' is not a subcommand{}\n{}", printable(word),
                                      did_you_mean(word, known), list_of_commands(*this)));
}

void Program::parse(int count, char** words) {
  // Words after "--" are operands, even if they look like flags.
  char** const end = words + count;
  char** const mark =
      std::find_if(words, end, [](const char* word) { return std::string_view(word) == "--"; });
  if (mark != end) behind_mark_.assign(mark + 1, end);
  app_->parse(static_cast<int>(mark - words), words);
}

std::string Program::explain(const CLI::Error& request) const {
  std::ostringstream text;
  app_->exit(request, text, text);
  return text.str();
}

Status Program::left_over() {
  const Command* const command = chosen_command();
  return command == nullptr ? Status() : command->take_left_over(behind_mark_);
}

int Program::run() {
  const Command* const command = chosen_command();
  return command == nullptr ? 0 : command->action_();
}

std::string Program::chosen() const {
  const Command* const command = chosen_command();
  return command == nullptr ? name_ : name_ + " " + command->name();
}

const Command* Program::chosen_command() const {
  const std::vector<CLI::App*> chosen = app_->get_subcommands();
  if (chosen.empty()) return nullptr;
  const auto found = std::ranges::find(commands_, chosen.front()->get_name(), &Command::name);
  return found == commands_.end() ? nullptr : &*found;
}

}  // namespace mxsweep::cli
