// SPDX-License-Identifier: MIT
#include "results/json_tls.h"

#include <algorithm>
#include <span>
#include <utility>

#include "results/json_members.h"

namespace mxsweep::results {
namespace {

// All texts of a certificate have the same encoding.
Encoding encoding_of_texts(const tls::Certificate& certificate) {
  Encoding encoding = std::max(encoding_of(certificate.subject), encoding_of(certificate.issuer));
  for (const std::string& name : certificate.names) {
    encoding = std::max(encoding, encoding_of(name));
  }
  return encoding;
}

void write_digests(const tls::Certificate& certificate, Members& members) {
  members.digest("sha256", certificate.sha256);
  if (is_parsed(certificate)) members.digest("spki_sha256", certificate.spki_sha256);
}

void write_names(const std::vector<std::string>& names, Encoding encoding, JsonText& json) {
  json.raw("[");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) json.raw(",");
    json.quoted(names[i], encoding);
  }
  json.raw("]");
}

// The keys of the texts that were cut.
void write_cut(const tls::Cut& cut, JsonText& json) {
  const std::pair<bool, std::string_view> parts[] = {
      {cut.serial, "serial"}, {cut.subject, "subject"}, {cut.issuer, "issuer"}, {cut.names, "san"}};
  std::string_view before = "[\"";
  for (const auto& [is_cut, key] : parts) {
    if (!is_cut) continue;
    json.raw(before);
    json.raw(key);
    before = "\",\"";
  }
  json.raw("\"]");
}

void write_session(const tls::Session& session, Members& members) {
  members.word("version", session.version);
  if (session.cipher.empty()) return;
  members.word("cipher", session.cipher);
  members.word("group", session.group);
  members.word("signature", session.signature);
  if (!session.before_1_3) return;
  members.yes_or_no("extended_master_secret", session.extended_master_secret);
  members.yes_or_no("secure_renegotiation", session.secure_renegotiation);
}

void write_verdict(const tls::Facts& facts, Members& members) {
  members.yes_or_no("verified", facts.verified);
  if (facts.verify_error != tls::VerifyError::none) {
    members.word("verify_error", to_string(facts.verify_error));
  }
  if (facts.name_match) members.yes_or_no("name_match", *facts.name_match);
  if (facts.cn_match) members.yes_or_no("cn_match", true);
  if (facts.domain_match) members.yes_or_no("domain_match", *facts.domain_match);
  if (!facts.days_left) return;
  JsonText& json = members.key("days_left");
  const std::int64_t days = *facts.days_left;
  if (days < 0) json.raw("-");
  json.number(static_cast<std::uint64_t>(days < 0 ? -days : days));
  members.digest("days_left_of", facts.days_left_of);
}

void write_chain(std::span<const tls::Certificate> chain, ChainDetail detail, JsonText& json) {
  if (detail == ChainDetail::leaf && chain.size() > 1) chain = chain.first(1);
  json.raw("[");
  for (std::size_t i = 0; i < chain.size(); ++i) {
    json.raw(i > 0 ? ",{" : "{");
    if (detail == ChainDetail::digest) {
      Members members(json);
      write_digests(chain[i], members);
    } else {
      write_certificate(chain[i], json);
    }
    json.raw("}");
  }
  json.raw("]");
}

}  // namespace

bool is_parsed(const tls::Certificate& certificate) {
  return !certificate.subject.empty() || !certificate.issuer.empty() ||
         !certificate.serial.empty() || !certificate.key.empty();
}

void write_certificate(const tls::Certificate& certificate, JsonText& json) {
  Members members(json);
  write_digests(certificate, members);
  if (!is_parsed(certificate)) return;
  const Encoding encoding = encoding_of_texts(certificate);
  members.text("subject", certificate.subject, encoding);
  members.text("issuer", certificate.issuer, encoding);
  members.word("serial", certificate.serial);
  write_names(certificate.names, encoding, members.key("san"));
  members.second("not_before", certificate.not_before);
  members.second("not_after", certificate.not_after);
  members.word("key", certificate.key);
  members.word("signature", certificate.signature);
  members.yes_or_no("self_signed", certificate.self_signed);
  if (certificate.cut.any()) write_cut(certificate.cut, members.key("cut"));
  if (encoding == Encoding::latin1) members.yes_or_no("latin1", true);
}

void write_tls(const tls::Facts& facts, ChainDetail detail, JsonText& json) {
  json.raw(",\"tls\":{");
  Members members(json);
  const bool begun = !facts.session.version.empty();
  if (begun) write_session(facts.session, members);
  if (facts.chain != nullptr) write_verdict(facts, members);
  if (begun || facts.client_certificate_requested) {
    members.yes_or_no("client_cert_requested", facts.client_certificate_requested);
  }
  members.word("alert", facts.alert);
  if (facts.chain != nullptr) {
    write_chain(facts.chain->certificates, detail, members.key("chain"));
    if (facts.chain->cut) members.yes_or_no("chain_cut", true);
  }
  json.raw("}");
}

}  // namespace mxsweep::results
