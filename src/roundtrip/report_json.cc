// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_object.h"
#include "mxsweep/roundtrip/report.h"

namespace mxsweep::roundtrip {
namespace {

using results::JsonArray;
using results::JsonObject;

std::string json_of(const std::vector<PhaseTime>& times) {
  JsonObject object;
  for (const PhaseTime& each : times) object.milliseconds(to_string(each.phase), each.took);
  return object.end();
}

std::string json_of(const StepResult& result, const Script& script) {
  const Step& step = script.steps[result.step];
  JsonObject object;
  object.number("step", result.step + 1)
      .text("action", key_of(step.action))
      .text_if_any("name", step.name)
      .text("phase", to_string(result.phase));
  if (has_reply(step.action)) object.milliseconds("ms", result.took);
  if (result.code != 0) object.number("code", static_cast<std::uint64_t>(result.code));
  return object.text_if_any("reply", result.reply).text_if_any("fault", result.fault).end();
}

std::string json_of(const std::vector<StepResult>& steps, const Script& script) {
  JsonArray array;
  for (const StepResult& each : steps) array.json(json_of(each, script));
  return array.end();
}

void add_server(const Endpoint& endpoint, const Address& ip, JsonObject& object) {
  object.text("server", to_string(endpoint));
  if (ip.family != Family::none) object.text("ip", to_string(ip));
}

std::string json_of(const SentReport& sent, const Script& script) {
  JsonObject object;
  add_server(sent.endpoint, sent.ip, object);
  return object.json("ms", json_of(sent.times)).json("steps", json_of(sent.steps, script)).end();
}

std::string json_of(const NonDelivery& report) {
  return JsonObject()
      .flag("failed", report.failed)
      .text_if_any("status", report.status)
      .text_if_any("diagnostic", report.diagnostic)
      .end();
}

std::string json_of(const FetchReport& fetch) {
  const MailboxResult& last = fetch.last;
  JsonObject object;
  add_server(fetch.endpoint, fetch.ip, object);
  object.json("ms", json_of(fetch.times)).number("visits", fetch.visits);
  if (last.seen()) {
    object.text_if_any("folder", last.folder)
        .text("notice", to_string(last.notice))
        .text("found_by", to_string(last.found_by))
        .number("copies", last.copies)
        .number("removed", last.removed);
  }
  object.number_if_any("swept", fetch.swept).text_if_any("kept", last.kept);
  if (!last.fault.empty()) {
    object.text("phase", to_string(last.until)).text("fault", last.fault);
  }
  JsonArray faults;
  for (const FolderFault& each : last.folder_faults) {
    faults.json(JsonObject().text("folder", each.folder).text("fault", each.words).end());
  }
  if (!last.folder_faults.empty()) object.json("folder_faults", faults.end());
  if (last.report) object.json("non_delivery", json_of(*last.report));
  return object.end();
}

std::string json_of(const message::Hop& hop) {
  JsonObject object;
  object.text_if_any("from", hop.from).text_if_any("by", hop.by).text_if_any("with", hop.with);
  object.flag("tls", hop.tls);
  if (hop.at) object.time("at", *hop.at);
  if (hop.delay) object.decimal("delay_s", static_cast<double>(hop.delay->count()));
  return object.end();
}

std::string json_of(const message::MethodResult& method) {
  JsonObject properties;
  for (const auto& [key, value] : method.properties) properties.text(key, value);
  JsonObject object;
  object.text("method", method.method).text("result", method.result);
  if (!method.properties.empty()) object.json("properties", properties.end());
  return object.end();
}

void add_message(const Report& report, const Script& script, JsonObject& object) {
  if (!report.checks.empty()) object.json("checks", json_of(report.checks, script));
  JsonArray hops;
  for (const message::Hop& hop : report.hops) hops.json(json_of(hop));
  object.json("hops", hops.end());
  if (report.clock_skew) object.flag("clock_skew", true);
  if (report.authentication) {
    JsonArray methods;
    for (const message::MethodResult& each : *report.authentication) methods.json(json_of(each));
    object.json("authentication", methods.end());
  }
  JsonArray signers;
  for (const message::DkimSigner& each : report.signers) {
    signers.json(JsonObject().text("domain", each.domain).text("selector", each.selector).end());
  }
  if (!report.signers.empty()) object.json("dkim", signers.end());
}

}  // namespace

void append_json(const Report& report, const Script& script, std::string& out) {
  JsonObject object;
  object.number("v", 1)
      .text("roundtrip", report.name)
      .time("at", report.at)
      .text("state", to_string(report.verdict.state));
  if (report.verdict.has_phase) object.text("phase", to_string(report.verdict.phase));
  object.text_if_any("why", report.why).text("token", report.token);
  if (report.accepted) object.time("accepted_at", *report.accepted);
  if (report.seen) object.time("seen_at", *report.seen);
  JsonObject ms;
  ms.milliseconds("total", report.total);
  if (report.accepted_to_visible) {
    ms.milliseconds("accepted_to_visible", *report.accepted_to_visible);
  }
  object.json("ms", ms.end());
  JsonArray sent;
  for (const SentReport& each : report.sent) sent.json(json_of(each, script));
  object.json("send", sent.end());
  if (report.fetch) object.json("fetch", json_of(*report.fetch));
  if (report.seen) add_message(report, script, object);
  out += object.end();
  out += '\n';
}

}  // namespace mxsweep::roundtrip
