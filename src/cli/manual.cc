// SPDX-License-Identifier: MIT
// The manual page and the completions are made from the same words as --help, so that they cannot
// say anything else.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/say.h"
#include "mxsweep/verdict/causes_page.h"

namespace mxsweep::cli {
namespace {

using Commands = std::vector<const Command*>;

Commands commands_of(const Program& program) {
  Commands visible;
  for (const Command& command : program.commands()) {
    if (!command.hidden()) visible.push_back(&command);
  }
  return visible;
}

std::vector<std::string_view> names_of(const Flag& flag) {
  std::vector<std::string_view> names;
  for (std::string_view rest = flag.names; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    names.push_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

bool is_long(std::string_view name) { return name.starts_with("--"); }

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Text for troff: its escape character doubled, hyphens plain, no line that looks like a request.
std::string roff(std::string text) {
  text = replace_all(std::move(text), "\\", "\\e");
  text = replace_all(std::move(text), "-", "\\-");
  text = replace_all(std::move(text), "\n", "\n.br\n");
  if (text.starts_with('.') || text.starts_with('\'')) text.insert(0, "\\&");
  return text;
}

void man_options(const Command& command) {
  if (!command.operand().empty()) {
    put(".TP\n\\fI{}\\fR\n{}\n", roff(command.operand()), roff(command.operand_what()));
  }
  for (const Flag& flag : command.flags()) {
    put(".TP\n.B {}{}\n{}{}\n", roff(flag.names),
        flag.type.empty() ? "" : " \\fI" + roff(flag.type) + "\\fR", roff(flag.what),
        flag.fallback.empty() ? "" : " [" + roff(flag.fallback) + "]");
  }
}

void print_man(const Program& program) {
  put(".TH MXSWEEP 1 \"\" \"mxsweep " MXSWEEP_VERSION "\" \"User Commands\"\n");
  put(".SH NAME\nmxsweep \\- sweep mail servers, one JSON line for each\n");
  put(".SH SYNOPSIS\n");
  for (const Command* command : commands_of(program)) {
    put(".B mxsweep {}\n[options]{}{}\n.br\n", command->name(),
        command->operand().empty() ? "" : " ", roff(command->operand()));
  }
  put(".SH DESCRIPTION\n{}\n", roff(program.what()));
  for (const Command* command : commands_of(program)) {
    put(".SH \"MXSWEEP {}\"\n{}\n", command->name(), roff(command->what()));
    man_options(*command);
    if (!command->notes().empty()) put(".PP\n{}\n", roff(command->notes()));
  }
  put(".SH \"EXIT STATUS\"\n{}\n", roff(program.notes()));
}

void print_bash(const Program& program) {
  std::string names;
  put("_mxsweep() {{\n  local current=${{COMP_WORDS[COMP_CWORD]}} words\n");
  put("  case ${{COMP_WORDS[1]}} in\n");
  for (const Command* command : commands_of(program)) {
    std::string words = "--help";
    for (const Flag& flag : command->flags()) {
      for (const std::string_view name : names_of(flag)) words.append(" ").append(name);
    }
    names += " " + command->name();
    put("    {}) words='{}' ;;\n", command->name(), words);
  }
  put("  esac\n  if ((COMP_CWORD == 1)); then words='{} --help --version'; fi\n", names.substr(1));
  put("  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}}\n");
  put("complete -o default -F _mxsweep mxsweep\n");
}

void print_zsh(const Program& program) {
  const auto quoted = [](std::string text) {
    text = replace_all(std::move(text), "'", "'\\''");
    text = replace_all(std::move(text), "[", "\\[");
    return replace_all(std::move(text), "]", "\\]");
  };
  put("#compdef mxsweep\n_mxsweep() {{\n  local -a commands=(\n");
  for (const Command* command : commands_of(program)) {
    put("    '{}:{}'\n", command->name(), quoted(replace_all(command->what(), ":", "\\:")));
  }
  put("  )\n  if ((CURRENT == 2)); then _describe command commands; return; fi\n");
  put("  case $words[2] in\n");
  for (const Command* command : commands_of(program)) {
    put("    {}) _arguments", command->name());
    for (const Flag& flag : command->flags()) {
      for (const std::string_view name : names_of(flag)) {
        if (!is_long(name)) continue;
        put(" \\\n      '{}[{}]{}'", name, quoted(flag.what),
            flag.type.empty() ? "" : ":" + quoted(flag.type) + ":_files");
      }
    }
    put(" '*:file:_files' ;;\n");
  }
  put("  esac\n}}\n_mxsweep \"$@\"\n");
}

void print_fish(const Program& program) {
  const auto quoted = [](const std::string& text) { return replace_all(text, "'", "\\'"); };
  for (const Command* command : commands_of(program)) {
    put("complete -c mxsweep -n __fish_use_subcommand -a {} -d '{}'\n", command->name(),
        quoted(command->what()));
    for (const Flag& flag : command->flags()) {
      put("complete -c mxsweep -n '__fish_seen_subcommand_from {}'", command->name());
      for (const std::string_view name : names_of(flag)) {
        put(" -{} {}", is_long(name) ? 'l' : 's', name.substr(is_long(name) ? 2 : 1));
      }
      put("{} -d '{}'\n", flag.type.empty() ? "" : " -r", quoted(flag.what));
    }
  }
}

}  // namespace

void add_manual(Program& program) {
  Command& command = program.add_command(
      "manual", "Print the manual page, a shell's completions or the list of causes");
  command.hide();  // For packagers: not part of the help.
  const auto forms = std::make_shared<std::vector<std::string>>();
  command.add_operands("man|bash|zsh|fish|causes", *forms, "What to print");
  command.on_run([forms, &program] {
    const std::string form = forms->size() == 1 ? forms->front() : std::string{};
    if (form == "man") {
      print_man(program);
    } else if (form == "bash") {
      print_bash(program);
    } else if (form == "zsh") {
      print_zsh(program);
    } else if (form == "fish") {
      print_fish(program);
    } else if (form == "causes") {
      put_text(verdict::causes_page());
    } else {
      say("mxsweep: manual takes one word: man, bash, zsh, fish or causes\n");
      return kWrongUsage;
    }
    return kRanToItsEnd;
  });
}

}  // namespace mxsweep::cli
