// SPDX-License-Identifier: MIT
// An incident with all that its messages are composed of, and what every message must be like.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/utf8.h"
#include "mxsweep/results/json_writer.h"
#include "mxsweep/watch/compose.h"
#include "support/catch.h"

namespace mxsweep::watch::messages {

// 2026-11-26 10:02:10 UTC
inline constexpr WallTime kSince{std::chrono::seconds{1'795'687'330}};

struct World {
  Settings settings;
  Zones zones;
  Incident incident;
  std::vector<Monitor> monitors;
  std::vector<EvidenceRow> evidence;
  Channel channel;

  World() {
    settings.groups.emplace_back().name = "customers";
    zones["Europe/Vienna"].offsets = {{WallTime{}, std::chrono::hours{1}, "CET"}};
    channel.name = "ops";
    incident.id = 42;
    incident.revision = 3;
    incident.since = kSince;
    incident.opened = kSince + std::chrono::seconds{45};
    incident.cause = Cause::net_timeout;
    incident.phase = Phase::connect;
  }
  void one_host() {
    incident.scope = ScopeKind::monitor;
    incident.scope_value = "customers mx1.example.net:25 192.0.2.1";
    add_monitor("mx1.example.net", 1);
    incident.watched = 1;
    incident.members_peak = 1;
  }
  void prefix(std::uint32_t hosts, std::uint32_t watched) {
    incident.scope = ScopeKind::prefix;
    incident.scope_value = "192.0.2.0/24";
    for (std::uint32_t i = 1; i <= hosts; ++i) {
      add_monitor("mx" + std::to_string(i) + ".example.net", i);
    }
    incident.members_peak = hosts;
    incident.watched = watched;
    incident.percent = 98;
    incident.text = "3 of 3 canaries and 20 of 20 healthy servers answer";
  }
  void add_monitor(const std::string& target, std::uint32_t address) {
    Monitor monitor;
    monitor.key = "customers " + target + ":25";
    monitor.target = target;
    monitor.address = ipv4(0xc000'0200U + address);
    incident.members.push_back(static_cast<MonitorId>(monitors.size()));
    monitors.push_back(std::move(monitor));
  }
  void close_after(std::chrono::microseconds span) {
    incident.until = kSince + span;
    incident.closed = incident.until + std::chrono::seconds{30};
    incident.members.clear();
  }
  void receive(std::string_view greeting) {
    results::Record record;
    record.target = "mx1.example.net";
    record.ip = ipv4(0xc000'0201U);
    record.port = 25;
    record.attempt = 1;
    record.at = kSince;
    record.outcome = Outcome::failed;
    record.phase = Phase::greeting;
    record.cause = Cause::protocol_not_smtp;
    record.replies[Phase::greeting] = {0, greeting};
    record.reply = {0, greeting};
    record.ms[Phase::connect] = std::chrono::microseconds{12'010};
    record.ms[Phase::greeting] = std::chrono::microseconds{13'377};
    EvidenceRow row{42, "customers mx1.example.net:25 192.0.2.1", kSince, {}};
    results::append_json(record, row.record);
    evidence.push_back(std::move(row));
  }
  [[nodiscard]] Subject subject() const {
    return {incident, settings, zones,
            [this](MonitorId id) { return id < monitors.size() ? &monitors[id] : nullptr; },
            evidence};
  }
  [[nodiscard]] Message message(MessageKind kind, std::uint32_t reminder = 0,
                                std::chrono::microseconds later = std::chrono::minutes{1}) const {
    return compose(subject(), kind, reminder, channel, {Instant{}, kSince + later});
  }
};

inline void check_json(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  REQUIRE(simdjson::validate_utf8(json));
  REQUIRE(parser.parse(json).get(root) == simdjson::SUCCESS);
  std::int64_t version = 0;
  REQUIRE(root.at_pointer("/version").get(version) == simdjson::SUCCESS);
  CHECK(version == 1);
}

inline bool is_plain(std::string_view text, bool may_have_lines) {
  // U+0085, U+2028, U+202E, U+2066.
  for (const std::string_view harmful :
       {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xae", "\xe2\x81\xa6"}) {
    if (text.find(harmful) != text.npos) return false;
  }
  return simdjson::validate_utf8(text.data(), text.size()) &&
         std::ranges::none_of(text, [&](char octet) {
           const auto value = static_cast<unsigned char>(octet);
           return value == 0x7f || (value < 0x20 && !(may_have_lines && octet == '\n'));
         });
}

inline void check_form(const Message& message) {
  CHECK(message.subject.size() <= 200);
  CHECK(is_plain(message.subject, false));
  CHECK(is_plain(message.summary, false));
  CHECK(is_plain(message.body, true));
  CHECK(is_plain(message.evidence, true));
  CHECK(message.body.size() <= 16 * 1024);
  CHECK(message.evidence.size() <= kEvidenceOctetsMax);
  CHECK(message.targets.size() <= kTargetsShown);
  for (std::string_view rest = message.body; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    CHECK(count_characters(line) <= 78);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  check_json(message.json);
}

}  // namespace mxsweep::watch::messages
