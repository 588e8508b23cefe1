// SPDX-License-Identifier: MIT
// [[group]].
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "config/reader.h"
#include "config/values.h"
#include "mxsweep/core/cause.h"

namespace mxsweep::config {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kConfirmationsMax = 20;
constexpr std::size_t kRetriesMax = 16;
constexpr std::size_t kGroupsMax = std::numeric_limits<watch::GroupNumber>::max();

void read_retry(Fields fields, watch::Confirmation& confirmation) {
  fields.spans("after", confirmation.after, 1s, 1h);
  if (confirmation.after.size() > kRetriesMax) {
    fields.complain("after", fmt::format("after has more than {} durations", kRetriesMax));
  }
  fields.number("down_after", confirmation.down_after, 1, kConfirmationsMax);
  fields.number("up_after", confirmation.up_after, 1, kConfirmationsMax);
  fields.number("degraded_after", confirmation.degraded_after, 1, kConfirmationsMax);
  fields.finish();
}

void read_tls_every(Fields& fields, Duration& every) {
  const toml::node* node = fields.find("tls_every");
  if (node != nullptr && node->value<std::string_view>() == "always") {
    every = Duration::zero();
    return;
  }
  fields.span("tls_every", every, 1s, kDay * 7);
}

void read_slo(Fields fields, watch::Group& group) {
  watch::Group::Objective objective;
  if (const std::optional<Word> text = fields.word("target")) {
    const std::optional<double> target = read_share(text->text);
    if (target && *target > 0 && *target < 1) {
      objective.target = *target;
    } else {
      fields.complain("target",
                      "target must be a percentage above 0% and below 100%, such as "
                      "\"99.9%\"");
    }
  } else if (!fields.has("target")) {
    fields.missing("target");
  }
  fields.span("window", objective.window, 1h, kDay * 366);
  fields.finish();
  group.objective = objective;
}

std::vector<std::string> cause_words() {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < kCauseCount; ++i) {
    words.emplace_back(to_string(static_cast<Cause>(i)));
  }
  return words;
}

void read_page_on(Fields& fields, Context& context, watch::Group& group) {
  for (const Word& word : fields.words("page_on")) {
    const std::vector<std::string> known = cause_words();
    const auto found = std::ranges::find(known, word.text);
    if (found == known.end()) {
      context.complain(word.where, fmt::format("page_on: unknown cause '{}'{}", word.written,
                                               suggestion(word.text, known)));
      continue;
    }
    const auto cause = static_cast<Cause>(found - known.begin());
    // A failure after the conversation in clear has worked makes a server degraded, too.
    const Outcome outcome = outcome_of(cause);
    if (outcome != Outcome::degraded && outcome != Outcome::failed && outcome != Outcome::refused) {
      context.complain(word.where,
                       fmt::format("page_on: '{}' is not a cause of degraded servers or a refusal",
                                   word.written));
      continue;
    }
    group.page_on.push_back(cause);
  }
}

// The registered port of a group's protocol (RFC 8314 section 7).
std::uint16_t usual_port(Protocol protocol, targets::TlsMode tls) {
  const bool implicit = tls == targets::TlsMode::implicit;
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap: return implicit ? 993 : 143;
    case Protocol::pop3: return implicit ? 995 : 110;
  }
  return 25;
}

void read_protocol(Fields& fields, watch::Group& group) {
  constexpr std::array<std::pair<std::string_view, Protocol>, kProtocolCount> kProtocols{{
      {"smtp", Protocol::smtp},
      {"imap", Protocol::imap},
      {"pop3", Protocol::pop3},
  }};
  Protocol protocol = Protocol::smtp;
  fields.choice("protocol", protocol, kProtocols);
  if (!fields.has("protocol")) return;
  group.protocol = protocol;
  if (fields.has("domains") && protocol != Protocol::smtp) {
    fields.complain("protocol", "protocol: mail domains are served by SMTP");
  }
  if (!fields.has("ports")) group.ports = {usual_port(protocol, group.tls)};
}

void read_targets(Fields& fields, watch::Group& group) {
  constexpr std::array<std::pair<std::string_view, targets::TlsMode>, 4> kTls{{
      {"auto", targets::TlsMode::automatic},
      {"starttls", targets::TlsMode::starttls},
      {"implicit", targets::TlsMode::implicit},
      {"off", targets::TlsMode::off},
  }};
  fields.text("targets", group.targets);
  fields.text("domains", group.domains);
  const bool targets = fields.has("targets");
  const bool domains = fields.has("domains");
  if (targets && domains) {
    fields.complain("domains", "a group has targets or domains, not both: make two groups");
  } else if (!targets && !domains) {
    fields.missing("targets", " (or domains)");
  }
  const std::vector<std::int64_t> ports = fields.numbers("ports", 1, 65535);
  if (!ports.empty()) group.ports.assign(ports.begin(), ports.end());
  fields.choice("tls", group.tls, kTls);
  read_protocol(fields, group);
}

// The label `severity` sets that of the group, unless the key does.
void read_labels(Fields& fields, watch::Group& group) {
  fields.labels("labels", group.labels);
  const auto label = group.labels.find("severity");
  if (label != group.labels.end()) {
    constexpr std::array kAll = {watch::Severity::info, watch::Severity::warning,
                                 watch::Severity::critical};
    const auto found = std::ranges::find_if(
        kAll, [&](watch::Severity each) { return to_string(each) == label->second; });
    if (found != kAll.end()) group.severity = *found;
    if (found == kAll.end()) {
      fields.complain("labels", "labels: severity must be critical, warning or info");
    }
  }
  read_severity(fields, "severity", group.severity);
}

bool can_be_segment(std::string_view name) {
  if (name == "." || name == "..") return false;
  return std::ranges::none_of(name, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return c == '/' || octet < 0x20 || octet == 0x7f;
  });
}

// A conversation that begins a mail transaction looks like an attempt to send mail.
void check_depth(const Fields& fields, const watch::Group& group, const std::string& recipient) {
  if (group.depth > kForeignDepthMost && !(fields.has("own") && group.own)) {
    fields.complain(
        "depth", "depth: mail and rcpt are for one's own servers: if these are, write own = true");
  } else if (group.depth > kForeignDepthMost &&
             group.protocol.value_or(Protocol::smtp) != Protocol::smtp) {
    fields.complain("depth",
                    "depth: mail and rcpt are of SMTP, and the group's protocol is another");
  } else if (group.depth >= smtp::Depth::rcpt && recipient.empty()) {
    fields.complain("depth",
                    "depth: rcpt needs a recipient that the servers should accept: write "
                    "recipient = \"postmaster@example.net\" in [watch]");
  }
}

void read_group(const toml::table& table, Reading& reading) {
  Fields fields(reading.context, "group", {&table});
  watch::Group group = reading.group_defaults;
  fields.text("name", group.name);
  read_targets(fields, group);
  read_probing(fields, group);
  read_checks(fields, reading, group);
  fields.flag("require_valid", group.require_valid);
  fields.flag("own", group.own);
  check_depth(fields, group, reading.settings.envelope.recipient);
  read_judging(fields, reading, group);
  fields.texts("group_by", group.group_by);
  fields.finish();

  if (group.name.empty()) {
    group.name = stem_of(group.targets.empty() ? group.domains : group.targets);
  }
  if (group.name.empty()) return;  // Something is missing already.
  add_group(fields, reading, std::move(group));
}

}  // namespace

void read_confirmation(Fields& fields, watch::Group& group) {
  if (auto retry = fields.inside("retry", "group.retry")) {
    read_retry(*std::move(retry), group.confirmation);
  }
}

void read_judging(Fields& fields, Reading& reading, watch::Group& group) {
  read_page_on(fields, reading.context, group);
  read_labels(fields, group);
  fields.span("void_after", group.void_after, 1min, kDay * 366);
  if (auto inside = fields.inside("slo", "group.slo")) read_slo(*std::move(inside), group);
}

void add_group(const Fields& fields, Reading& reading, watch::Group&& group) {
  if (!can_be_segment(group.name)) {
    fields.complain("name", fmt::format("'{}' cannot be the name of a group: it stands in the "
                                        "paths of pages, so it may not have a slash or a control "
                                        "character, nor be '.' or '..'",
                                        shown(group.name)));
  }
  const auto number = static_cast<watch::GroupNumber>(reading.settings.groups.size());
  if (!reading.groups.try_emplace(group.name, number).second) {
    fields.complain("name", fmt::format("there is another group '{}'", shown(group.name)));
  }
  reading.settings.groups.push_back(std::move(group));
}

void read_probing(Fields& fields, watch::Group& group) {
  constexpr std::array<std::pair<std::string_view, smtp::Depth>, 6> kDepths{{
      {"connect", smtp::Depth::connect},
      {"greeting", smtp::Depth::greeting},
      {"ehlo", smtp::Depth::ehlo},
      {"tls", smtp::Depth::tls},
      {"mail", smtp::Depth::mail},
      {"rcpt", smtp::Depth::rcpt},
  }};
  fields.span("interval", group.interval, 1s, kDay);
  read_confirmation(fields, group);
  fields.choice("depth", group.depth, kDepths);
  read_tls_every(fields, group.tls_every);
}

// A default may name checks of domains and of servers: each group takes those that it can have.
void read_checks(Fields& fields, Reading& reading, watch::Group& group) {
  constexpr std::array<std::pair<std::string_view, mxsweep::Severity>, 2> kLeast{
      {{"error", mxsweep::Severity::error}, {"warn", mxsweep::Severity::warn}}};
  constexpr std::array<std::pair<std::string_view, MailRole>, 3> kRoles{
      {{"both", MailRole::both}, {"in", MailRole::in}, {"out", MailRole::out}}};
  const auto& check_fault = reading.context.surroundings.check_fault;
  const bool is_default = group.targets.empty() && group.domains.empty();
  const bool domains = is_default || !group.domains.empty();
  std::vector<Word> words = fields.words("checks");
  if (fields.has("checks")) {
    group.checks.words.clear();
    if (words.size() == 1 && words[0].text == "none") words.clear();
    for (const Word& word : words) {
      const std::string fault = check_fault ? check_fault(word.text, domains) : std::string();
      if (!fault.empty()) reading.context.complain(word.where, "checks: " + fault);
      group.checks.words.push_back(word.text);
    }
  } else if (!domains && check_fault) {
    std::erase_if(group.checks.words,
                  [&](const std::string& word) { return !check_fault(word, false).empty(); });
  }
  fields.span("checks_every", group.checks.every, 60s, kDay * 30);
  fields.choice("checks_alert", group.checks.least, kLeast);
  fields.choice("checks_role", group.checks.role, kRoles);
}

void read_severity(Fields& fields, std::string_view key, watch::Severity& severity) {
  using watch::Severity;
  constexpr std::array<std::pair<std::string_view, Severity>, 3> kWords{{
      {"critical", Severity::critical},
      {"warning", Severity::warning},
      {"info", Severity::info},
  }};
  fields.choice(key, severity, kWords);
}

void read_groups(const Document& document, Reading& reading) {
  const std::vector<const toml::table*>& tables = document.of("group");
  if (tables.size() > kGroupsMax) {
    reading.context.complain(tables.back()->source(),
                             fmt::format("there are more than {} groups", kGroupsMax));
    return;
  }
  reading.settings.groups.reserve(tables.size());
  for (const toml::table* table : tables) read_group(*table, reading);
}

}  // namespace mxsweep::config
