// SPDX-License-Identifier: MIT
#include "mxsweep/tls/facts.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "mxsweep/core/address.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::tls {
namespace {

bool same_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool less_in_any_case(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return static_cast<unsigned char>(lower(x)) < static_cast<unsigned char>(lower(y));
  });
}

// Whether `name` is among the names whose indexes are in sorted[first, last).
bool is_among(const Certificate& certificate, std::size_t first, std::size_t last,
              std::string_view name) {
  const auto begin = certificate.sorted.begin();
  const auto found = std::lower_bound(begin + static_cast<std::ptrdiff_t>(first),
                                      begin + static_cast<std::ptrdiff_t>(last), name,
                                      [&](std::uint16_t place, std::string_view wanted) {
                                        return less_in_any_case(certificate.names[place], wanted);
                                      });
  return found != begin + static_cast<std::ptrdiff_t>(last) &&
         same_in_any_case(certificate.names[*found], name);
}

// `pattern`: the name in the certificate, which may be a wildcard.
bool matches_dns_name(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return same_in_any_case(pattern, name);
  const std::string_view domain = pattern.substr(1);
  if (domain.find('.', 1) == domain.npos) return false;
  const std::size_t label = name.find('.');
  return label != 0 && label != name.npos && same_in_any_case(domain, name.substr(label));
}

// As the name itself, or as the one wildcard that matches it.
bool has_dns_name(const Certificate& leaf, std::string_view host) {
  if (!host.starts_with("*.") && is_among(leaf, 0, leaf.dns_names, host)) return true;
  const std::size_t label = host.find('.');
  if (label == 0 || label == host.npos) return false;
  const std::string_view domain = host.substr(label);
  if (domain.find('.', 1) == domain.npos) return false;
  return is_among(leaf, 0, leaf.dns_names, '*' + std::string(domain));
}

// A host name without its trailing dot. Empty if it contains NUL, as names in certificates may.
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

void sort_names(Certificate& certificate) {
  certificate.sorted.resize(certificate.names.size());
  std::iota(certificate.sorted.begin(), certificate.sorted.end(), std::uint16_t{0});
  const auto first_address =
      certificate.sorted.begin() + static_cast<std::ptrdiff_t>(certificate.dns_names);
  const auto less = [&](std::uint16_t a, std::uint16_t b) {
    return less_in_any_case(certificate.names[a], certificate.names[b]);
  };
  std::sort(certificate.sorted.begin(), first_address, less);
  std::sort(first_address, certificate.sorted.end(), less);
}

bool matches_name(const Chain& chain, std::string_view name) {
  if (name.empty() || chain.certificates.empty()) return false;
  const Certificate& leaf = chain.certificates.front();
  const auto first_address = leaf.names.begin() + static_cast<std::ptrdiff_t>(leaf.dns_names);
  const bool sorted = leaf.sorted.size() == leaf.names.size();
  if (const std::optional<Address> address = parse_address(name)) {
    if (sorted) return is_among(leaf, leaf.dns_names, leaf.names.size(), to_string(*address));
    return std::find(first_address, leaf.names.end(), to_string(*address)) != leaf.names.end();
  }
  const std::string_view host = host_name(name);
  if (host.empty()) return false;
  if (sorted) return has_dns_name(leaf, host);
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
