// SPDX-License-Identifier: MIT
// Records of conversations that began TLS, for tests and benchmarks, made without a handshake.
//
//   Lifetime  All views are of static storage.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/results/record.h"
#include "mxsweep/tls/cipher_suites.h"
#include "mxsweep/tls/enumeration.h"
#include "mxsweep/tls/facts.h"
#include "support/sample_plain_records.h"
#include "support/sample_tls.h"

namespace mxsweep::results::samples {

inline tls::Facts trusted() {
  tls::Facts facts;
  facts.session = session_1_3();
  facts.verified = true;
  facts.name_match = true;
  facts.days_left = 37;
  facts.days_left_of = digest(0x00);
  facts.chain = &two_certificates();
  return facts;
}

// After STARTTLS.
inline Record secured(const tls::Facts& facts, ChainDetail detail = ChainDetail::full) {
  Record record = typical();
  record.name = "mx1.example.net";
  record.replies[Phase::starttls].code = 220;
  record.tls = facts;
  record.chain_detail = detail;
  record.replies[Phase::ehlo_tls] = {
      250, "250-mx1.example.net\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n"};
  record.ms[Phase::starttls] = std::chrono::microseconds{12'001};
  record.ms[Phase::tls] = std::chrono::microseconds{26'400};
  record.ms[Phase::ehlo_tls] = std::chrono::microseconds{12'200};
  return record;
}

inline Record typical_tls(ChainDetail detail = ChainDetail::full) {
  static const tls::Facts facts = trusted();
  return secured(facts, detail);
}

inline Record implicit_tls() {
  tls::Facts facts = trusted();
  facts.session = session_1_2();
  facts.name_match.reset();
  facts.client_certificate_requested = true;
  Record record = typical();
  record.port = 465;
  record.starttls_known = false;
  record.tls = facts;
  record.ms[Phase::tls] = std::chrono::microseconds{26'400};
  return record;
}

inline Record expired_and_old() {
  const tls::Facts facts = [] {
    tls::Facts made = trusted();
    made.session = session_1_0();
    made.verified = false;
    made.verify_error = tls::VerifyError::certificate_expired;
    made.name_match = false;
    made.days_left = -400;
    return made;
  }();
  Record record = secured(facts);
  record.outcome = Outcome::degraded;
  record.cause = Cause::certificate_expired;
  record.verb_tls = Verb::helo;
  record.replies[Phase::ehlo_tls] = {250, "250 mx1.example.net\r\n"};
  return record;
}

// Requires: `chain` lives as long as the facts.
inline tls::Facts untrusted(const tls::Chain& chain) {
  tls::Facts facts = trusted();
  facts.verified = false;
  facts.verify_error = tls::VerifyError::certificate_not_trusted;
  facts.name_match = false;
  facts.chain = &chain;
  return facts;
}

// A leaf without DNS names.
inline Record common_name_only() {
  static tls::Facts facts = untrusted(two_certificates());
  facts.verify_error = tls::VerifyError::certificate_host_mismatch;
  facts.cn_match = true;
  return secured(facts);
}

// A name in UTF-8, one that cannot be parsed, one without a name and with validity at its widest.
inline Record odd_chain() {
  static const tls::Chain chain = [] {
    using namespace std::chrono;
    tls::Certificate utf8 = leaf_certificate();
    utf8.subject = "CN=b\xc3\xbc\x63her.example";
    utf8.not_before = WallTime{};
    tls::Certificate unparsed;
    unparsed.sha256 = digest(0x40);
    tls::Certificate nameless = leaf_certificate();
    nameless.subject.clear();
    nameless.names.clear();
    nameless.dns_names = 0;
    nameless.not_before = sys_days(1950y / January / 1);
    nameless.not_after = sys_days(9999y / December / 31) + 23h + 59min + 59s;
    return chain_of({utf8, unparsed, hostile_certificate(), nameless});
  }();
  static const tls::Facts facts = untrusted(chain);
  return secured(facts);
}

inline Record handshake_refused() {
  const tls::Facts facts = [] {
    tls::Facts made;
    made.alert = "handshake_failure";
    return made;
  }();
  Record record = failed(Phase::tls, Cause::tls_handshake_failure);
  record.starttls_known = false;
  record.tls = facts;
  record.ms[Phase::tls] = std::chrono::microseconds{3'000};
  return record;
}

// TLS 1.2: its certificate was received before its request for a client certificate.
inline Record client_certificate_required() {
  const tls::Facts facts = [] {
    tls::Facts made = trusted();
    made.session = {};
    made.session.version = "TLSv1.2";
    made.client_certificate_requested = true;
    made.alert = "bad_certificate";
    return made;
  }();
  Record record = secured(facts, ChainDetail::leaf);
  record.outcome = Outcome::degraded;
  record.phase = Phase::tls;
  record.cause = Cause::tls_client_certificate;
  record.replies[Phase::ehlo_tls] = {};
  record.ms[Phase::ehlo_tls] = kNotReached;
  return record;
}

inline Record starttls_refused() {
  Record record = typical();
  record.outcome = Outcome::degraded;
  record.phase = Phase::starttls;
  record.cause = Cause::config_tls_unavailable;
  record.reply = {454, "454 4.7.0 TLS not available due to local problem\r\n"};
  record.replies[Phase::starttls].code = 454;
  record.ms[Phase::starttls] = std::chrono::microseconds{12'001};
  return record;
}

inline Record cut_chain() {
  static const tls::Chain chain = [] {
    tls::Chain made = chain_of({cut_certificate(), leaf_certificate()});
    made.certificates.back().cut.names = made.cut = true;
    return made;
  }();
  static const tls::Facts facts = untrusted(chain);
  return secured(facts);
}

// Twenty certificates with a hundred names each, every octet of them to be escaped.
inline Record huge_chain() {
  static const tls::Chain chain = [] {
    tls::Certificate certificate = hostile_certificate();
    certificate.names.assign(100, std::string(253, '\x80'));
    certificate.dns_names = certificate.names.size();
    return chain_of(std::vector<tls::Certificate>(20, certificate));
  }();
  static const tls::Facts facts = untrusted(chain);
  return secured(facts);
}

inline const tls::Enumeration& enumerated() {
  static const tls::Enumeration all = [] {
    using tls::Known;
    tls::Enumeration found;
    found.versions = {
        {.version = tls::kTls13,
         .accepted = Known::yes,
         .complete = true,
         .order = tls::CipherOrder::client,
         .ciphers = {{.number = 0x1302, .group = 29}, {.number = 0x1301, .group = 29}}},
        {.version = tls::kTls12,
         .accepted = Known::yes,
         .ciphers = {{.number = 0xc02f, .group = 23},
                     {.number = 0x9e, .dh_bits = 1024},
                     {.number = 0x9c}}},
        {.version = tls::kTls11},
        {.version = tls::kTls10, .accepted = Known::no},
        {.version = tls::kSsl3, .accepted = Known::no},
    };
    found.connections = 31;
    found.limit_reached = true;
    found.stopped = Cause::throttled_connections;
    found.stopped_in = Phase::greeting;
    found.ja4s = "t130200_1302_a56c5b993250";
    found.fingerprint = "mx1:413024c02fa00464130141301a0046-----:0123456789abcdef";
    found.resumption = {{.version = tls::Version::tls1_3, .resumed = Known::yes},
                        {.version = tls::Version::tls1_2}};
    found.leaves = {{.server_name = "mx1.example.net", .sha256 = digest(0x00)},
                    {.server_name = {}, .sha256 = digest(0x40)},
                    {.server_name = "other.example.net"}};
    return found;
  }();
  return all;
}

inline Record with_enumeration() {
  Record record = typical_tls();
  record.tls_enumeration = &enumerated();
  return record;
}

inline std::vector<Record> tls_records() {
  return {
      typical_tls(),
      typical_tls(ChainDetail::leaf),
      typical_tls(ChainDetail::digest),
      implicit_tls(),
      expired_and_old(),
      common_name_only(),
      odd_chain(),
      handshake_refused(),
      client_certificate_required(),
      starttls_refused(),
      cut_chain(),
      huge_chain(),
      with_enumeration(),
  };
}

}  // namespace mxsweep::results::samples
