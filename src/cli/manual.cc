// SPDX-License-Identifier: MIT
// The manual page and the completions are made from the same words as --help, so that they cannot
// say anything else.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/say.h"

namespace mxsweep::cli {
namespace {

using Apps = std::vector<const CLI::App*>;
using Flags = std::vector<const CLI::Option*>;

Apps commands_of(const CLI::App& program) {
  Apps visible;
  for (const CLI::App* command : program.get_subcommands({})) {
    if (!command->get_group().empty()) visible.push_back(command);
  }
  return visible;
}

Flags flags_of(const CLI::App& app) {
  Flags flags;
  for (const CLI::Option* option : app.get_options()) flags.push_back(option);
  return flags;
}

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

std::string takes(const CLI::Option& option) {
  const bool has_value = option.get_items_expected_max() > 0 && !option.get_type_name().empty();
  return has_value ? option.get_type_name() : std::string{};
}

void man_options(const CLI::App& app) {
  for (const CLI::Option* option : flags_of(app)) {
    put(".TP\n.B {}", roff(option->get_name(/*positional=*/true, /*all_options=*/true)));
    const std::string value = takes(*option);
    put("{}\n{}", value.empty() ? "" : " \\fI" + roff(value) + "\\fR",
        roff(option->get_description()));
    const std::string fallback = option->get_default_str();
    put("{}\n", fallback.empty() ? "" : " [" + roff(fallback) + "]");
  }
}

void print_man(const CLI::App& program) {
  put(".TH MXSWEEP 1 \"\" \"mxsweep " MXSWEEP_VERSION "\" \"User Commands\"\n");
  put(".SH NAME\nmxsweep \\- sweep mail servers, one JSON line for each\n");
  put(".SH SYNOPSIS\n");
  for (const CLI::App* command : commands_of(program)) {
    put(".B mxsweep {}\n[options]{}\n.br\n", command->get_name(),
        command->get_name() == "probe" ? " TARGET" : "");
  }
  put(".SH DESCRIPTION\n{}\n", roff(program.get_description()));
  for (const CLI::App* command : commands_of(program)) {
    put(".SH \"MXSWEEP {}\"\n{}\n", command->get_name(), roff(command->get_description()));
    man_options(*command);
    if (!command->get_footer().empty()) put(".PP\n{}\n", roff(command->get_footer()));
  }
  put(".SH \"EXIT STATUS\"\n{}\n", roff(program.get_footer()));
}

std::vector<std::string> long_flags(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : flags_of(app)) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

void print_bash(const CLI::App& program) {
  std::string names;
  put("_mxsweep() {{\n  local current=${{COMP_WORDS[COMP_CWORD]}} words\n");
  put("  case ${{COMP_WORDS[1]}} in\n");
  for (const CLI::App* command : commands_of(program)) {
    names += " " + command->get_name();
    put("    {}) words='{}' ;;\n", command->get_name(), fmt::join(long_flags(*command), " "));
  }
  put("  esac\n  if ((COMP_CWORD == 1)); then words='{} --help --version'; fi\n", names.substr(1));
  put("  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}}\n");
  put("complete -o default -F _mxsweep mxsweep\n");
}

void print_zsh(const CLI::App& program) {
  const auto quoted = [](std::string text) {
    text = replace_all(std::move(text), "'", "'\\''");
    text = replace_all(std::move(text), "[", "\\[");
    return replace_all(std::move(text), "]", "\\]");
  };
  put("#compdef mxsweep\n_mxsweep() {{\n  local -a commands=(\n");
  for (const CLI::App* command : commands_of(program)) {
    put("    '{}:{}'\n", command->get_name(),
        quoted(replace_all(command->get_description(), ":", "\\:")));
  }
  put("  )\n  if ((CURRENT == 2)); then _describe command commands; return; fi\n");
  put("  case $words[2] in\n");
  for (const CLI::App* command : commands_of(program)) {
    put("    {}) _arguments", command->get_name());
    for (const CLI::Option* option : flags_of(*command)) {
      for (const std::string& name : option->get_lnames()) {
        const std::string value = takes(*option);
        put(" \\\n      '--{}[{}]{}'", name, quoted(option->get_description()),
            value.empty() ? "" : ":" + quoted(value) + ":_files");
      }
    }
    put(" '*:file:_files' ;;\n");
  }
  put("  esac\n}}\n_mxsweep \"$@\"\n");
}

void print_fish(const CLI::App& program) {
  const auto quoted = [](const std::string& text) { return replace_all(text, "'", "\\'"); };
  for (const CLI::App* command : commands_of(program)) {
    put("complete -c mxsweep -n __fish_use_subcommand -a {} -d '{}'\n", command->get_name(),
        quoted(command->get_description()));
    for (const CLI::Option* option : flags_of(*command)) {
      if (option->get_lnames().empty()) continue;
      put("complete -c mxsweep -n '__fish_seen_subcommand_from {}'", command->get_name());
      for (const std::string& name : option->get_lnames()) put(" -l {}", name);
      for (const std::string& name : option->get_snames()) put(" -s {}", name);
      put("{} -d '{}'\n", takes(*option).empty() ? "" : " -r", quoted(option->get_description()));
    }
  }
}

}  // namespace

void add_manual(CLI::App& program, int& exit_code) {
  const auto form = std::make_shared<std::string>();
  CLI::App* const app =
      program.add_subcommand("manual", "Print the manual page or a shell's completions");
  app->group("");  // For packagers: not part of the help.
  app->add_option("form", *form, "man, bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"man", "bash", "zsh", "fish"}));
  app->callback([form, &program, &exit_code] {
    if (*form == "man") print_man(program);
    if (*form == "bash") print_bash(program);
    if (*form == "zsh") print_zsh(program);
    if (*form == "fish") print_fish(program);
    exit_code = kRanToItsEnd;
  });
}

}  // namespace mxsweep::cli
