// SPDX-License-Identifier: MIT
// Prints the manual pages and the completions. Options are made from the same texts as --help, and
// keys of the configuration from the reader's own table, so that they cannot differ;
// src/cli/mxsweep.1.in and mxsweep-watch.5.in have the rest of the manual pages.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/mxsweep-causes.7.in.h"
#include "cli/mxsweep-watch.5.in.h"
#include "cli/mxsweep.1.in.h"
#include "cli/say.h"
#include "cli/without_marks.h"
#include "mxsweep/config/sections.h"
#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/software/products_page.h"
#include "mxsweep/software/software.h"
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

// Escapes text for troff: its escape character, hyphens, and a first character that would make the
// line a request.
std::string roff(std::string text) {
  text = replace_all(std::move(text), "\\", "\\e");
  text = replace_all(std::move(text), "-", "\\-");
  if (text.starts_with('.') || text.starts_with('\'')) text.insert(0, "\\&");
  return text;
}

// Escapes text of any length and breaks it into short source lines, which troff fills again.
std::string filled(std::string_view text) {
  constexpr std::size_t kManualColumnsMax = 78;
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string word = roff(std::string(text.substr(0, blank)));
    const bool begins_line = column == 0 || column + 1 + word.size() > kManualColumnsMax;
    if (column > 0) lines += begins_line ? '\n' : ' ';
    lines += word;
    column = begins_line ? word.size() : column + 1 + word.size();
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return lines;
}

void man_options(const Command& command) {
  if (!command.operand().empty()) {
    put(".TP\n\\fI{}\\fR\n{}\n", roff(command.operand()), filled(command.operand_what()));
  }
  for (const Flag& flag : command.flags()) {
    put(".TP\n.B {}{}\n{}\n", roff(flag.names),
        flag.type.empty() ? "" : " \\fI" + roff(flag.type) + "\\fR",
        filled(flag.what + (flag.fallback.empty() ? "" : " [" + flag.fallback + "]")));
  }
}

// Lines that are indented in help are not filled.
void man_notes(std::string_view notes) {
  bool as_it_is = false;
  while (!notes.empty()) {
    const std::string_view line = notes.substr(0, notes.find('\n'));
    notes.remove_prefix(std::min(line.size() + 1, notes.size()));
    const bool indented = line.starts_with(' ');
    if (as_it_is && !indented) put(".EE\n");
    if (indented) {
      put("{}{}\n", as_it_is ? "" : ".EX\n", roff(std::string(line)));
    } else {
      put(".PP\n{}\n", filled(line));
    }
    as_it_is = indented;
  }
  if (as_it_is) put(".EE\n");
}

void man_synopsis(const Program& program) {
  for (const Command* command : commands_of(program)) {
    const bool last = command == commands_of(program).back();
    put(".B mxsweep {}\n[options]{}{}\n{}", command->name(), command->operand().empty() ? "" : " ",
        roff(command->operand()), last ? "" : ".br\n");
  }
}

void man_command(const Program& program, std::string_view name) {
  const Commands commands = commands_of(program);
  const auto found = std::ranges::find(commands, name, &Command::name);
  INVARIANT(found != commands.end());
  put("{}\n", filled((*found)->what()));
  man_options(**found);
  man_notes((*found)->notes());
}

std::string heading_of(const config::Section& section) {
  switch (section.form) {
    case config::Section::Form::table: return fmt::format("[{}]", section.name);
    case config::Section::Form::repeated: return fmt::format("[[{}]]", section.name);
    case config::Section::Form::inside: break;
  }
  const std::size_t point = section.name.find('.');
  if (point == std::string_view::npos) return fmt::format("{} = {{ … }}", section.name);
  return fmt::format("{} = {{ … }} of [[{}]]", section.name.substr(point + 1),
                     section.name.substr(0, point));
}

void man_sections() {
  for (const config::Section& section : config::sections()) {
    put(".SS \"{}\"\n{}\n", roff(replace_all(heading_of(section), "…", "...")),
        filled(section.what));
    for (const config::Key& key : section.keys) {
      std::string about = fmt::format("{} Type: {}.", key.what, to_string(key.type));
      if (!key.fallback.empty()) about += fmt::format(" Default: {}.", key.fallback);
      put(".TP\n\\fB{}\\fR = {}\n{}\n", roff(std::string(key.name)), roff(std::string(key.example)),
          filled(about));
    }
  }
}

// Replaces what all pages share, and prints the lines in between.
template <typename Line>
void print_page(std::string_view source, Line&& replaces) {
  std::string page(source);
  page = replace_all(std::move(page), "@version@", MXSWEEP_VERSION);
  page = replace_all(std::move(page), "@datadir@", roff(MXSWEEP_DATADIR));
  page = replace_all(std::move(page), "@docdir@", roff(MXSWEEP_DOCDIR));
  for (std::string_view rest = page; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!replaces(line)) put("{}\n", line);
  }
}

// Replaces the lines "@synopsis@" and "@command NAME@" of mxsweep.1.in by what the commands define.
void print_man(const Program& program) {
  static constexpr std::string_view kCommand = "@command ";
  print_page(kManual, [&program](std::string_view line) {
    if (line == "@synopsis@") {
      man_synopsis(program);
    } else if (line.starts_with(kCommand)) {
      man_command(program, line.substr(kCommand.size(), line.size() - kCommand.size() - 1));
    } else {
      return false;
    }
    return true;
  });
}

// mxsweep-watch(5).
void print_watch_man() {
  print_page(kWatchManual, [](std::string_view line) {
    if (line != "@sections@") return false;
    man_sections();
    return true;
  });
}

void man_causes() {
  for (const CauseRow& row : cause_rows()) {
    put(".TP\n.B {}\n{}.\n", roff(std::string(row.word)), filled(without_marks(row.sentence)));
    if (row.group == CauseGroup::none) continue;
    put("Outcome {}, group {}, blame {}.\n", to_string(outcome_of(row.cause)), to_string(row.group),
        to_string(row.blame));
    if (!row.seen.empty()) put("Seen: {}.\n", filled(without_marks(row.seen)));
    put("To do: {}.\n", filled(without_marks(row.advice)));
  }
}

template <typename Rows>
void man_rows(const Rows& rows) {
  for (const auto& row : rows) {
    put(".TP\n.B {}\n{}:\n{}.\n", roff(std::string(row.word)), filled(without_marks(row.seen)),
        filled(without_marks(row.meaning)));
  }
}

void man_checks() {
  for (const CheckFindingRow& row : check_finding_rows()) {
    put(".TP\n.B {}\n{}.\nSeverity {} for what sends mail, {} for what only receives it.\n{}.\n",
        roff(std::string(row.word)), filled(without_marks(row.seen)), to_string(row.out),
        to_string(row.in), roff(std::string(row.reference)));
    put("To do: {}.\n", filled(without_marks(row.cure)));
  }
}

// The table of docs/findings.md.
void print_findings() {
  put("| id | severity out / in | rule | seen | to do |\n|---|---|---|---|---|\n");
  for (const CheckFindingRow& row : check_finding_rows()) {
    put("| `{}` | {} / {} | {} | {} | {} |\n", row.word, to_string(row.out), to_string(row.in),
        row.reference, row.seen, row.cure);
  }
}

// mxsweep-causes(7).
void print_causes_man() {
  print_page(kCausesManual, [](std::string_view line) {
    if (line == "@causes@") {
      man_causes();
    } else if (line == "@anomalies@") {
      man_rows(anomaly_rows());
    } else if (line == "@findings@") {
      man_rows(finding_rows());
    } else if (line == "@check_findings@") {
      man_checks();
    } else {
      return false;
    }
    return true;
  });
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
  Command& command =
      program.add_command("manual", "Print the manual page, a shell's completions, or a list");
  command.hide();  // For packagers: not part of the help.
  const auto forms = std::make_shared<std::vector<std::string>>();
  command.add_operands("man|watch|causes-man|bash|zsh|fish|causes|findings|software|fingerprints",
                       *forms, "What to print");
  command.on_run([forms, &program] {
    const std::string form = forms->size() == 1 ? forms->front() : std::string{};
    if (form == "man") {
      print_man(program);
    } else if (form == "watch") {
      print_watch_man();
    } else if (form == "causes-man") {
      print_causes_man();
    } else if (form == "bash") {
      print_bash(program);
    } else if (form == "zsh") {
      print_zsh(program);
    } else if (form == "fish") {
      print_fish(program);
    } else if (form == "causes") {
      put_text(verdict::causes_page());
    } else if (form == "findings") {
      print_findings();
    } else if (form == "software") {
      put_text(software::products_page());
    } else if (form == "fingerprints") {
      put_text(software::builtin_fingerprints());
    } else {
      say("mxsweep: manual takes one word: man, watch, causes-man, bash, zsh, fish, causes, "
          "findings, software or fingerprints\n");
      return kWrongUsage;
    }
    return kRanToItsEnd;
  });
}

}  // namespace mxsweep::cli
