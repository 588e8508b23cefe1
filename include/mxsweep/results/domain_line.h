// SPDX-License-Identifier: MIT
// The aggregated results of a mail domain's servers, written as one line of JSON per domain to a
// separate file.
//
//   Source    RFC 8259; "domain_line" in the schema (results/schema.h).
//   Shape     Appends exactly one line, LF included, to `out`:
//               {"v":1,"target":"example.org","line":3,"meta":...,"domain":"example.org","port":25,
//                "dns":{"authentic":true},"outcome":"ok","cause":"none","addresses":3,"answered":2,
//                "starttls":"some","mx":[{"host":"mx1.example.org","preference":10,"outcome":"ok",
//                "cause":"none","addresses":2,"answered":2,"starttls":"all"}, ...],"checks":{...}}
//             A key is absent if its value is not known, and "mx" if there is no host.
//             "latin1":true follows "target" as in the record, for all names of the line.
//   Lifetime  DomainLine holds views, except for the names of its hosts.
//   Errors    none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/results/domain_part.h"
#include "mxsweep/results/record.h"

namespace mxsweep::results {

// How many offer STARTTLS, of the servers for which it is known; not_known: there are none.
enum class Coverage : std::uint8_t { not_known, none, some, all };
[[nodiscard]] std::string_view to_string(Coverage coverage);  // "unknown", "none", "some", "all"

// Sums over the records of several servers. Shared records count like all others.
struct ServerTotals {
  // The best outcome, in the order of Outcome, and the cause of the first record that has it.
  // Requires: set, or at least one record counted, before it is written.
  Outcome outcome = Outcome::local;
  Cause cause = Cause::none;
  std::uint32_t records = 0;
  std::uint32_t addresses = 0;  // Records with an address.
  std::uint32_t answered = 0;   // Of these, servers that answered in SMTP, even if they declined.
  std::uint32_t ipv6_visited = 0;
  std::uint32_t ipv6_answered = 0;
  std::uint32_t starttls_yes = 0;
  std::uint32_t starttls_no = 0;
  // Whether the certificate is trusted and valid for the server's name, of those that sent one.
  std::uint32_t certificate_yes = 0;
  std::uint32_t certificate_no = 0;

  void count(const DomainPart& part);
  [[nodiscard]] Coverage starttls() const;
};

struct DomainLine {
  // One MX host; or the domain itself, with preference 0, if it has no MX (RFC 5321, 5.1).
  struct Host {
    std::string name;
    std::uint16_t preference = 0;
    ServerTotals totals;
  };

  std::string_view target;
  std::uint64_t line = 0;
  std::string_view list;
  std::string_view meta;
  std::string_view domain;
  std::string_view unicode;
  std::uint16_t port = 0;
  bool authentic = false;
  FindingSet findings;
  ServerTotals totals;      // Over all hosts; if there is no host, its cause is the reason.
  std::vector<Host> hosts;  // By preference.
};

// `checks`: what was asked of DNS about the domain, a JSON object; empty: absent.
void append_domain(const DomainLine& domain, std::string_view checks, std::string& out);

}  // namespace mxsweep::results
