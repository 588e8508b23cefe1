// SPDX-License-Identifier: MIT
// Records of servers whose chain of certificates is not trusted, each for what is odd about it.
//
//   Lifetime  All views are of static storage.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"
#include "support/sample_tls.h"
#include "support/sample_tls_records.h"

namespace mxsweep::results::samples {

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

inline std::vector<Record> chain_records() {
  return {common_name_only(), odd_chain(), cut_chain(), huge_chain()};
}

}  // namespace mxsweep::results::samples
