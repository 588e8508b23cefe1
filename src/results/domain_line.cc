// SPDX-License-Identifier: MIT
#include "mxsweep/results/domain_line.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/results/json_text.h"
#include "results/json_names.h"

namespace mxsweep::results {
namespace {

// All names of the line have the same encoding.
Encoding encoding_of_all_names(const DomainLine& domain) {
  Encoding encoding =
      encoding_of_names({domain.target, domain.list, domain.domain, domain.unicode});
  for (const DomainLine::Host& host : domain.hosts) {
    encoding = std::max(encoding, encoding_of(host.name));
  }
  return encoding;
}

void write_totals(const ServerTotals& totals, JsonText& json) {
  json.raw(",\"outcome\":\"");
  json.raw(to_string(totals.outcome));
  json.raw("\"");
  write_cause(totals.cause, json);
  json.raw(",\"addresses\":");
  json.number(totals.addresses);
  json.raw(",\"answered\":");
  json.number(totals.answered);
  json.raw(",\"starttls\":\"");
  json.raw(to_string(totals.starttls()));
  json.raw("\"");
}

void write_hosts(const std::vector<DomainLine::Host>& hosts, Encoding encoding, JsonText& json) {
  std::string_view before = ",\"mx\":[";
  for (const DomainLine::Host& host : hosts) {
    json.raw(before);
    open_mx(host.name, host.preference, encoding, json);
    write_totals(host.totals, json);
    json.raw("}");
    before = ",";
  }
  json.raw("]");
}

}  // namespace

std::string_view to_string(Coverage coverage) {
  switch (coverage) {
    case Coverage::not_known: return "unknown";
    case Coverage::none: return "none";
    case Coverage::some: return "some";
    case Coverage::all: return "all";
  }
  INVARIANT(false && "a coverage outside its list");
  return {};
}

void ServerTotals::count(const DomainPart& part) {
  if (records == 0 || outranks(part.outcome, outcome)) {
    outcome = part.outcome;
    cause = part.cause;
  }
  ++records;
  if (part.has_address) ++addresses;
  if (part.answered) ++answered;
  if (part.over_ipv6) ++ipv6_visited;
  if (part.over_ipv6 && part.answered) ++ipv6_answered;
  if (part.starttls == Offered::yes) ++starttls_yes;
  if (part.starttls == Offered::no) ++starttls_no;
  if (part.certificate == Offered::yes) ++certificate_yes;
  if (part.certificate == Offered::no) ++certificate_no;
}

Coverage ServerTotals::starttls() const {
  if (starttls_yes == 0) return starttls_no == 0 ? Coverage::not_known : Coverage::none;
  return starttls_no == 0 ? Coverage::all : Coverage::some;
}

void append_domain(const DomainLine& domain, std::string_view checks, std::string& out) {
  JsonText json(out);
  const Encoding encoding = encoding_of_all_names(domain);
  write_origin({domain.target, domain.line, domain.list, domain.meta, domain.domain}, encoding,
               json);
  if (domain.port != 0) {
    json.raw(",\"port\":");
    json.number(domain.port);
  }
  write_dns(domain.unicode, domain.authentic, domain.findings, encoding, json);
  write_totals(domain.totals, json);
  if (!domain.hosts.empty()) write_hosts(domain.hosts, encoding, json);
  if (!checks.empty()) {
    json.raw(",\"checks\":");
    json.raw(checks);
  }
  json.raw("}\n");
}

}  // namespace mxsweep::results
