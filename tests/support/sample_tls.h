// SPDX-License-Identifier: MIT
// Sessions and certificates as the TLS room reports them, good and bad, made without a handshake.
//
//   Lifetime  Certificates own their texts; the chain is of static storage.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/tls/facts.h"

namespace mxsweep::results::samples {

inline tls::Digest digest(std::uint8_t first) {
  tls::Digest digest;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(first + 7 * i);
  }
  return digest;
}

inline tls::Certificate leaf_certificate() {
  using namespace std::chrono;
  tls::Certificate leaf;
  leaf.sha256 = digest(0x00);
  leaf.spki_sha256 = digest(0x10);
  leaf.subject = "CN=mx1.example.net";
  leaf.issuer = "CN=Example Intermediate,O=Example Trust,C=NL";
  leaf.serial = "04d2a1b2c3d4e5f60718293a4b5c6d7e8f90";
  leaf.names = {"mx1.example.net", "mail.example.net"};
  leaf.dns_names = leaf.names.size();
  leaf.not_before = sys_days(2026y / October / 1) + 10h + 15min;
  leaf.not_after = sys_days(2026y / December / 30) + 10h + 14min + 59s;
  leaf.key = "EC P-256";
  leaf.signature = "ecdsa-with-SHA256";
  return leaf;
}

inline tls::Certificate intermediate_certificate() {
  using namespace std::chrono;
  tls::Certificate intermediate;
  intermediate.sha256 = digest(0x20);
  intermediate.spki_sha256 = digest(0x30);
  intermediate.subject = "CN=Example Intermediate,O=Example Trust,C=NL";
  intermediate.issuer = "CN=Example Root,O=Example Trust,C=NL";
  intermediate.serial = "00912b084acf0c18a753f6d62e25a75f5a";
  intermediate.not_before = sys_days(2020y / September / 4);
  intermediate.not_after = sys_days(2030y / September / 15) + 16h;
  intermediate.key = "RSA 2048";
  intermediate.signature = "sha256WithRSAEncryption";
  return intermediate;
}

inline tls::Chain chain_of(std::vector<tls::Certificate> certificates) {
  tls::Chain chain;
  chain.certificates = std::move(certificates);
  return chain;
}

inline const tls::Chain& two_certificates() {
  static const tls::Chain chain = chain_of({leaf_certificate(), intermediate_certificate()});
  return chain;
}

// Texts that would end a JSON string, and octets that are no character.
inline tls::Certificate hostile_certificate() {
  tls::Certificate certificate = leaf_certificate();
  certificate.subject = std::string("CN=\"},\\\n\r\t\0\x01\x7f", 14);
  certificate.issuer =
      "CN=Autorit\xe9"
      " de certification";
  certificate.names = {"\"", "\xff\xfe", "m\xc3\xbc", ""};
  certificate.dns_names = certificate.names.size();
  certificate.self_signed = true;
  return certificate;
}

// More of everything than the record keeps.
inline tls::Certificate cut_certificate() {
  tls::Certificate certificate = leaf_certificate();
  certificate.cut = {.serial = true, .subject = true, .issuer = true, .names = true};
  return certificate;
}

inline tls::Session session_1_3() {
  tls::Session session;
  session.version = "TLSv1.3";
  session.cipher = "TLS_AES_256_GCM_SHA384";
  session.group = "X25519";
  session.signature = "ecdsa_secp256r1_sha256";
  return session;
}

// Without (EC)DHE and later features.
inline tls::Session session_1_0() {
  tls::Session session;
  session.version = "TLSv1.0";
  session.cipher = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
  session.before_1_3 = true;
  return session;
}

inline tls::Session session_1_2() {
  tls::Session session;
  session.version = "TLSv1.2";
  session.cipher = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
  session.group = "P-256";
  session.signature = "rsa_pss_rsae_sha256";
  session.before_1_3 = session.extended_master_secret = session.secure_renegotiation = true;
  return session;
}

}  // namespace mxsweep::results::samples
