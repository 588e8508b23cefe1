// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_writer.h"

#include <algorithm>
#include <cstring>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/text_line.h"
#include "mxsweep/imap/reply.h"
#include "mxsweep/pop3/reply.h"
#include "mxsweep/results/json_text.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/greeting.h"
#include "mxsweep/smtp/reply.h"
#include "results/extensions.h"
#include "results/json_enumeration.h"
#include "results/json_names.h"
#include "results/json_software.h"
#include "results/json_tls.h"

namespace mxsweep::results {
namespace {

bool is_success(const ReplyText& reply) {
  switch (reply.protocol) {
    case Protocol::smtp: break;
    case Protocol::imap:
      return reply.code == static_cast<int>(imap::Status::ok) ||
             reply.code == static_cast<int>(imap::Status::preauth);
    case Protocol::pop3: return reply.code == static_cast<int>(pop3::Status::ok);
  }
  return reply.code >= 200 && reply.code <= 299;
}

// Octets that are no reply have no codes to leave out: their lines are kept whole.
class NoiseLines {
 public:
  explicit NoiseLines(std::string_view octets) : rest_(octets) {}
  bool next(std::string_view& line) {
    if (!next_line(rest_, line)) return false;
    line = line.substr(0, smtp::kLineOctetsMax);
    return true;
  }

 private:
  std::string_view rest_;
};

template <typename Lines>
void write_each(Lines lines, Encoding encoding, JsonText& json) {
  std::string_view line;
  for (std::size_t count = 0; count < smtp::kReplyLinesMax && lines.next(line); ++count) {
    if (count > 0) json.raw(",");
    json.quoted(whole_characters(line, encoding), encoding);
  }
}

void write_lines(const ReplyText& reply, Encoding encoding, JsonText& json) {
  json.raw("\"text\":[");
  if (reply.code == 0) {
    write_each(NoiseLines(reply.octets), encoding, json);
  } else if (reply.protocol == Protocol::imap) {
    write_each(imap::ReplyLines(reply.octets), encoding, json);
  } else if (reply.protocol == Protocol::pop3) {
    write_each(pop3::ReplyLines(reply.octets), encoding, json);
  } else {
    write_each(smtp::ReplyLines(reply.octets), encoding, json);
  }
  json.raw("]");
  if (encoding == Encoding::latin1) json.raw(",\"latin1\":true");
}

// The key "code" of SMTP, or "status" of the others. Requires: the reply has one.
void write_code(const ReplyText& reply, JsonText& json) {
  if (reply.protocol == Protocol::smtp) {
    json.raw("\"code\":");
    return json.number(static_cast<std::uint64_t>(reply.code));
  }
  json.raw("\"status\":\"");
  json.raw(reply.protocol == Protocol::imap ? to_string(static_cast<imap::Status>(reply.code))
                                            : to_string(static_cast<pop3::Status>(reply.code)));
  json.raw("\"");
}

void write_enhanced(smtp::EnhancedCode code, JsonText& json) {
  json.raw("\"enhanced\":\"");
  json.number(code.klass);
  json.raw(".");
  json.number(code.subject);
  json.raw(".");
  json.number(code.detail);
  json.raw("\",");
}

// `begin`: the JSON up to the brace of the object.
void write_reply(std::string_view begin, const ReplyText& reply, JsonText& json) {
  json.raw(begin);
  json.raw("{");
  if (reply.code != 0) {
    write_code(reply, json);
    json.raw(",");
    const smtp::EnhancedCode enhanced =
        reply.protocol == Protocol::smtp ? smtp::enhanced_code(reply.octets) : smtp::EnhancedCode();
    if (enhanced) write_enhanced(enhanced, json);
  }
  write_lines(reply, encoding_of(reply.octets), json);
  json.raw("}");
}

void write_errno(int error, JsonText& json) {
  json.raw(",\"errno\":\"");
  const char* const name = strerrorname_np(error);
  if (name != nullptr) {
    json.raw(name);
  } else {
    json.raw("E");
    json.number(static_cast<std::uint64_t>(std::max(error, 0)));
  }
  json.raw("\"");
}

bool is_esmtp(std::string_view word) { return smtp::same_keyword(word, "ESMTP"); }

// Whether `text` contains the word ESMTP. Words consist of letters and digits: "NT-ESMTP",
// "SMTP/ESMTP" and "ESMTP+IDENT" are all in use.
bool contains_esmtp(std::string_view text) {
  while (!text.empty()) {
    const auto* const begin = std::find_if(text.begin(), text.end(), is_alphanumeric);
    const auto* const end = std::find_if_not(begin, text.end(), is_alphanumeric);
    if (is_esmtp({begin, static_cast<std::size_t>(end - begin)})) return true;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  return false;
}

// Host and ESMTP from a 2xx greeting. A refusal does not show what the server supports.
void write_host_and_esmtp(std::string_view greeting, JsonText& json) {
  smtp::ReplyLines lines(greeting);
  std::string_view line;
  if (!lines.next(line)) return;
  if (const std::string_view host = smtp::host_of_greeting(line); !host.empty()) {
    json.raw(",\"host\":");
    json.quoted(host, Encoding::ascii);
    // A host may be called "esmtp".
    line.remove_prefix(static_cast<std::size_t>(host.end() - line.begin()));
  }
  bool esmtp = contains_esmtp(line);
  for (std::size_t i = 1; !esmtp && i < smtp::kReplyLinesMax && lines.next(line); ++i) {
    esmtp = contains_esmtp(line);
  }
  json.raw(esmtp ? ",\"esmtp\":true" : ",\"esmtp\":false");
}

void write_greeting(const ReplyText& greeting, JsonText& json) {
  json.raw(",\"greeting\":{");
  if (greeting.code != 0) {
    write_code(greeting, json);
    json.raw(",");
  }
  write_lines(greeting, encoding_of(greeting.octets), json);
  if (greeting.protocol == Protocol::smtp && is_success(greeting)) {
    write_host_and_esmtp(greeting.octets, json);
  }
  json.raw("}");
}

std::string_view verb_json(Protocol protocol, Verb verb) {
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap: return "\"CAPABILITY\"";
    case Protocol::pop3: return "\"CAPA\"";
  }
  return verb == Verb::ehlo ? "\"EHLO\"" : "\"HELO\"";
}

void write_host(std::string_view ehlo, Encoding encoding, JsonText& json) {
  const std::string_view host = whole_characters(smtp::Capabilities(ehlo).host(), encoding);
  if (host.empty()) return;
  json.raw(",\"host\":");
  json.quoted(host, encoding);
}

// `begin`: the JSON up to the value of "verb".
void write_ehlo(std::string_view begin, Verb verb, const ReplyText& ehlo, JsonText& json) {
  json.raw(begin);
  json.raw(verb_json(ehlo.protocol, verb));
  if (ehlo.code != 0) {
    json.raw(",");
    write_code(ehlo, json);
  }
  if (is_success(ehlo)) {
    const Encoding encoding = encoding_of(ehlo.octets);
    if (ehlo.protocol == Protocol::smtp) write_host(ehlo.octets, encoding, json);
    json.raw(",\"extensions\":");
    if (verb == Verb::ehlo) {
      write_extensions(ehlo, encoding, json);
    } else {
      json.raw("{}");
    }
    if (encoding == Encoding::latin1) json.raw(",\"latin1\":true");
  }
  json.raw("}");
}

void write_transaction(const PhaseReplies& replies, JsonText& json) {
  if (replies[Phase::mail].code == 0) return;
  write_reply(",\"mail\":", replies[Phase::mail], json);
  if (replies[Phase::rcpt].code != 0) write_reply(",\"rcpt\":", replies[Phase::rcpt], json);
  if (replies[Phase::relay].code != 0) write_reply(",\"relay\":", replies[Phase::relay], json);
}

std::string_view starttls_json(Offered offered) {
  switch (offered) {
    case Offered::not_known: return ",\"starttls\":{\"offered\":\"unknown\"";
    case Offered::yes: return ",\"starttls\":{\"offered\":\"yes\"";
    case Offered::no: return ",\"starttls\":{\"offered\":\"no\"";
  }
  INVARIANT(false);  // Not a value of Offered.
  return {};
}

void write_starttls(const Record& record, JsonText& json) {
  json.raw(starttls_json(record.starttls_offered));
  if (record.replies[Phase::starttls].code != 0) {
    json.raw(",");
    write_code(record.replies[Phase::starttls], json);
  }
  json.raw("}");
}

void write_anomalies(AnomalySet anomalies, JsonText& json) {
  std::string_view before = ",\"anomalies\":[\"";
  for (std::size_t i = 0; i < kAnomalyCount; ++i) {
    const auto anomaly = static_cast<Anomaly>(i);
    if (!anomalies.has(anomaly)) continue;
    json.raw(before);
    json.raw(to_string(anomaly));
    before = "\",\"";
  }
  json.raw("\"]");
}

void write_times(const PhaseTimes& ms, JsonText& json) {
  std::string_view before = ",\"ms\":{\"";
  const auto write = [&](std::string_view name, Duration span) {
    if (span < Duration::zero()) return;
    json.raw(before);
    json.raw(name);
    json.raw("\":");
    json.milliseconds(span);
    before = ",\"";
  };
  for (std::size_t i = static_cast<std::size_t>(Phase::dns); i < kPhaseCount; ++i) {
    write(to_string(static_cast<Phase>(i)), ms.of[i]);
  }
  write("total", ms.total);
  if (before.size() == 2) json.raw("}");
}

void write_mx(const Record& record, Encoding encoding, JsonText& json) {
  json.raw(",\"mx\":");
  open_mx(record.mx_host, record.mx_preference, encoding, json);
  json.raw("}");
}

void write_attempt(const Record& record, Encoding encoding, JsonText& json) {
  if (record.ip.family != Family::none) {
    char text[kAddressTextMax];
    json.raw(",\"ip\":\"");
    json.raw({text, static_cast<std::size_t>(write_address(record.ip, text) - text)});
    json.raw("\"");
  }
  if (record.port != 0) {
    json.raw(",\"port\":");
    json.number(record.port);
  }
  if (record.protocol != Protocol::smtp) {
    json.raw(",\"protocol\":\"");
    json.raw(to_string(record.protocol));
    json.raw("\"");
  }
  if (!record.name.empty()) {
    json.raw(",\"name\":");
    json.quoted(record.name, encoding);
  }
  if (record.attempt != 0) {
    json.raw(",\"attempt\":");
    json.number(record.attempt);
  }
  if (is_known(record.at)) {
    json.raw(",\"at\":");
    json.wall_time(record.at);
  }
  if (record.shared) json.raw(",\"shared\":true");
}

void write_input(const Record& record, JsonText& json) {
  std::string_view before = ",\"input\":{";
  if (!record.input_key.empty()) {
    json.raw(before);
    json.raw("\"key\":");
    json.quoted(record.input_key, Encoding::utf8);
    before = ",";
  }
  if (!record.input_why.empty()) {
    json.raw(before);
    json.raw("\"why\":");
    json.quoted(record.input_why, Encoding::ascii);
  }
  json.raw("}");
}

void write_ending(const Record& record, JsonText& json) {
  json.raw(",\"outcome\":\"");
  json.raw(to_string(record.outcome));
  json.raw("\",\"phase\":\"");
  json.raw(to_string(record.phase));
  json.raw("\"");
  write_cause(record.cause, json);
  if (!record.input_key.empty() || !record.input_why.empty()) write_input(record, json);
  if (!record.reply.octets.empty()) write_reply(",\"reply\":", record.reply, json);
  if (record.socket_errno != 0) write_errno(record.socket_errno, json);
}

void write_bytes(const Record& record, JsonText& json) {
  json.raw(",\"bytes\":{\"in\":");
  json.number(record.bytes_in);
  json.raw(",\"out\":");
  json.number(record.bytes_out);
  json.raw("}");
}

}  // namespace

void append_json(const Record& record, std::string& out) {
  JsonText json(out);
  const Encoding encoding = encoding_of_names(
      {record.target, record.list, record.domain, record.mx_host, record.unicode, record.name});
  write_origin({record.target, record.line, record.list, record.meta, record.domain}, encoding,
               json);
  if (!record.mx_host.empty()) write_mx(record, encoding, json);
  write_dns(record.unicode, record.authentic, record.findings, encoding, json);
  write_attempt(record, encoding, json);
  write_ending(record, json);
  if (!record.replies[Phase::greeting].octets.empty())
    write_greeting(record.replies[Phase::greeting], json);
  if (!record.replies[Phase::ehlo].octets.empty()) {
    write_ehlo(",\"ehlo\":{\"verb\":", record.verb, record.replies[Phase::ehlo], json);
  }
  if (record.starttls_known) write_starttls(record, json);
  if (record.tls.has_value()) write_tls(*record.tls, record.chain_detail, json);
  if (record.tls_enumeration != nullptr) write_enumeration(*record.tls_enumeration, json);
  if (!record.replies[Phase::ehlo_tls].octets.empty()) {
    write_ehlo(",\"ehlo_tls\":{\"verb\":", record.verb_tls, record.replies[Phase::ehlo_tls], json);
  }
  write_transaction(record.replies, json);
  if (record.software.has_value()) write_software(*record.software, json);
  if (!record.checks.empty()) {
    json.raw(",\"checks\":");
    json.raw(record.checks);
  }
  if (!record.anomalies.empty()) write_anomalies(record.anomalies, json);
  if (record.attempt != 0) write_bytes(record, json);
  write_times(record.ms, json);
  json.raw("}\n");
}

}  // namespace mxsweep::results
