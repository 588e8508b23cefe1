// SPDX-License-Identifier: MIT
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace mxsweep::cli {
namespace {

constexpr std::size_t kColumnsMax = 100;
constexpr std::size_t kWordsColumn = 34;  // Where the description of a flag begins.
constexpr std::size_t kCommandColumn = 12;

// Appends the words, wrapped; every line but the first is indented.
void append_wrapped(std::string_view words, std::size_t column, std::size_t indent,
                    std::string& text) {
  bool first = true;
  while (!words.empty()) {
    const std::size_t blank = std::min(words.find(' '), words.size());
    if (!first && column + 1 + blank > kColumnsMax) {
      text += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      text += ' ';
      ++column;
    }
    text += words.substr(0, blank);
    column += blank;
    words.remove_prefix(std::min(blank + 1, words.size()));
    first = false;
  }
  text += '\n';
}

// "  -f, --input-file FILE      The list; - is standard input [-]"
void append_flag(std::string left, std::string what, const std::string& fallback,
                 std::string& text) {
  if (!fallback.empty()) what += fmt::format(" [{}]", fallback);
  left = "  " + left;
  if (left.size() + 2 > kWordsColumn) {
    text += left + '\n';
    left.clear();
  }
  text += left + std::string(kWordsColumn - left.size(), ' ');
  append_wrapped(what, kWordsColumn, kWordsColumn, text);
}

std::string left_of(const Flag& flag) {
  std::string left = flag.names;
  const std::size_t comma = left.find(',');
  if (comma != std::string::npos) left.insert(comma + 1, " ");
  if (comma == std::string::npos) left.insert(0, "    ");
  return flag.type.empty() ? left : left + ' ' + flag.type;
}

void append_notes(std::string_view notes, std::string& text) {
  if (notes.empty()) return;
  text += '\n';
  while (!notes.empty()) {
    const std::size_t end = std::min(notes.find('\n'), notes.size());
    append_wrapped(notes.substr(0, end), 0, 0, text);
    notes.remove_prefix(std::min(end + 1, notes.size()));
  }
}

}  // namespace

std::string list_of_commands(const Program& program) {
  std::string text;
  for (const Command& command : program.commands()) {
    if (command.hidden()) continue;
    std::string left = "  " + command.name();
    text += left + std::string(kCommandColumn - left.size(), ' ');
    append_wrapped(command.what(), kCommandColumn, kCommandColumn, text);
  }
  return text;
}

std::string help_of(const Program& program) {
  std::string text;
  append_wrapped(program.what(), 0, 0, text);
  text += fmt::format(
      "\nUsage: {0} SUBCOMMAND [OPTIONS]\n\nSubcommands (details: {0} SUBCOMMAND --help):\n",
      program.name());
  text += list_of_commands(program);
  text += "\nOptions:\n";
  append_flag("-h, --help", "Print this and exit", "", text);
  append_flag("    --version", "Print the version and exit", "", text);
  append_notes(program.notes(), text);
  return text;
}

std::string help_of(const Program& program, const Command& command) {
  std::string text;
  append_wrapped(command.what(), 0, 0, text);
  text += fmt::format("\nUsage: {} {} [OPTIONS]{}{}\n", program.name(), command.name(),
                      command.operand().empty() ? "" : " ", command.operand());
  if (!command.operand().empty()) {
    text += '\n';
    append_flag(command.operand(), command.operand_what(), "", text);
  }
  text += "\nOptions:\n";
  append_flag("-h, --help", "Print this and exit", "", text);
  for (const Flag& flag : command.flags()) {
    append_flag(left_of(flag), flag.what, flag.fallback, text);
  }
  append_notes(command.notes(), text);
  return text;
}

}  // namespace mxsweep::cli
