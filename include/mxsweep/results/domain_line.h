// SPDX-License-Identifier: MIT
// What a mail domain's servers come to together: one domain, one line of JSON, for a file of their
// own.
//
//   Source    RFC 8259; "domain_line" in the schema (results/schema.h).
//   Shape     Appends exactly one line, LF included, to `out`:
//               {"v":1,"target":"example.org","line":3,"meta":...,"domain":"example.org","port":25,
//                "dns":{"authentic":true},"outcome":"ok","cause":"none","addresses":3,"answered":2,
//                "starttls":"some","mx":[{"host":"mx1.example.org","preference":10,"outcome":"ok",
//                "cause":"none","addresses":2,"answered":2,"starttls":"all"}, ...]}
//             Absent: not known, and "mx" where no host is. "latin1":true behind "target" as in the
//             record, for all names of the line.
//   Lifetime  All views but the hosts' own names.
//   Errors    none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/results/record.h"

namespace mxsweep::results {

// Of the servers that said whether they offer STARTTLS; not_known: none of them did.
enum class Coverage : std::uint8_t { not_known, none, some, all };
[[nodiscard]] std::string_view to_string(Coverage coverage);  // "unknown", "none", "some", "all"

// Several servers' records, added up; shared ones count like all others.
struct ServerTotals {
  // The best of all, in the order of Outcome, and the cause of the first that came to it. Requires:
  // set, or something counted, before it is written.
  Outcome outcome = Outcome::local;
  Cause cause = Cause::none;
  std::uint32_t records = 0;
  std::uint32_t addresses = 0;  // Records that have one.
  std::uint32_t answered = 0;   // Of these: in SMTP, if only to decline us.
  std::uint32_t starttls_yes = 0;
  std::uint32_t starttls_no = 0;

  void count(const Record& record);
  [[nodiscard]] Coverage starttls() const;
};

struct DomainLine {
  // Of one MX host; of the domain itself, with preference 0, where it has no MX (RFC 5321, 5.1).
  struct Host {
    std::string name;
    std::uint16_t preference = 0;
    ServerTotals totals;
  };

  std::string_view target;
  std::uint64_t line = 0;
  std::string_view meta;
  std::string_view domain;
  std::string_view unicode;
  std::uint16_t port = 0;
  bool authentic = false;
  FindingSet findings;
  ServerTotals totals;      // Of all hosts; without any, why there is none.
  std::vector<Host> hosts;  // By preference.
};

void append_domain(const DomainLine& domain, std::string& out);

}  // namespace mxsweep::results
