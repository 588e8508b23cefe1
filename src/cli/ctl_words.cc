// SPDX-License-Identifier: MIT
#include "cli/ctl_words.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/certificate_words.h"
#include "cli/command.h"

namespace mxsweep::cli {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

enum class Argument : std::uint8_t { none, number, text };

struct Form {
  std::string_view command;
  Argument argument;
  std::string_view key;  // Of the argument.
  bool takes_match;
  bool takes_by;
};

constexpr std::array<Form, 9> kForms{{
    {"status", Argument::none, {}, false, false},
    {"incidents", Argument::none, {}, false, false},
    {"ack", Argument::number, "incident", false, true},
    {"silence", Argument::none, {}, true, true},
    {"maintenance", Argument::none, {}, true, true},
    {"unsilence", Argument::number, "id", false, false},
    {"check", Argument::none, {}, true, false},
    {"reload", Argument::none, {}, false, false},
    {"test-channel", Argument::text, "channel", false, false},
}};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

Result<std::string> write_match(const CtlRequest& request) {
  std::string members;
  const auto add = [&members](std::string_view key, const std::string& value) {
    if (value.empty()) return;
    members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", key, in_quotes(value));
  };
  add("group", request.group);
  add("target", request.target);
  add("severity", request.severity);
  std::string labels;
  for (const std::string& label : request.labels) {
    const std::size_t at = label.find('=');
    if (at == std::string::npos || at == 0) {
      return Status::unusable("--label: '" + label + "' is not KEY=VALUE");
    }
    labels += fmt::format("{}{}:{}", labels.empty() ? "" : ",", in_quotes(label.substr(0, at)),
                          in_quotes(label.substr(at + 1)));
  }
  if (!labels.empty()) {
    members += fmt::format("{}\"labels\":{{{}}}", members.empty() ? "" : ",", labels);
  }
  return '{' + members + '}';
}

std::string text_of(element parent, const char* key) {
  std::string_view text;
  const bool has = parent.at_key(key).get_string().get(text) == simdjson::SUCCESS;
  return has ? printable(text) : std::string();
}

std::uint64_t number_of(element parent, const char* key) {
  std::uint64_t number = 0;
  return parent.at_key(key).get_uint64().get(number) == simdjson::SUCCESS ? number : 0;
}

double decimal_of(element parent, const char* key) {
  double number = 0;
  return parent.at_key(key).get_double().get(number) == simdjson::SUCCESS ? number : 0;
}

// The mistakes of a configuration are a line each.
std::string lines_of_error(element root) {
  std::string_view text;
  if (root.at_key("error").get_string().get(text) != simdjson::SUCCESS) return {};
  std::string out;
  for (std::size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 1) {
    end = text.find('\n', begin);
    if (begin > 0) out += "\nmxsweep ctl: ";
    out += printable(text.substr(begin, end - begin));
  }
  return out;
}

template <typename Write>
std::string lines_of(element root, const char* key, const Write& write) {
  std::string out;
  array values;
  if (root.at_key(key).get_array().get(values) != simdjson::SUCCESS) return out;
  for (const element value : values) out += write(value);
  return out;
}

std::string incident_line(element outer) {
  element incident;
  if (outer.at_key("incident").get(incident) != simdjson::SUCCESS) return {};
  std::string what = text_of(incident, "title");
  const bool is_check = text_of(incident, "kind") == "check";
  if (what.empty() || is_check) {
    element scope;
    if (incident.at_key("scope").get(scope) != simdjson::SUCCESS) return {};
    const std::string why =
        is_check ? what : text_of(incident, "phase") + ' ' + text_of(incident, "cause");
    what = fmt::format("{} of {} in {}: {}", number_of(incident, "members"),
                       number_of(incident, "watched"), text_of(scope, "value"), why);
  }
  const bool acknowledged = incident.at_key("acknowledged").error() == simdjson::SUCCESS;
  return fmt::format("  {:>5}  {:<10}  {:<8}  {}, since {}{}\n", number_of(incident, "id"),
                     text_of(incident, "kind"), text_of(incident, "severity"), what,
                     text_of(incident, "since"), acknowledged ? ", acknowledged" : "");
}

std::string incident_lines(element root) {
  const std::string lines = lines_of(root, "incidents", incident_line);
  return lines.empty() ? "no incident is open\n" : "incidents:\n" + lines;
}

std::string channel_line(element channel) {
  const std::uint64_t waiting = number_of(channel, "waiting");
  const std::uint64_t dead = number_of(channel, "dead");
  const std::string error = text_of(channel, "last_error");
  if (waiting == 0 && dead == 0 && error.empty()) {
    return fmt::format("  {:<16} well\n", text_of(channel, "name"));
  }
  return fmt::format("  {:<16} {} waiting, {} given up{}{}\n", text_of(channel, "name"), waiting,
                     dead, error.empty() ? "" : ": ", error);
}

std::string hold_line(element hold) {
  const std::string note = text_of(hold, "note");
  std::string match;
  if (element value; hold.at_key("match").get(value) == simdjson::SUCCESS) {
    match = printable(simdjson::minify(value));
  }
  return fmt::format("  {:>5}  {}, {} until {} by {}{}{}\n", number_of(hold, "id"),
                     text_of(hold, "kind"), match == "{}" ? "everything" : match,
                     text_of(hold, "until"), text_of(hold, "by"), note.empty() ? "" : ": ", note);
}

std::string status_text(element root) {
  element monitors;
  element probes;
  element lag;
  if (root.at_key("monitors").get(monitors) != simdjson::SUCCESS ||
      root.at_key("probes").get(probes) != simdjson::SUCCESS ||
      probes.at_key("lag_ms").get(lag) != simdjson::SUCCESS) {
    return {};
  }
  std::string out = fmt::format(
      "{} watched: {} up, {} degraded, {} down, {} unknown, {} flapping\n",
      number_of(monitors, "watched"), number_of(monitors, "up"), number_of(monitors, "degraded"),
      number_of(monitors, "down"), number_of(monitors, "unknown"), number_of(monitors, "flapping"));
  if (const std::string sight = text_of(root, "sight"); sight != "clear") {
    out += "our own network: " + sight + '\n';
  }
  out +=
      fmt::format("{} results of {} connections since {}; {} open, {} waiting\n",
                  number_of(probes, "results"), number_of(probes, "visits"), text_of(root, "began"),
                  number_of(probes, "open"), number_of(probes, "waiting"));
  out += fmt::format("late by {:.0f} ms (p50), {:.0f} ms (p99), {:.0f} ms at most\n",
                     decimal_of(lag, "p50"), decimal_of(lag, "p99"), decimal_of(lag, "max"));
  out += incident_lines(root);
  out += "channels:\n" + lines_of(root, "channels", channel_line);
  const std::string holds = lines_of(root, "holds", hold_line);
  return holds.empty() ? out : out + "silences and maintenance:\n" + holds;
}

}  // namespace

Result<std::string> write_request(const std::vector<std::string>& words,
                                  const CtlRequest& request) {
  std::vector<std::string> commands;
  for (const Form& form : kForms) commands.emplace_back(form.command);
  if (words.empty()) return Status::unusable("a command is missing; --help lists them");
  const auto form = std::ranges::find(kForms, words.front(), &Form::command);
  if (form == kForms.end()) return Command::check_word(words.front(), commands);
  const std::size_t wanted = form->argument == Argument::none ? 1 : 2;
  if (words.size() != wanted) {
    return Status::unusable(words.front() +
                            (wanted == 1 ? " takes no argument" : " takes one argument"));
  }
  std::string json = "{\"command\":" + in_quotes(words.front());
  if (form->argument == Argument::number) {
    const Result<std::uint64_t> number = Command::read_number(words[1], 1, INT64_MAX);
    if (!number.ok()) return number.status();
    json += fmt::format(",\"{}\":{}", form->key, *number);
  } else if (form->argument == Argument::text) {
    json += fmt::format(",\"{}\":{}", form->key, in_quotes(words[1]));
  }
  if (form->takes_by) {
    json += ",\"by\":" + in_quotes(request.by);
    if (!request.note.empty()) json += ",\"note\":" + in_quotes(request.note);
    if (!request.lasts.empty()) json += ",\"for\":" + in_quotes(request.lasts);
  }
  if (form->takes_match) {
    const Result<std::string> match = write_match(request);
    if (!match.ok()) return match.status();
    json += ",\"match\":" + *match;
  }
  return json + '}';
}

Shown show_answer(std::string_view command, const std::string& answer) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(answer).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return {.ok = false, .text = "the answer is not JSON"};
  }
  bool ok = false;
  if (root.at_key("ok").get_bool().get(ok) != simdjson::SUCCESS || !ok)
    return {.ok = false, .text = lines_of_error(root)};
  if (command == "status") return {.ok = true, .text = status_text(root)};
  if (command == "incidents") return {.ok = true, .text = incident_lines(root)};
  if (const std::uint64_t id = number_of(root, "id"); id != 0) {
    return {.ok = true, .text = fmt::format("number {}, until {}\n", id, text_of(root, "until"))};
  }
  const std::string text = text_of(root, "text");
  return {.ok = true, .text = text.empty() ? "done\n" : text + '\n'};
}

}  // namespace mxsweep::cli
