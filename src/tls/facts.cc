// SPDX-License-Identifier: MIT
#include "mxsweep/tls/facts.h"

#include <algorithm>
#include <chrono>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::tls {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

// `pattern` is what the certificate has.
bool matches_dns_name(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return same_in_any_case(pattern, name);
  const std::string_view domain = pattern.substr(1);
  if (domain.find('.', 1) == domain.npos) return false;
  const std::size_t label = name.find('.');
  return label != 0 && label != name.npos && same_in_any_case(domain, name.substr(label));
}

// A host name without its trailing dot; empty: no host is called so, but a certificate may be.
std::string_view host_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name.find('\0') == name.npos ? name : std::string_view();
}

}  // namespace

std::string_view to_string(VerifyError error) {
  switch (error) {
    case VerifyError::none: return "none";
    case VerifyError::certificate_expired: return "certificate-expired";
    case VerifyError::certificate_not_trusted: return "certificate-not-trusted";
    case VerifyError::certificate_host_mismatch: return "certificate-host-mismatch";
    case VerifyError::validation_failure: return "validation-failure";
  }
  INVARIANT(false && "an error outside its list");
  return {};
}

bool matches_name(const Chain& chain, std::string_view name) {
  if (name.empty() || chain.certificates.empty()) return false;
  const Certificate& leaf = chain.certificates.front();
  const auto first_address = leaf.names.begin() + static_cast<std::ptrdiff_t>(leaf.dns_names);
  if (const std::optional<Address> address = parse_address(name)) {
    return std::find(first_address, leaf.names.end(), to_string(*address)) != leaf.names.end();
  }
  const std::string_view host = host_name(name);
  if (host.empty()) return false;
  return std::any_of(leaf.names.begin(), first_address,
                     [host](std::string_view pattern) { return matches_dns_name(pattern, host); });
}

bool matches_common_name(const Chain& chain, std::string_view name) {
  if (chain.common_name.empty() || parse_address(name)) return false;
  const std::string_view host = host_name(name);
  return !host.empty() && matches_dns_name(chain.common_name, host);
}

void judge(const Chain& chain, std::string_view name, WallTime now, Facts& facts) {
  facts.name_match.reset();
  facts.days_left.reset();
  facts.verify_error = chain.error;
  if (!name.empty()) facts.name_match = matches_name(chain, name);
  facts.cn_match = matches_common_name(chain, name);
  if (facts.verify_error == VerifyError::none && facts.name_match == false) {
    facts.verify_error = VerifyError::certificate_host_mismatch;
  }
  facts.verified = facts.verify_error == VerifyError::none;
  if (!chain.expiry) return;
  const auto left = chain.expiry->at - now;
  facts.days_left = static_cast<int>(std::chrono::floor<std::chrono::days>(left).count());
  facts.days_left_of = chain.expiry->sha256;
}

}  // namespace mxsweep::tls
