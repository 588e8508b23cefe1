// SPDX-License-Identifier: MIT
// [[check]]: each is a group of one monitor.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/reader.h"
#include "config/script_steps.h"
#include "config/script_texts.h"
#include "config/values.h"
#include "mxsweep/config/scripts.h"
#include "mxsweep/roundtrip/usual_script.h"
#include "mxsweep/sasl/mechanism.h"

namespace mxsweep::config {
namespace {

using namespace std::chrono_literals;
using watch::RunKind;

constexpr std::uint8_t kResults = 2;  // In a row decide, both ways.
constexpr Duration kTripInterval = 5min;

// Keys that mean something for some kinds only.
struct KeyOfKinds {
  std::string_view key;
  std::string_view kinds;
};
constexpr std::array kKeysOfKinds = {
    KeyOfKinds{"command", "exec"},
    KeyOfKinds{"timeout", "exec"},
    KeyOfKinds{"step", "script"},
    KeyOfKinds{"file", "script"},
    KeyOfKinds{"send", "roundtrip"},
    KeyOfKinds{"from", "roundtrip"},
    KeyOfKinds{"to", "roundtrip"},
    KeyOfKinds{"fetch", "roundtrip"},
    KeyOfKinds{"mechanism", "roundtrip"},
    KeyOfKinds{"within", "roundtrip"},
    KeyOfKinds{"size", "roundtrip"},
    KeyOfKinds{"starttls", "roundtrip"},
    KeyOfKinds{"verify", "roundtrip"},
    KeyOfKinds{"in_clear", "roundtrip"},
    KeyOfKinds{"keep", "roundtrip"},
    KeyOfKinds{"deadline", "script roundtrip"},
    KeyOfKinds{"secret_file", "script roundtrip"},
    KeyOfKinds{"authserv_id", "script roundtrip"},
};

// Nothing: there is no such kind.
std::optional<RunKind> read_kind(Fields& fields) {
  constexpr std::array<std::pair<std::string_view, std::optional<RunKind>>, 3> kKinds{
      {{"exec", RunKind::exec}, {"script", RunKind::script}, {"roundtrip", RunKind::roundtrip}}};
  std::optional<RunKind> kind;
  fields.choice("kind", kind, kKinds);
  if (!fields.has("kind")) fields.missing("kind");
  return kind;
}

void complain_of_other_kinds(const Fields& fields, RunKind kind) {
  for (const auto& [key, kinds] : kKeysOfKinds) {
    if (!fields.has(key) || kinds.find(to_string(kind)) != kinds.npos) continue;
    fields.complain(key,
                    fmt::format("a check of kind '{}' has no use for {}", to_string(kind), key));
  }
}

void read_program(Fields& fields, watch::Run& run) {
  fields.texts("command", run.command);
  fields.span("timeout", run.timeout, 1s, 10min);
  if (run.kind != RunKind::exec) return;
  if (!fields.has("command")) {
    fields.missing("command");
  } else if (!run.command.empty() && !run.command.front().starts_with('/')) {
    fields.complain("command",
                    "command must begin with the whole path of a program, such as \"/usr/bin/x\"");
  }
}

// Of another file: the one of that name, or the only one.
void read_script_file(Fields& fields, Reading& reading, roundtrip::Script& script) {
  const std::string path = plain_text(fields, "file");
  if (path.empty()) return;
  const Result<std::string> text = reading.context.surroundings.read_file(path);
  if (!text.ok()) return fields.complain("file", "file: " + text.status().sentence());
  ConfiguredScripts read = read_scripts({.name = path, .text = *text});
  if (!read.scripts) {
    return fields.complain("file", "file: " + read.problems.front().text());
  }
  auto found = std::ranges::find(*read.scripts, script.name, &roundtrip::Script::name);
  if (found == read.scripts->end() && read.scripts->size() == 1) found = read.scripts->begin();
  if (found == read.scripts->end()) {
    return fields.complain(
        "file", fmt::format("file: {} has no check '{}'", shown(path), shown(script.name)));
  }
  std::string name = std::move(script.name);
  script = std::move(*found);
  script.name = std::move(name);
}

void read_script_of(Fields& fields, Reading& reading, roundtrip::Script& script) {
  read_script_file(fields, reading, script);
  const bool has_file = fields.has("file");
  read_steps(fields, reading.context, script);
  if (!has_file && !fields.has("step")) fields.missing("step", " (or file)");
  if (!has_file) return;
  for (const std::string_view key : {"step", "deadline", "secret_file", "authserv_id"}) {
    if (fields.has(key)) fields.complain(key, fmt::format("{} is in the file", key));
  }
}

void read_roundtrip(Fields& fields, bool needed, roundtrip::Script& script) {
  roundtrip::Usual usual{.secret_file = script.secret_file, .deadline = script.deadline};
  static const std::vector<std::string> kVariables = {"token", "user"};
  usual.server = read_place(fields, "send", true);
  usual.from = read_address(fields, "from", kVariables);
  usual.to = read_address(fields, "to", kVariables);
  for (const std::string_view key : {"send", "from", "to"}) {
    if (needed && !fields.has(key)) fields.missing(key);
  }
  roundtrip::Endpoint mailbox = read_place(fields, "fetch", false);
  if (!mailbox.host.empty()) usual.mailbox = std::move(mailbox);
  if (usual.mailbox && script.secret_file.empty()) {
    fields.complain("fetch", "fetch needs a secret_file, with the user of the mailbox");
  }
  const std::string mechanism = plain_text(fields, "mechanism");
  usual.mechanism = sasl::mechanism_of(mechanism);
  if (!mechanism.empty() && !usual.mechanism) {
    fields.complain("mechanism", fmt::format("mechanism: '{}' is not PLAIN, LOGIN, SCRAM-SHA-256, "
                                             "XOAUTH2 or OAUTHBEARER",
                                             shown(mechanism)));
  }
  fields.number("size", usual.octets, 0, static_cast<std::int64_t>(message::kMessageOctetsMax));
  fields.span("within", usual.within, 1s, roundtrip::kDeadlineMax);
  fields.flag("starttls", usual.starttls);
  fields.flag("verify", usual.verify);
  fields.flag("in_clear", usual.in_clear);
  fields.flag("keep", usual.keep);
  usual.authenticate = !script.secret_file.empty();
  usual.authserv_id = script.authserv_id;
  if (!needed) return;
  std::string name = std::move(script.name);
  script = usual_script(usual);
  script.name = std::move(name);
}

void read_trip(Fields& fields, Reading& reading, const watch::Group& group) {
  const RunKind kind = group.run->kind;
  roundtrip::Script script{.name = group.name};
  fields.span("deadline", script.deadline, 1s, roundtrip::kDeadlineMax);
  script.secret_file = plain_text(fields, "secret_file");
  script.authserv_id = plain_text(fields, "authserv_id");
  read_roundtrip(fields, kind == RunKind::roundtrip, script);
  if (kind == RunKind::script) {
    read_script_of(fields, reading, script);
  } else {
    static_cast<void>(fields.find("step"));
    static_cast<void>(fields.find("file"));
  }
  if (kind != RunKind::exec) reading.scripts.insert_or_assign(group.name, std::move(script));
}

watch::Group usual_group(RunKind kind, const watch::Group& defaults) {
  watch::Group group;
  group.run.emplace().kind = kind;
  group.confirmation.down_after = kResults;
  group.confirmation.up_after = kResults;
  group.confirmation.degraded_after = kResults;
  group.tls = targets::TlsMode::off;
  group.interval = defaults.interval;
  if (kind == RunKind::exec) return group;
  group.interval = kTripInterval;
  group.confirmation.after = {watch::kTripBreak};
  return group;
}

void read_run(const toml::table& table, Reading& reading) {
  Fields fields(reading.context, "check", {&table});
  const std::optional<RunKind> kind = read_kind(fields);
  watch::Group group = usual_group(kind.value_or(RunKind::exec), reading.group_defaults);
  fields.text("name", group.name);
  if (group.name.empty()) fields.missing("name");
  if (kind) complain_of_other_kinds(fields, *kind);
  if (!kind) return;
  read_program(fields, *group.run);
  read_trip(fields, reading, group);
  fields.span("interval", group.interval, *kind == RunKind::exec ? 1s : watch::kTripBreak, kDay);
  read_confirmation(fields, group);
  read_judging(fields, reading, group);
  fields.finish();
  if (!group.name.empty()) add_group(fields, reading, std::move(group));
}

}  // namespace

void read_runs(const Document& document, Reading& reading) {
  for (const toml::table* table : document.of("check")) read_run(*table, reading);
}

}  // namespace mxsweep::config
