// SPDX-License-Identifier: MIT
// [watch], [vantage], [alerts], [history] and [control].
#include <fmt/format.h>

#include <string_view>

#include "config/reader.h"
#include "config/values.h"
#include "mxsweep/core/address.h"
#include "mxsweep/smtp/command.h"
#include "mxsweep/targets/reader.h"

namespace mxsweep::config {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kConcurrencyMax = 1'000'000;
constexpr double kRateMax = 1'000'000;
constexpr std::uint64_t kHistoryOctetsMin = 1'000'000;  // Some pages of each table.
constexpr std::uint64_t kHistoryOctetsMax = 100'000'000'000'000;
constexpr std::int64_t kMailSizeMax = std::int64_t{1} << 40;
constexpr std::size_t kCanariesMax = 16;
constexpr std::uint16_t kCanaryPort = 25;
constexpr std::string_view kConnectOnly = "/tcp";

void read_helo(Fields& fields, Context& context, std::string& helo) {
  const std::optional<Word> name = fields.word("helo");
  if (!name) {
    if (!fields.has("helo")) fields.missing("helo");
    return;
  }
  if (const Status checked = smtp::check_helo_name(name->text); !checked.ok()) {
    context.complain(name->where, fmt::format("helo: {}", checked.sentence()));
    return;
  }
  helo = name->text;
}

void read_envelope(Fields& fields, Context& context, smtp::Envelope& envelope) {
  fields.number("mail_size", envelope.octets, 1, kMailSizeMax);
  const std::optional<Word> recipient = fields.word("recipient");
  if (!recipient) return;
  if (const Status checked = smtp::check_mailbox(recipient->text); !checked.ok()) {
    context.complain(recipient->where, fmt::format("recipient: {}", checked.sentence()));
    return;
  }
  envelope.recipient = recipient->text;
}

void read_sources(Fields& fields, Context& context, std::vector<std::string>& sources) {
  for (const Word& word : fields.words("sources")) {
    if (parse_address(word.text)) {
      sources.push_back(word.text);
      continue;
    }
    context.complain(word.where, fmt::format("sources: '{}' is not an IP address", word.written));
  }
}

// A canary is written like a target of a list, and is one server.
std::optional<watch::Canary> read_canary(const std::string& text) {
  watch::Canary canary;
  canary.text = text;
  std::string_view target = text;
  if (target.ends_with(kConnectOnly)) {
    canary.greets = false;
    target.remove_suffix(kConnectOnly.size());
  }
  targets::Reader reader({kCanaryPort}, {.header_row = false});
  targets::Target another;
  targets::BadLine bad;
  reader.feed(target);
  reader.finish();
  if (reader.next(canary.target, bad) != targets::Reader::Next::target) return std::nullopt;
  if (reader.next(another, bad) != targets::Reader::Next::end) return std::nullopt;
  return canary;
}

}  // namespace

void read_watch(const Document& document, Reading& reading) {
  watch::Settings& settings = reading.settings;
  const std::vector<const toml::table*>& tables = document.of("watch");
  if (tables.empty()) {
    reading.context.complain({}, "there is no section [watch]: helo is required");
    return;
  }
  Fields fields(reading.context, "watch", tables);
  read_helo(fields, reading.context, settings.helo);
  fields.text("state_dir", settings.state_dir);
  fields.zone("time_zone", settings.time_zone);
  read_probing(fields, reading.group_defaults);
  read_checks(fields, reading, reading.group_defaults);
  read_envelope(fields, reading.context, settings.envelope);
  fields.number("concurrency", settings.concurrency, 1, kConcurrencyMax);
  fields.real("rate", settings.rate, 0, kRateMax);
  read_sources(fields, reading.context, settings.sources);
  if (const std::optional<Word> resolver = fields.word("resolver")) {
    settings.resolver = resolver->text;
    if (!is_resolver(resolver->text)) {
      fields.complain("resolver",
                      fmt::format("resolver: '{}' is not IP or IP:PORT", resolver->written));
    }
  }
  fields.text("ca_file", settings.ca_file);
  fields.finish();
}

void read_vantage(const Document& document, Reading& reading) {
  const std::vector<const toml::table*>& tables = document.of("vantage");
  if (tables.empty()) return;
  watch::Vantage& vantage = reading.settings.vantage;
  Fields fields(reading.context, "vantage", tables);
  const std::vector<Word> words = fields.words("canaries");
  for (const Word& word : words) {
    std::optional<watch::Canary> canary = read_canary(word.text);
    if (canary) vantage.canaries.push_back(*std::move(canary));
    if (!canary) {
      reading.context.complain(word.where,
                               fmt::format("canaries: '{}' is not one server: write HOST:PORT, and "
                                           "/tcp if it sends no greeting",
                                           word.written));
    }
  }
  if (words.size() > kCanariesMax) {
    fields.complain("canaries", fmt::format("there are more than {} canaries", kCanariesMax));
  }
  vantage.quorum = static_cast<std::uint32_t>((vantage.canaries.size() + 1) / 2);
  fields.number("quorum", vantage.quorum, 1, kCanariesMax);
  if (vantage.quorum > words.size()) {
    fields.complain("quorum", fmt::format("quorum is {}, but the number of canaries is {}",
                                          vantage.quorum, words.size()));
  }
  fields.finish();
}

void read_alerts(const Document& document, Reading& reading) {
  const std::vector<const toml::table*>& tables = document.of("alerts");
  if (tables.empty()) return;
  watch::Settings& settings = reading.settings;
  Fields fields(reading.context, "alerts", tables);
  fields.span("group_wait", settings.group_wait, Duration::zero(), 1h);
  fields.span("group_interval", settings.group_interval, 1s, kDay);
  fields.time_of_day("digest_at", settings.digest_at);
  fields.url("dead_man", settings.dead_man);
  fields.span("dead_man_every", settings.dead_man_every, 1s, kDay);
  fields.url("status_url", settings.status_url);
  fields.finish();
}

void read_history_and_control(const Document& document, Reading& reading) {
  watch::Settings& settings = reading.settings;
  if (const auto& tables = document.of("history"); !tables.empty()) {
    Fields fields(reading.context, "history", tables);
    if (const std::optional<Word> size = fields.word("max_size")) {
      const std::optional<std::uint64_t> octets = read_size(size->text);
      if (octets && *octets >= kHistoryOctetsMin && *octets <= kHistoryOctetsMax) {
        settings.history_octets_max = *octets;
      } else {
        fields.complain("max_size", fmt::format("max_size: '{}' is not a size from 1MB to 100TB: "
                                                "write 500MB, 10GB or 1TB",
                                                size->written));
      }
    }
    fields.finish();
  }
  if (const auto& tables = document.of("control"); !tables.empty()) {
    Fields fields(reading.context, "control", tables);
    fields.text("socket", settings.control);
    fields.text("group", settings.control_group);
    fields.finish();
  }
}

}  // namespace mxsweep::config
