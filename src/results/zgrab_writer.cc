// SPDX-License-Identifier: MIT
#include "mxsweep/results/zgrab_writer.h"

#include "results/json_members.h"
#include "results/zgrab_status.h"
#include "results/zgrab_text.h"
#include "results/zgrab_tls.h"

namespace mxsweep::results {
namespace {

// The name that leads to the server. A line without address and name is known by its text.
std::string_view domain_of(const Record& record) {
  if (!record.name.empty()) return record.name;
  if (record.ip.family != Family::none) return {};
  return record.domain.empty() ? record.target : record.domain;
}

// The reply of a phase, or what there was of it when the conversation ended.
std::string_view octets_of(const Record& record, Phase phase) {
  const std::string_view whole = record.replies[phase].octets;
  return whole.empty() && record.phase == phase ? record.reply.octets : whole;
}

// The keys are those of zgrab2's module for the protocol.
void write_replies(const Record& record, Members& members) {
  const auto write = [&](std::string_view key, Phase phase) {
    const std::string_view octets = octets_of(record, phase);
    if (!octets.empty()) write_replaced(octets, members.key(key));
  };
  write("banner", Phase::greeting);
  const bool smtp = record.protocol == Protocol::smtp;
  if (smtp) write(record.verb == Verb::helo ? "helo" : "ehlo", Phase::ehlo);
  write("starttls", Phase::starttls);
  write(record.protocol == Protocol::imap ? "close" : "quit", Phase::quit);
}

bool has_result(const Record& record) {
  return record.tls || !octets_of(record, Phase::greeting).empty();
}

void write_response(const Record& record, JsonText& json) {
  Members members(json);
  const std::string_view status = zgrab_status(record.phase, record.cause);
  members.word("status", status);
  members.word("protocol", to_string(record.protocol));
  if (has_result(record)) {
    members.key("result").raw("{");
    Members result(json);
    write_replies(record, result);
    if (record.tls) write_zgrab_tls(*record.tls, record.chain_detail, result.key("tls"));
    json.raw("}");
  }
  if (is_known(record.at)) members.second("timestamp", record.at);
  if (status == kZgrabSuccess) return;
  members.key("error").raw("\"");
  json.raw(to_string(record.phase));
  json.raw(": ");
  json.raw(to_string(record.cause));
  json.raw("\"");
}

}  // namespace

void append_zgrab(const Record& record, std::string& out) {
  JsonText json(out);
  json.raw("{");
  Members members(json);
  if (record.ip.family != Family::none) {
    char text[kAddressTextMax];
    members.word("ip", {text, static_cast<std::size_t>(write_address(record.ip, text) - text)});
  }
  const std::string_view domain = domain_of(record);
  if (!domain.empty()) write_replaced(domain, members.key("domain"));
  members.key("data").raw("{\"");
  json.raw(to_string(record.protocol));
  json.raw("\":{");
  write_response(record, json);
  json.raw("}}}\n");
}

}  // namespace mxsweep::results
