// SPDX-License-Identifier: MIT
#include "monitor/read_record.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/core/cause.h"

namespace mxsweep::monitor {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

std::string_view text_of(element parent, const char* key) {
  std::string_view text;
  return parent.at_key(key).get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::uint64_t number_of(element parent, const char* key) {
  std::uint64_t number = 0;
  return parent.at_key(key).get_uint64().get(number) == simdjson::SUCCESS ? number : 0;
}

bool flag_of(element parent, const char* key) {
  bool flag = false;
  return parent.at_key(key).get_bool().get(flag) == simdjson::SUCCESS && flag;
}

template <typename Value, std::size_t count>
std::optional<Value> value_of(std::string_view word) {
  for (std::size_t i = 0; i < count; ++i) {
    if (to_string(static_cast<Value>(i)) == word) return static_cast<Value>(i);
  }
  return std::nullopt;
}

std::optional<Cause> cause_of(std::string_view word) {
  static const auto words = [] {
    std::unordered_map<std::string_view, Cause> all;
    for (const CauseRow& row : cause_rows()) all.emplace(row.word, row.cause);
    return all;
  }();
  const auto found = words.find(word);
  return found == words.end() ? std::nullopt : std::optional(found->second);
}

// "2026-11-22T10:15:00.123456Z", with or without the fraction.
std::optional<WallTime> time_of(std::string_view text) {
  const auto part = [text](std::size_t at, std::size_t size) {
    int value = -1;
    if (text.size() < at + size) return value;
    std::from_chars(text.data() + at, text.data() + at + size, value);
    return value;
  };
  if (text.size() < 20 || text[10] != 'T' || text.back() != 'Z') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{part(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(part(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(part(8, 2))}};
  if (!date.ok()) return std::nullopt;
  std::int64_t us = 0;
  if (text.size() > 21) {
    const std::string_view digits = text.substr(20, std::min<std::size_t>(6, text.size() - 21));
    std::from_chars(digits.data(), digits.data() + digits.size(), us);
    for (std::size_t i = digits.size(); i < 6; ++i) us *= 10;
  }
  return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{part(11, 2)} +
         std::chrono::minutes{part(14, 2)} + std::chrono::seconds{part(17, 2)} +
         std::chrono::microseconds{us};
}

void read_digest(std::string_view hex, tls::Digest& digest) {
  for (std::size_t i = 0; i < digest.size() && 2 * i + 2 <= hex.size(); ++i) {
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, digest[i], 16);
  }
}

}  // namespace

RecordReader::RecordReader() = default;

bool RecordReader::read(std::string_view line) {
  texts_.clear();
  chain_ = {};
  record_ = {};
  element root;
  if (parser_.parse(line.data(), line.size()).get(root) != simdjson::SUCCESS) return false;
  if (!root.is_object() || number_of(root, "v") != 1) return false;
  read_origin(root);
  if (!read_result(root)) return false;
  read_reply(root, "greeting", Phase::greeting);
  read_ehlo(root);
  if (element starttls; root.at_key("starttls").get(starttls) == simdjson::SUCCESS) {
    const std::string_view offered = text_of(starttls, "offered");
    record_.starttls_known = true;
    if (offered == "yes") record_.starttls_offered = results::Offered::yes;
    if (offered == "no") record_.starttls_offered = results::Offered::no;
  }
  if (element tls; root.at_key("tls").get(tls) == simdjson::SUCCESS) read_tls(tls);
  return true;
}

void RecordReader::read_origin(element line) {
  record_.target = keep(std::string(text_of(line, "target")));
  record_.list = keep(std::string(text_of(line, "list")));
  record_.domain = keep(std::string(text_of(line, "domain")));
  record_.name = keep(std::string(text_of(line, "name")));
  if (element meta; line.at_key("meta").get(meta) == simdjson::SUCCESS) {
    record_.meta = keep(simdjson::minify(meta));
  }
  if (element mx; line.at_key("mx").get(mx) == simdjson::SUCCESS) {
    record_.mx_host = keep(std::string(text_of(mx, "host")));
    record_.mx_preference = static_cast<std::uint16_t>(number_of(mx, "preference"));
  }
  record_.ip = parse_address(text_of(line, "ip")).value_or(Address{});
  record_.port = static_cast<std::uint16_t>(number_of(line, "port"));
  const std::string_view protocol = text_of(line, "protocol");
  if (protocol == to_string(Protocol::imap)) record_.protocol = Protocol::imap;
  if (protocol == to_string(Protocol::pop3)) record_.protocol = Protocol::pop3;
}

bool RecordReader::read_result(element line) {
  const auto outcome = value_of<Outcome, kOutcomeCount>(text_of(line, "outcome"));
  const auto phase = value_of<Phase, kPhaseCount>(text_of(line, "phase"));
  const std::optional<Cause> cause = cause_of(text_of(line, "cause"));
  const std::optional<WallTime> at = time_of(text_of(line, "at"));
  if (!outcome || !phase || !cause || !at) return false;
  record_.outcome = *outcome;
  record_.phase = *phase;
  record_.cause = *cause;
  record_.at = *at;
  read_reply(line, "reply", Phase::input);
  record_.reply = std::exchange(record_.replies[Phase::input], {});
  return true;
}

// The reply as it was received, of its code and its lines.
void RecordReader::read_reply(element line, const char* key, Phase phase) {
  element reply;
  if (line.at_key(key).get(reply) != simdjson::SUCCESS) return;
  const int code = static_cast<int>(number_of(reply, "code"));
  std::string octets;
  array lines;
  if (reply.at_key("text").get_array().get(lines) == simdjson::SUCCESS) {
    std::size_t left = lines.size();
    for (const element text : lines) {
      std::string_view words;
      if (text.get_string().get(words) != simdjson::SUCCESS) continue;
      octets += std::to_string(code) + (--left > 0 ? '-' : ' ');
      octets.append(words).append("\r\n");
    }
  }
  record_.replies[phase] = {.code = code, .octets = keep(std::move(octets))};
}

void RecordReader::read_ehlo(element line) {
  element ehlo;
  if (line.at_key("ehlo").get(ehlo) != simdjson::SUCCESS) return;
  const int code = static_cast<int>(number_of(ehlo, "code"));
  std::vector<std::string> lines{std::string(text_of(ehlo, "host"))};
  object extensions;
  if (ehlo.at_key("extensions").get_object().get(extensions) == simdjson::SUCCESS) {
    for (const auto [keyword, parameters] : extensions) {
      std::string_view words;
      if (parameters.get_string().get(words) != simdjson::SUCCESS) continue;
      lines.push_back(std::string(keyword) + (words.empty() ? "" : " " + std::string(words)));
    }
  }
  std::string octets;
  for (const std::string& text : lines) {
    octets += std::to_string(code) + (&text == &lines.back() ? ' ' : '-');
    octets.append(text).append("\r\n");
  }
  record_.replies[Phase::ehlo] = {.code = code, .octets = keep(std::move(octets))};
  if (text_of(ehlo, "verb") == "HELO") record_.verb = results::Verb::helo;
}

void RecordReader::read_tls(element tls) {
  tls::Facts& facts = record_.tls.emplace();
  facts.session.version = keep(std::string(text_of(tls, "version")));
  facts.session.cipher = keep(std::string(text_of(tls, "cipher")));
  facts.session.group = keep(std::string(text_of(tls, "group")));
  facts.verified = flag_of(tls, "verified");
  if (element chain; tls.at_key("chain").get(chain) == simdjson::SUCCESS) read_chain(chain);
}

void RecordReader::read_chain(element chain) {
  array certificates;
  if (chain.get_array().get(certificates) != simdjson::SUCCESS) return;
  for (const element each : certificates) {
    tls::Certificate& certificate = chain_.certificates.emplace_back();
    read_digest(text_of(each, "sha256"), certificate.sha256);
    read_digest(text_of(each, "spki_sha256"), certificate.spki_sha256);
    certificate.subject = text_of(each, "subject");
    certificate.issuer = text_of(each, "issuer");
    certificate.key = text_of(each, "key");
    certificate.not_before = time_of(text_of(each, "not_before")).value_or(WallTime{});
    certificate.not_after = time_of(text_of(each, "not_after")).value_or(WallTime{});
    const bool dated = certificate.not_after != WallTime{};
    if (dated && (!chain_.expiry || certificate.not_after < chain_.expiry->at)) {
      chain_.expiry = {.at = certificate.not_after, .sha256 = certificate.sha256};
    }
  }
  if (!chain_.certificates.empty()) record_.tls->chain = &chain_;
}

}  // namespace mxsweep::monitor
