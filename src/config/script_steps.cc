// SPDX-License-Identifier: MIT
#include "config/script_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <tuple>
#include <utility>

#include "config/script_texts.h"
#include "config/values.h"
#include "mxsweep/config/endpoint.h"
#include "mxsweep/core/duration.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/roundtrip/extension.h"
#include "mxsweep/roundtrip/pattern.h"
#include "mxsweep/smtp/command.h"

namespace mxsweep::config {
namespace {

using roundtrip::Action;
using roundtrip::Endpoint;
using roundtrip::Service;
using roundtrip::Step;

constexpr std::int64_t kDaysMax = 3660;
constexpr std::int64_t kHopsLimitMax = 100;
constexpr std::size_t kHeaderIndexMax = 100;
// These change what the dialogue expects next, and so have steps of their own.
constexpr std::array<std::string_view, 7> kOwnSteps = {"DATA", "BDAT", "STARTTLS", "AUTH",
                                                       "EHLO", "HELO", "QUIT"};

void complain_of(Fields& fields, std::string_view key, const Status& status) {
  if (!status.ok()) fields.complain(key, fmt::format("{}: {}", key, status.sentence()));
}

// A flag that can only be true.
template <typename Plain>
Action plain_action(Fields& fields, std::string_view key) {
  bool wanted = true;
  fields.flag(key, wanted);
  if (!wanted) fields.complain(key, fmt::format("{} = false is no step: leave it out", key));
  return Plain{};
}

Action read_connect(Fields& fields, Context&, ScriptReading& reading) {
  reading.connected = true;
  reading.opening = true;
  roundtrip::Connect connect{read_place(fields, "connect", true)};
  const bool secured = connect.endpoint.service == Service::smtps;
  fields.flag("verify", connect.verify);
  if (fields.has("verify") && !secured && !connect.endpoint.host.empty()) {
    fields.complain("verify", "verify goes with smtps here; starttls has its own");
  }
  return connect;
}

Action read_ehlo(Fields& fields, Context& context, ScriptReading&) {
  plain_action<roundtrip::Ehlo>(fields, "ehlo");
  roundtrip::Ehlo ehlo;
  const toml::node* node = fields.find("want");
  const toml::array* array = node == nullptr ? nullptr : node->as_array();
  const auto add = [&](const toml::node& each) {
    const toml::value<std::string>* text = each.as_string();
    const Status status = text == nullptr ? Status::unusable("must be a text")
                                          : roundtrip::check_extension(text->get());
    if (status.ok()) ehlo.want.push_back(text->get());
    if (!status.ok()) context.complain(each.source(), "want: " + status.sentence());
  };
  if (array != nullptr) {
    for (const toml::node& each : *array) add(each);
  } else if (node != nullptr) {
    add(*node);
  }
  return ehlo;
}

Action read_starttls(Fields& fields, Context&, ScriptReading&) {
  roundtrip::StartTls starttls;
  if (std::optional<Fields> inside = fields.inside("starttls", "check.step.starttls")) {
    inside->flag("verify", starttls.verify);
    inside->number("days_left", starttls.days_left, 0, kDaysMax);
    inside->finish();
  }
  return starttls;
}

Action read_auth(Fields& fields, Context&, ScriptReading& reading) {
  roundtrip::Authenticate auth{.user = "${user}"};
  if (std::optional<Fields> inside = fields.inside("auth", "check.step.auth")) {
    const std::string word = plain_text(*inside, "mechanism");
    if (!word.empty()) auth.mechanism = sasl::mechanism_of(word);
    if (!word.empty() && !auth.mechanism) {
      inside->complain("mechanism", fmt::format("mechanism: '{}' is not PLAIN, LOGIN, "
                                                "SCRAM-SHA-256, XOAUTH2 or OAUTHBEARER",
                                                shown(word)));
    }
    const std::string user = text_with_variables(*inside, "user", reading.variables);
    if (!user.empty()) auth.user = user;
    inside->flag("in_clear", auth.in_clear);
    inside->finish();
  }
  return auth;
}

Action read_mail_from(Fields& fields, Context&, ScriptReading& reading) {
  return roundtrip::MailFrom{read_address(fields, "mail_from", reading.variables)};
}

Action read_rcpt_to(Fields& fields, Context&, ScriptReading& reading) {
  roundtrip::RcptTo rcpt{read_address(fields, "rcpt_to", reading.variables)};
  const toml::node* node = fields.find("rcpt_to");
  const bool empty = node->is_string() && node->as_string()->get().empty();
  if (empty) fields.complain("rcpt_to", "rcpt_to is empty");
  // What a server says must not choose whom messages go to.
  const std::size_t at = rcpt.address.rfind('@');
  if (at != rcpt.address.npos && rcpt.address.find("${", at) != rcpt.address.npos) {
    fields.complain("rcpt_to", "rcpt_to: the domain must be written here, not be a variable");
  }
  return rcpt;
}

Action read_data(Fields& fields, Context&, ScriptReading& reading) {
  reading.has_message = true;
  roundtrip::Data data{.subject = "probe ${token}"};
  if (std::optional<Fields> inside = fields.inside("data", "check.step.data")) {
    const std::string subject = text_with_variables(*inside, "subject", reading.variables);
    if (!subject.empty()) data.subject = subject;
    complain_of(*inside, "subject",
                message::check_probe_message(
                    {.from = "a@b", .to = "a@b", .subject = sample_of(data.subject)}));
    inside->number("octets", data.octets, 0, std::int64_t{message::kMessageOctetsMax});
    data.file = plain_text(*inside, "file");
    if (inside->has("file") && (inside->has("subject") || inside->has("octets"))) {
      inside->complain("file", "file: the file has the whole message, with its subject and size");
    }
    inside->finish();
  }
  return data;
}

Action read_send(Fields& fields, Context&, ScriptReading& reading) {
  roundtrip::Send send{text_with_variables(fields, "send", reading.variables)};
  const std::string_view verb = std::string_view(send.line).substr(0, send.line.find(' '));
  const toml::node* node = fields.find("send");
  if (node->is_string() && node->as_string()->get().empty()) {
    fields.complain("send", "send is empty");
  }
  const bool own = std::ranges::any_of(
      kOwnSteps, [verb](std::string_view known) { return same_word(known, verb); });
  if (own) fields.complain("send", fmt::format("send: {} has a step of its own", shown(verb)));
  return send;
}

Action read_quit(Fields& fields, Context&, ScriptReading&) {
  return plain_action<roundtrip::Quit>(fields, "quit");
}

void read_folders(Fields& fields, roundtrip::Fetch& fetch) {
  const toml::node* node = fields.find("folder");
  const auto add = [&](const toml::node& each) {
    const toml::value<std::string>* text = each.as_string();
    if (text != nullptr && !text->get().empty()) fetch.folders.push_back(text->get());
    if (text == nullptr || text->get().empty()) {
      fields.complain("folder", "folder must be a text or an array of texts such as \"INBOX\"");
    }
  };
  if (node == nullptr) return;
  if (const toml::array* array = node->as_array()) {
    for (const toml::node& each : *array) add(each);
  } else {
    add(*node);
  }
  if (fetch.folders.size() > roundtrip::kFoldersMax) {
    fields.complain("folder",
                    fmt::format("there are more than {} folders", roundtrip::kFoldersMax));
  }
}

Action read_fetch(Fields& fields, Context&, ScriptReading& reading) {
  if (reading.fetched) fields.complain("fetch", "fetch: a check has one mailbox");
  if (!reading.has_message) fields.complain("fetch", "fetch needs a step with data before it");
  reading.fetched = true;
  roundtrip::Fetch fetch{.endpoint = read_place(fields, "fetch", false)};
  read_folders(fields, fetch);
  fetch.want_folder = plain_text(fields, "want_folder");
  fetch.user = text_with_variables(fields, "user", {"user"});
  fields.flag("verify", fetch.verify);
  fields.flag("in_clear", fetch.in_clear);
  const bool imap =
      fetch.endpoint.service == Service::imap || fetch.endpoint.service == Service::imaps;
  const bool of_folders = fields.has("folder") || fields.has("want_folder");
  if (!fetch.endpoint.host.empty() && !imap && of_folders) {
    fields.complain("folder", "folder: a mailbox of POP3 has no folders");
  } else if (!fetch.want_folder.empty() &&
             std::ranges::find(fetch.folders, fetch.want_folder) == fetch.folders.end()) {
    fields.complain("want_folder", "want_folder must be one of those of folder");
  }
  return fetch;
}

// "Received[1]": the second one.
std::optional<roundtrip::HeaderPattern> header_of(std::string_view key) {
  roundtrip::HeaderPattern header;
  const std::size_t bracket = std::min(key.find('['), key.size());
  header.name = key.substr(0, bracket);
  std::string_view index = key.substr(bracket);
  if (!index.empty()) {
    if (index.size() < 3 || !index.ends_with(']')) return std::nullopt;
    index = index.substr(1, index.size() - 2);
    const char* const end = index.data() + index.size();
    const auto [reached, error] = std::from_chars(index.data(), end, header.index);
    if (error != std::errc{} || reached != end || header.index > kHeaderIndexMax) {
      return std::nullopt;
    }
  }
  const bool named = !header.name.empty() && std::ranges::all_of(header.name, [](char c) {
    return c > ' ' && c < 0x7f && c != ':';
  });
  return named ? std::optional(header) : std::nullopt;
}

// Calls `take` with each key of a table and the pattern that is its value.
template <typename Take>
void for_each_pattern(Fields& fields, Context& context, std::string_view key, Take take) {
  const toml::node* node = fields.find(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr || table->empty()) {
    fields.complain(key, fmt::format("{} must be a table of patterns", key));
    return;
  }
  for (const auto& [name, value] : *table) {
    const toml::value<std::string>* text = value.as_string();
    const Status status = text == nullptr ? Status::unusable("must be a pattern, in quotes")
                                          : roundtrip::Pattern::compile(text->get()).status();
    if (status.ok()) take(std::string(name.str()), text->get(), value.source());
    if (!status.ok()) {
      context.complain(value.source(),
                       fmt::format("{}: '{}': {}", key, shown(name.str()), status.sentence()));
    }
  }
}

Action read_header(Fields& fields, Context& context, ScriptReading& reading) {
  roundtrip::HeaderCheck check;
  const auto key_of_pattern = [](const roundtrip::HeaderPattern& each) {
    return std::tie(each.name, each.index);
  };
  for_each_pattern(
      fields, context, "header",
      [&](const std::string& name, const std::string& pattern, const toml::source_region& where) {
        std::optional<roundtrip::HeaderPattern> header = header_of(name);
        if (!header) {
          context.complain(where, fmt::format("header: '{}' is not the name of a header, such as "
                                              "\"Subject\" or \"Received[0]\"",
                                              shown(name)));
          return;
        }
        header->pattern = pattern;
        if (same_word(header->name, "Authentication-Results") && !reading.trusts_server) {
          context.complain(where,
                           "header: anybody can add Authentication-Results: name the server "
                           "that is believed, as authserv_id of the check");
        }
        check.patterns.push_back(*std::move(header));
      });
  std::ranges::stable_sort(check.patterns, {}, key_of_pattern);
  const auto second = std::ranges::adjacent_find(check.patterns, {}, key_of_pattern);
  if (second != check.patterns.end()) {
    fields.complain("header", fmt::format("header: '{}' stands twice", shown(second->name)));
  }
  return check;
}

Action read_hops(Fields& fields, Context&, ScriptReading&) {
  roundtrip::HopsCheck hops;
  if (std::optional<Fields> inside = fields.inside("hops", "check.step.hops")) {
    inside->number("max", hops.max, 1, kHopsLimitMax);
    inside->span("each", hops.each, std::chrono::seconds{1}, roundtrip::kDeadlineMax);
    inside->finish();
  }
  return hops;
}

Action read_delete(Fields& fields, Context&, ScriptReading&) {
  return plain_action<roundtrip::Delete>(fields, "delete");
}

using Reader = Action (*)(Fields&, Context&, ScriptReading&);
constexpr std::array<std::pair<std::string_view, Reader>, std::variant_size_v<Action>> kReaders{{
    {"connect", read_connect},
    {"ehlo", read_ehlo},
    {"starttls", read_starttls},
    {"auth", read_auth},
    {"mail_from", read_mail_from},
    {"rcpt_to", read_rcpt_to},
    {"data", read_data},
    {"send", read_send},
    {"quit", read_quit},
    {"fetch", read_fetch},
    {"header", read_header},
    {"hops", read_hops},
    {"delete", read_delete},
}};

void read_expect(Fields& fields, Context& context, roundtrip::Expectation& expect) {
  const toml::node* node = fields.find("expect");
  if (node == nullptr) return;
  const auto add = [&](const toml::node& each) {
    Status status = Status::unusable("write a code such as 250, or a text such as \"2xx\"");
    if (const auto* text = each.as_string(); text != nullptr && !text->get().empty()) {
      status = add_word(text->get(), expect);
    } else if (const auto* code = each.as_integer();
               code != nullptr && code->get() >= 200 && code->get() <= 599) {
      status = add_word(std::to_string(code->get()), expect);
    }
    if (!status.ok()) context.complain(each.source(), "expect: " + status.sentence());
  };
  const toml::array* array = node->as_array();
  if (array == nullptr) add(*node);
  if (array != nullptr && array->empty()) fields.complain("expect", "expect is empty");
  if (array != nullptr) {
    for (const toml::node& each : *array) add(each);
  }
}

void read_captures(Fields& fields, Context& context, ScriptReading& reading, Step& step) {
  for_each_pattern(
      fields, context, "capture",
      [&](const std::string& name, const std::string& pattern, const toml::source_region& where) {
        const bool taken = std::ranges::find(reading.variables, name) != reading.variables.end();
        if (!is_capture_name(name) || name == "password" || taken) {
          context.complain(where, fmt::format("capture: '{}' is {}", shown(name),
                                              taken ? "a variable already"
                                                    : "not a name of letters, digits and '_'"));
          return;
        }
        reading.variables.push_back(name);
        step.captures.push_back({name, pattern});
      });
}

// Keys that belong to an action which this step does not have.
void complain_of_strangers(Fields& fields, const Step& step) {
  const auto refuse = [&](std::string_view key, std::string_view belongs) {
    if (fields.has(key)) fields.complain(key, fmt::format("{} goes with {}", key, belongs));
    fields.find(key);
  };
  if (!std::holds_alternative<roundtrip::Ehlo>(step.action)) refuse("want", "ehlo");
  const bool fetches = std::holds_alternative<roundtrip::Fetch>(step.action);
  for (const std::string_view key : {"folder", "want_folder", "user", "in_clear"}) {
    if (!fetches) refuse(key, "fetch");
  }
  if (!fetches && !std::holds_alternative<roundtrip::Connect>(step.action)) {
    refuse("verify", "connect and fetch");
  }
  if (!has_reply(step.action)) {
    refuse("expect", "actions that have a reply");
    refuse("capture", "actions that have a reply");
  }
}

void complain_of_order(Fields& fields, const Step& step, ScriptReading& reading) {
  const std::string_view key = key_of(step.action);
  const bool of_message = std::holds_alternative<roundtrip::HeaderCheck>(step.action) ||
                          std::holds_alternative<roundtrip::HopsCheck>(step.action) ||
                          std::holds_alternative<roundtrip::Delete>(step.action);
  if (of_message && !reading.fetched) {
    fields.complain(key, fmt::format("{} needs a step with fetch before it", key));
  }
  if (has_reply(step.action) && !reading.connected) {
    fields.complain(key, fmt::format("{} needs a step with connect before it", key));
  }
  if (has_reply(step.action) && reading.fetched) {
    fields.complain(key, fmt::format("{} must stand before fetch", key));
  }
  const bool opens = std::holds_alternative<roundtrip::Connect>(step.action) ||
                     std::holds_alternative<roundtrip::Ehlo>(step.action) ||
                     std::holds_alternative<roundtrip::StartTls>(step.action);
  if (opens && reading.connected && !reading.opening) {
    fields.complain(key, fmt::format("{} must stand directly behind connect", key));
  }
  reading.opening = opens;
}

}  // namespace

Step read_step(Fields& fields, Context& context, ScriptReading& reading) {
  Step step;
  std::string_view first;
  for (const auto& [key, read] : kReaders) {
    if (!fields.has(key)) {
      fields.find(key);
    } else if (first.empty()) {
      first = key;
      step.action = read(fields, context, reading);
    } else {
      fields.find(key);
      fields.complain(key, fmt::format("a step has one action: {} and {} are two", first, key));
    }
  }
  if (first.empty()) {
    fields.complain("connect",
                    "the step has no action: connect, ehlo, starttls, auth, mail_from, "
                    "rcpt_to, data, send, quit, fetch, header, hops or delete");
  } else {
    complain_of_strangers(fields, step);
    complain_of_order(fields, step, reading);
  }
  step.name = plain_text(fields, "name");
  fields.span("within", step.within, kDurationMin, roundtrip::kDeadlineMax);
  fields.flag("always", step.always);
  if (has_reply(step.action)) {
    read_expect(fields, context, step.expect);
    read_captures(fields, context, reading, step);
  }
  for (const std::string_view key : {"want", "folder", "want_folder", "user", "verify", "in_clear"})
    fields.find(key);
  fields.finish();
  return step;
}

roundtrip::Endpoint read_place(Fields& fields, std::string_view key, bool sending) {
  const std::string text = plain_text(fields, key);
  if (std::optional<Endpoint> endpoint = read_endpoint(text, sending)) return *std::move(endpoint);
  if (!text.empty() || (fields.has(key) && fields.find(key)->is_string())) {
    fields.complain(key, fmt::format("{}: '{}' is not a server: write {}", key, shown(text),
                                     sending ? kSendingForms : kMailboxForms));
  }
  return {};
}

std::string read_address(Fields& fields, std::string_view key,
                         const std::vector<std::string>& variables) {
  std::string address = text_with_variables(fields, key, variables);
  if (!address.empty()) complain_of(fields, key, smtp::check_mailbox(sample_of(address)));
  return address;
}

void read_steps(Fields& fields, Context& context, roundtrip::Script& script) {
  ScriptReading reading;
  reading.trusts_server = !script.authserv_id.empty();
  for (Fields& inside : fields.each_inside("step", "check.step")) {
    if (script.steps.size() == roundtrip::kStepsMax) {
      fields.complain("step", fmt::format("there are more than {} steps", roundtrip::kStepsMax));
      return;
    }
    script.steps.push_back(read_step(inside, context, reading));
  }
}

}  // namespace mxsweep::config
