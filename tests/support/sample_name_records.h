// SPDX-License-Identifier: MIT
// Records of names: what DNS led to, or not, and of servers that were visited for another line.
//
//   Lifetime  All views are of static storage.
#pragma once

#include <vector>

#include "mxsweep/core/finding.h"
#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"
#include "support/sample_plain_records.h"
#include "support/sample_tls_records.h"

namespace mxsweep::results::samples {

inline Record no_such_name() {
  Record record;
  record.target = "mx1.example.net:587";
  record.line = 3;
  record.port = 587;
  record.name = "mx1.example.net";
  record.outcome = Outcome::failed;
  record.phase = Phase::dns;
  record.cause = Cause::dns_nxdomain;
  record.ms[Phase::dns] = std::chrono::microseconds{1204};
  return record;
}

// A mail domain before anything is known of its servers.
inline Record of_domain(Record record) {
  record.target = "b\xc3\xbc\x63her.example";
  record.domain = "xn--bcher-kva.example";
  record.unicode = "b\xc3\xbc\x63her.example";
  record.ms[Phase::dns] = std::chrono::microseconds{1204};
  return record;
}

inline Record without_server(Cause cause) {
  Record record;
  record.line = 4;
  record.port = 25;
  record.outcome = Outcome::failed;
  record.phase = Phase::dns;
  record.cause = cause;
  return of_domain(record);
}

inline Record null_mx() {
  Record record = without_server(Cause::config_null_mx_or_no_mail);
  record.outcome = Outcome::refused;
  record.authentic = true;
  return record;
}

inline Record private_mx() {
  Record record = without_server(Cause::config_mx_private_ip);
  record.mx_host = "mx1.example.net";
  record.ip.octets = {10, 0, 0, 1};
  record.ip.family = Family::ipv4;
  record.findings.add(Finding::mx_underscore);
  return record;
}

inline Record mx_is_alias() {
  Record record = of_domain(typical());
  record.name = record.mx_host = "mx1.example.net";
  record.mx_preference = 65535;
  record.outcome = Outcome::degraded;
  record.cause = Cause::config_mx_cname;
  record.findings.add(Finding::mx_is_alias);
  return record;
}

inline Record implicit_mx() {
  Record record = of_domain(typical());
  record.target = record.name = record.domain;
  for (std::size_t i = 0; i < kFindingCount; ++i) record.findings.add(static_cast<Finding>(i));
  return record;
}

// A server that was visited for another domain, with all that a name can add to a record.
inline Record shared() {
  static const tls::Facts facts = [] {
    tls::Facts made = trusted();
    made.domain_match = false;
    return made;
  }();
  Record record = of_domain(secured(facts, ChainDetail::digest));
  record.list = "b.txt";
  record.meta = "{\"rack\":\"b7\"}";
  record.mx_host = record.name;
  record.mx_preference = 10;
  record.authentic = true;
  record.findings.add(Finding::mx_repeated);
  record.findings.add(Finding::domain_is_alias);
  record.shared = true;
  return record;
}

// Octets that no name from DNS or from a list has, and that a record must survive.
inline Record latin1_mx() {
  Record record = of_domain(typical());
  record.mx_host = "mx\xff\"\\.example";
  return record;
}

inline std::vector<Record> name_records() {
  return {
      no_such_name(),
      without_server(Cause::dns_mx_no_address),
      without_server(Cause::config_mx_is_address),
      without_server(Cause::config_mx_localhost),
      null_mx(),
      private_mx(),
      mx_is_alias(),
      implicit_mx(),
      shared(),
      latin1_mx(),
  };
}

}  // namespace mxsweep::results::samples
