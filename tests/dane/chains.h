// SPDX-License-Identifier: MIT
// Chains for tests of DANE, and TLSA records by the name of the certificate that they are
// of: "3 1 1 leaf". Words after it change the record: "changed" its last octet, "short" its length.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dane/judge.h"
#include "mxsweep/tls/anchored_path.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/issue.h"
#include "tls/certificates.h"

namespace mxsweep::dane::samples {

using tls::samples::authority;
using tls::samples::day;
using tls::samples::der_of;
using tls::samples::kNow;

inline constexpr std::string_view kBase = "mx1.example.net";
inline constexpr std::string_view kDomain = "example.org";

template <std::size_t kSize>
std::string octets_of(const std::array<std::uint8_t, kSize>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

class Certificates {
 public:
  Certificates() {
    add("root", authority("Root"));
    add("ca", authority("Issuing CA"), "root");
    tls::CertificateSpec late = authority("Late CA");
    late.not_after = day(2026, 11, 1);
    add("late_ca", late, "root");
    add("other_root", authority("Other Root"));
    add("other_ca", authority("Issuing CA"), "other_root");  // Of the same name, with another key.

    add("leaf", named("mx1.example.net"), "ca");
    add("next", named("mx1.example.net"), "ca");
    add("of_root", named("mx1.example.net"), "root");
    add("of_late_ca", named("mx1.example.net"), "late_ca");
    add("of_other_ca", named("mx1.example.net"), "other_ca");
    add("of_domain", named("example.org"), "ca");
    add("of_wildcard", named("*.example.net"), "ca");
    add("wrong", named("mail.example.com"), "ca");
    add("alone", named("mx1.example.net"));
    add("nameless",
        {.common_name = {}, .not_before = day(2026, 1, 1), .not_after = day(2027, 1, 1)}, "ca");
    add("by_common_name",
        {.common_name = "mx1.example.net",
         .not_before = day(2026, 1, 1),
         .not_after = day(2027, 1, 1)},
        "ca");
    tls::CertificateSpec spec = named("mx1.example.net");
    spec.not_after = day(2026, 11, 20);
    add("expired", spec, "ca");
    spec.not_before = day(2026, 12, 1);
    spec.not_after = day(2027, 12, 1);
    add("future", spec, "ca");
    spec = named("mx1.example.net");
    spec.sha1 = true;
    add("weak", spec, "ca");
    spec = named("mx1.example.net");
    spec.client = true;
    add("client", spec, "ca");
    spec = named("mx1.example.net");
    spec.not_after = kNow + std::chrono::days{10} + std::chrono::hours{1};
    add("ending", spec, "ca");
    // The key of "ca" certified once more, by another root: a cross-signature.
    spec = authority("Issuing CA");
    spec.key_pem = issued_["ca"].key_pem;
    add("cross_ca", spec, "other_root");
  }

  [[nodiscard]] const std::string& der(const std::string& name) const { return der_.at(name); }

  // "leaf ca root", as sent.
  [[nodiscard]] std::shared_ptr<const tls::Chain> chain(const std::string& names,
                                                        bool keep_der = true) const {
    tls::Client client;
    tls::ClientOptions options;
    options.keep_der = keep_der;
    INVARIANT(client.open(options).ok());
    std::vector<std::string_view> sent;
    std::istringstream words(names);
    for (std::string name; words >> name;) sent.emplace_back(der(name));
    return client.chain(sent, kNow);
  }

  [[nodiscard]] dns::Tlsa record(const std::string& text) const {
    std::istringstream words(text);
    unsigned usage = 0;
    unsigned selector = 0;
    unsigned matching = 0;
    std::string name;
    words >> usage >> selector >> matching >> name;
    const std::string& whole = der(name);
    std::string data = selector == 0 ? whole : std::string(tls::public_key_info(whole));
    if (matching == 1) data = octets_of(tls::sha256_of(data));
    if (matching == 2) data = octets_of(tls::sha512_of(data));
    for (std::string change; words >> change;) {
      if (change == "changed") data.back() = static_cast<char>(data.back() ^ 1);
      if (change == "short") data.pop_back();
      if (change == "long") data += '\0';
      if (change == "empty") data.clear();
    }
    return {static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
            static_cast<std::uint8_t>(matching), std::move(data)};
  }

  // Of a host with these records, separated by commas.
  [[nodiscard]] HostReport host(const std::string& records) const {
    HostReport report;
    report.lookup = Lookup::records;
    report.host = kBase;
    report.base = kBase;
    report.tlsa_name = "_25._tcp." + report.base;
    report.names = {std::string(kBase), std::string(kDomain)};
    std::istringstream all(records);
    for (std::string one; std::getline(all, one, ',');) report.records.push_back(record(one));
    return report;
  }

 private:
  static tls::CertificateSpec named(std::string name) {
    return tls::samples::leaf(std::move(name));
  }

  void add(const std::string& name, const tls::CertificateSpec& spec,
           const std::string& issuer = {}) {
    issued_[name] = tls::issue(spec, issuer.empty() ? nullptr : &issued_.at(issuer));
    der_[name] = der_of(issued_[name].certificate_pem);
  }

  std::map<std::string, tls::IssuedCertificate> issued_;
  std::map<std::string, std::string> der_;
};

inline const Certificates& certificates() {
  static const Certificates made;
  return made;
}

}  // namespace mxsweep::dane::samples
