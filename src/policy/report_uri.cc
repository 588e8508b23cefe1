// SPDX-License-Identifier: MIT
#include "mxsweep/policy/report_uri.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/dns/name.h"

namespace mxsweep::policy {
namespace {

// "!10m": digits, then at most a unit.
bool is_size(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const std::string_view unit = text.substr(digits);
  return digits > 0 &&
         (unit.empty() ||
          (unit.size() == 1 && std::string_view("kmgt").find(lower(unit[0])) != unit.npos));
}

// The host's name in the form to query; empty: it is not one that the Internet has.
std::string host_of(std::string_view text) {
  dns::Name name = dns::read_name(text);
  if (name.single_label || !dns::is_name(name.ascii)) return {};
  return std::move(name.ascii);
}

bool is_uri_octet(char octet) { return octet > ' ' && octet < '\x7f' && octet != '"'; }

std::string mail_host(std::string_view rest) {
  rest = rest.substr(0, rest.find('?'));
  const std::size_t at = rest.rfind('@');
  if (at == rest.npos || at == 0) return {};
  return host_of(rest.substr(at + 1));
}

std::string web_host(std::string_view rest) {
  if (!rest.starts_with("//")) return {};
  rest.remove_prefix(2);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = rest.rfind('@'); at != rest.npos) rest.remove_prefix(at + 1);
  return host_of(rest.substr(0, rest.find(':')));
}

ReportUri read_report_uri(std::string_view text) {
  ReportUri uri;
  uri.text = std::string(text.substr(0, kReportUriOctetsMax));
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  const bool named = colon != text.npos && scheme.find('@') == scheme.npos;
  if (!named) {
    uri.fault = text.find('@') != text.npos ? UriFault::no_scheme : UriFault::syntax;
    return uri;
  }
  uri.mail = same_word(scheme, "mailto");
  if (!uri.mail && !same_word(scheme, "https")) {
    uri.fault = UriFault::scheme;
    return uri;
  }
  std::string_view rest = text.substr(colon + 1);
  if (const std::size_t mark = rest.rfind('!');
      mark != rest.npos && is_size(trimmed(rest.substr(mark + 1)))) {
    uri.size = true;
    rest = trimmed(rest.substr(0, mark));
  }
  const bool printable = text.size() <= kReportUriOctetsMax &&
                         std::all_of(rest.begin(), rest.end(), is_uri_octet) &&
                         rest.find('!') == rest.npos;
  if (printable) uri.host = uri.mail ? mail_host(rest) : web_host(rest);
  if (uri.host.empty()) uri.fault = UriFault::syntax;
  return uri;
}

}  // namespace

std::vector<ReportUri> read_report_uris(std::string_view list) {
  std::vector<ReportUri> uris;
  for_each_part(list, ',', [&](std::string_view part) {
    if (!part.empty() && uris.size() < kReportUrisMax) uris.push_back(read_report_uri(part));
  });
  return uris;
}

bool has_usable(const std::vector<ReportUri>& uris) {
  return std::any_of(uris.begin(), uris.end(),
                     [](const ReportUri& uri) { return uri.fault == UriFault::none; });
}

}  // namespace mxsweep::policy
