// SPDX-License-Identifier: MIT
// Records of conversations that began TLS, for tests and benchmarks, made without a handshake.
//
//   Lifetime  All views are of static storage.
#pragma once

#include <vector>

#include "mxsweep/results/record.h"
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

inline std::vector<Record> tls_records() {
  return {
      typical_tls(),
      typical_tls(ChainDetail::leaf),
      typical_tls(ChainDetail::digest),
      implicit_tls(),
      expired_and_old(),
      handshake_refused(),
      client_certificate_required(),
      starttls_refused(),
  };
}

}  // namespace mxsweep::results::samples
