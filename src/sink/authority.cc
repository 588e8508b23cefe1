// SPDX-License-Identifier: MIT
#include "mxsweep/sink/authority.h"

#include <chrono>
#include <memory>
#include <utility>

namespace mxsweep::sink {
namespace {

using std::chrono::days;

constexpr days kLeafLife{90};
constexpr days kAuthorityLife{3650};
constexpr std::size_t kLongChainCertificates = 8;  // With the leaf, without the root.

}  // namespace

struct Authority::Credentials {
  std::string chain_pem;
  std::string key_pem;
};

Authority::Authority(WallTime now) : now_(now) {
  root_ = issue_authority("mxsweep sink root", nullptr);
  intermediate_ = issue_authority("mxsweep sink intermediate", &root_);
}

tls::IssuedCertificate Authority::issue_authority(const std::string& name,
                                                  const tls::IssuedCertificate* issuer) {
  tls::CertificateSpec spec;
  spec.common_name = name;
  spec.serial = ++serial_;
  spec.not_before = now_ - kAuthorityLife;
  spec.not_after = now_ + kAuthorityLife;
  spec.authority = true;
  return tls::issue(spec, issuer);
}

tls::CertificateSpec Authority::leaf_spec(const TlsBehaviour& behaviour) {
  tls::CertificateSpec spec;
  spec.common_name = "sink.test";
  spec.dns_names = {"sink.test", "*.sink.test"};
  spec.serial = ++serial_;
  spec.not_before = now_ - kLeafLife;
  spec.not_after = now_ + kLeafLife;
  spec.key = behaviour.rsa ? tls::KeyKind::rsa_2048 : tls::KeyKind::ec_p256;
  switch (behaviour.certificate) {
    case CertificateKind::good:
    case CertificateKind::self_signed:
    case CertificateKind::long_chain:
    case CertificateKind::untrusted:
    case CertificateKind::no_intermediate: break;
    case CertificateKind::expired: spec.not_after = now_ - days(1); break;
    case CertificateKind::not_yet_valid: spec.not_before = now_ + days(1); break;
    case CertificateKind::wrong_name:
      spec.common_name = "elsewhere.test";
      spec.dns_names = {"elsewhere.test", "*.elsewhere.test"};
      break;
    case CertificateKind::weak_key: spec.key = tls::KeyKind::rsa_1024; break;
    case CertificateKind::sha1: spec.sha1 = true; break;
  }
  return spec;
}

Authority::Credentials Authority::credentials_for(const TlsBehaviour& behaviour) {
  const tls::CertificateSpec spec = leaf_spec(behaviour);
  if (behaviour.certificate == CertificateKind::self_signed) {
    tls::IssuedCertificate leaf = tls::issue(spec);
    return {std::move(leaf.certificate_pem), std::move(leaf.key_pem)};
  }
  tls::IssuedCertificate issuer = intermediate_;
  if (behaviour.certificate == CertificateKind::untrusted) {
    const tls::IssuedCertificate stranger = issue_authority("an unknown root", nullptr);
    issuer = issue_authority("an unknown intermediate", &stranger);
  }
  std::string chain = issuer.certificate_pem;
  if (behaviour.certificate == CertificateKind::long_chain) {
    for (std::size_t sent = 2; sent < kLongChainCertificates; ++sent) {
      issuer = issue_authority("mxsweep sink intermediate " + std::to_string(sent), &issuer);
      chain.insert(0, issuer.certificate_pem);
    }
  }
  if (behaviour.certificate == CertificateKind::no_intermediate) chain.clear();
  tls::IssuedCertificate leaf = tls::issue(spec, &issuer);
  return {leaf.certificate_pem + chain, std::move(leaf.key_pem)};
}

Status Authority::equip(std::vector<Persona>& personas) {
  for (Persona& persona : personas) {
    if (!speaks_tls(persona)) continue;
    for (const Persona& other : personas) {
      if (other.tls_server != nullptr && other.tls == persona.tls) {
        persona.tls_server = other.tls_server;
        break;
      }
    }
    if (persona.tls_server != nullptr) continue;
    const Credentials credentials = credentials_for(persona.tls);
    auto server = std::make_shared<tls::Server>();
    const Status opened = server->open({.chain_pem = credentials.chain_pem,
                                        .key_pem = credentials.key_pem,
                                        .version_min = persona.tls.version_min,
                                        .version_max = persona.tls.version_max,
                                        .client_certificate = persona.tls.client_certificate,
                                        .ciphers = persona.tls.ciphers});
    if (!opened.ok()) return opened.behind(persona.name + ".tls");
    persona.tls_server = std::move(server);
  }
  return {};
}

}  // namespace mxsweep::sink
