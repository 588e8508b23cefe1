// SPDX-License-Identifier: MIT
// usage: hostile_fleet FIRST COUNT TIMEOUT_SECONDS [implicit]
//
// Prints personas for `mxsweep sink --personas`: those of the seeds from FIRST on, with the verdict
// that each has in memory for a scan up to the relay test, if every timeout of the scan is the one
// given. Where it depends on which of two things happens first, the name begins with "any".
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mxsweep/tls/client.h"
#include "support/hostile_persona.h"
#include "support/hostile_talk.h"

namespace {

using namespace mxsweep;

constexpr WallTime kToday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
constexpr sink::HostileTimes kTimes = {.shorter = std::chrono::milliseconds{30}, .longer = {}};

std::string hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char octet : octets) {
    const auto value = static_cast<unsigned char>(octet);
    text += kDigits[value >> 4U];
    text += kDigits[value & 15U];
  }
  return text;
}

std::string number(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

std::string_view word_of(sink::StepAction action) {
  switch (action) {
    case sink::StepAction::none: break;
    case sink::StepAction::close: return "close";
    case sink::StepAction::reset: return "reset";
    case sink::StepAction::hang: return "hang";
    case sink::StepAction::tls: return "tls";
    case sink::StepAction::cut: return "cut";
  }
  return {};
}

std::string json_of(const sink::Step& step) {
  std::string keys;
  const auto add = [&keys](std::string_view key, const std::string& value) {
    keys.append(keys.empty() ? "{\"" : ",\"").append(key).append("\":").append(value);
  };
  if (step.after != Duration{}) add("after_ms", number(step.after));
  if (!step.octets.empty()) add("hex", '"' + hex(step.octets) + '"');
  if (step.octet_interval != Duration{}) {
    add("octets_per_s", std::to_string(std::chrono::seconds{1} / step.octet_interval));
  }
  // An endless text ends in silence, once the fleet has sent as much as it ever sends.
  if (step.forever) {
    add("repeat", "\"forever\"");
  } else if (step.action != sink::StepAction::none) {
    add("do", '"' + std::string(word_of(step.action)) + '"');
  }
  return keys + "}";
}

std::string json_of(const sink::TlsBehaviour& tls) {
  using sink::CertificateKind;
  constexpr std::string_view kVersions[] = {"1.0", "1.1", "1.2", "1.3"};
  constexpr std::string_view kAsked[] = {"not_asked", "requested", "required"};
  const std::string_view certificate =
      tls.certificate == CertificateKind::self_signed  ? "self_signed"
      : tls.certificate == CertificateKind::expired    ? "expired"
      : tls.certificate == CertificateKind::long_chain ? "long_chain"
                                                       : "good";
  std::string json = "{\"certificate\":\"" + std::string(certificate) + "\",\"versions\":[\"";
  json.append(kVersions[static_cast<std::size_t>(tls.version_min)]).append("\",\"");
  json.append(kVersions[static_cast<std::size_t>(tls.version_max)]).append("\"]");
  json.append(",\"client_certificate\":\"");
  json.append(kAsked[static_cast<std::size_t>(tls.client_certificate)]);
  return json.append("\",\"ciphers\":\"").append(tls.ciphers).append("\"}");
}

std::string json_of(const sink::Expected& expect) {
  std::string json = "{\"outcome\":\"" + std::string(to_string(expect.outcome));
  json.append("\",\"phase\":\"").append(to_string(expect.phase));
  json.append("\",\"cause\":\"").append(to_string(expect.cause)).append("\",\"anomalies\":[");
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    if (!expect.anomalies->has(anomaly)) continue;
    if (json.back() == '"') json += ',';
    json.append("\"").append(to_string(anomaly)).append("\"");
  }
  return json.append("]}");
}

std::string json_of(const sink::Persona& persona) {
  std::string json = "{\"name\":\"" + persona.name + "\",\"weight\":1,\"expect\":";
  json += json_of(persona.expect) + ",\"tls\":" + json_of(persona.tls);
  for (const sink::TriggerRow& row : sink::kTriggers) {
    json.append(",\"").append(row.key).append("\":[");
    for (const sink::Step& step : persona.script(row.trigger)) {
      if (json.back() == '}') json += ',';
      json += json_of(step);
    }
    json += ']';
  }
  return json + "}";
}

// The verdict, if it is the same whatever happens first.
void expect_verdict(sink::HostilePersona& hostile, const probe::Plan& plan) {
  targets::Target target;
  target.address = *parse_address("127.0.0.1");
  target.port = 25;
  if (hostile.client_begins_with_tls()) target.tls = targets::TlsMode::implicit;
  sink::Persona& persona = hostile.persona();
  using Cut = sink::HostileWire::Cut;
  const sink::HostileWire wires[] = {
      {.one_way = std::chrono::microseconds{20}},
      {.one_way = std::chrono::microseconds{20}, .cut = Cut::octets, .interleaved = true},
      {.one_way = std::chrono::milliseconds{50}},
      {.one_way = std::chrono::milliseconds{200}, .cut = Cut::pieces, .interleaved = true},
  };
  sink::HostileTalk first(persona, plan, target, wires[0], 0);
  first.talk();
  if (!first.wrong().empty()) std::abort();
  const results::Record record = first.record();
  persona.expect.outcome = record.outcome;
  persona.expect.phase = record.phase;
  persona.expect.cause = record.cause;
  persona.expect.anomalies = record.anomalies;
  const bool same = std::all_of(std::begin(wires), std::end(wires), [&](const auto& wire) {
    sink::HostileTalk other(persona, plan, target, wire, 0);
    other.talk();
    const results::Record seen = other.record();
    return seen.outcome == record.outcome && seen.phase == record.phase &&
           seen.cause == record.cause && seen.anomalies == record.anomalies;
  });
  if (!same) persona.name.insert(0, "any-");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4 && count != 5) return 2;
  const std::uint64_t first = std::strtoull(arguments[1], nullptr, 10);
  const std::uint64_t personas = std::strtoull(arguments[2], nullptr, 10);
  const std::chrono::seconds timeout{std::strtol(arguments[3], nullptr, 10)};
  const sink::HostileTls tls(kToday);
  tls::Client client;
  if (!client.open({.authorities = *tls::read_authorities(tls.root_pem())}).ok()) return 1;
  const smtp::Envelope envelope{.octets = 1000,
                                .recipient = "postmaster@mx.test",
                                .foreign_recipient = "relay-test@elsewhere.test"};
  probe::Plan plan("scanner.example.net", envelope);
  plan.depth = probe::Depth::relay;
  plan.tls = &client;
  plan.wall_at_zero = kToday;
  plan.greeting_timeout = plan.command_timeout = plan.tls_timeout = timeout;
  const sink::HostileRules rules = {.times = kTimes, .steady = true, .begins_with_tls = count == 5};
  std::string json = "{\"personas\":[";
  for (std::uint64_t seed = first; seed < first + personas; ++seed) {
    sink::HostilePersona hostile(seed, tls, rules);
    expect_verdict(hostile, plan);
    if (seed != first) json += ",\n";
    json += json_of(hostile.persona());
  }
  json += "]}\n";
  return std::fwrite(json.data(), 1, json.size(), stdout) == json.size() ? 0 : 1;
}
