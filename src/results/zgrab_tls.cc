// SPDX-License-Identifier: MIT
#include "results/zgrab_tls.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "results/json_base64.h"
#include "results/json_members.h"
#include "results/json_tls.h"
#include "results/zgrab_certificate.h"

namespace mxsweep::results {
namespace {

struct VersionRow {
  std::string_view name;  // As in tls::Session.
  std::string_view in_hello;
  std::uint16_t id;
};
constexpr VersionRow kVersions[] = {
    {"TLSv1.3", "TLSv1.2", 0x0303},
    {"TLSv1.2", "TLSv1.2", 0x0303},
    {"TLSv1.1", "TLSv1.1", 0x0302},
    {"TLSv1.0", "TLSv1.0", 0x0301},
};

// The groups of (EC)DHE before TLS 1.3 with their numbers. The schema knows no name for X25519 and
// X448.
struct GroupRow {
  std::string_view name;  // As in tls::Session.
  std::string_view curve;
  std::uint16_t id;
};
constexpr GroupRow kGroups[] = {
    {"P-256", "secp256r1", 23}, {"P-384", "secp384r1", 24}, {"P-521", "secp521r1", 25},
    {"X25519", "unknown", 29},  {"X448", "unknown", 30},    {"P-192", "secp192r1", 19},
    {"P-224", "secp224r1", 21},
};

template <typename Row, std::size_t Count>
const Row* find(const Row (&rows)[Count], std::string_view name) {
  const Row* const row =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.name == name; });
  return row == std::end(rows) ? nullptr : row;
}

void write_version(const VersionRow& version, JsonText& json) {
  json.raw("{");
  Members members(json);
  members.word("name", version.in_hello);
  members.key("value").number(version.id);
  json.raw("}");
}

void write_cipher_suite(const tls::Session& session, JsonText& json) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  json.raw("{");
  Members members(json);
  if (session.cipher_id != 0) {
    std::array<char, 6> hex{'0', 'x'};
    for (std::size_t i = 0; i < 4; ++i) {
      hex[2 + i] = kHexDigits[session.cipher_id >> (12 - 4 * i) & 0xfU];
    }
    members.word("hex", {hex.data(), hex.size()});
  }
  members.word("name", session.cipher);
  if (session.cipher_id != 0) members.key("value").number(session.cipher_id);
  json.raw("}");
}

void write_server_hello(const tls::Session& session, JsonText& json) {
  json.raw("{");
  Members members(json);
  const VersionRow* const version = find(kVersions, session.version);
  if (version != nullptr) write_version(*version, members.key("version"));
  if (!session.cipher.empty()) {
    write_cipher_suite(session, members.key("cipher_suite"));
    members.key("compression_method").number(0);  // We offer no other.
    if (session.before_1_3) {
      members.yes_or_no("secure_renegotiation", session.secure_renegotiation);
      members.yes_or_no("extended_master_secret", session.extended_master_secret);
    }
  }
  json.raw("}");
}

struct SignatureAndHash {
  std::string_view signature;
  std::string_view hash;
};

// "rsa_pkcs1_sha256" and "ecdsa_secp256r1_sha256" consist of the two that TLS 1.2 has. Others, such
// as RSA-PSS and Ed25519, are one scheme without a separate hash.
std::optional<SignatureAndHash> split(std::string_view scheme) {
  const std::string_view hash = scheme.substr(scheme.rfind('_') + 1);
  if (scheme.starts_with("rsa_pkcs1_")) return SignatureAndHash{"rsa", hash};
  if (scheme.starts_with("ecdsa_")) return SignatureAndHash{"ecdsa", hash};
  return std::nullopt;
}

// TLS 1.3 has no such message, and RSA key exchange needs none.
bool has_server_key_exchange(const tls::Session& session) {
  return session.before_1_3 && (find(kGroups, session.group) != nullptr ||
                                (!session.group.empty() && split(session.signature).has_value()));
}

void write_server_key_exchange(const tls::Session& session, JsonText& json) {
  json.raw("{");
  Members members(json);
  if (const GroupRow* const group = find(kGroups, session.group)) {
    members.key("ecdh_params").raw("{\"curve_id\":{\"name\":\"");
    json.raw(group->curve);
    json.raw("\",\"id\":");
    json.number(group->id);
    json.raw("}}");
  }
  if (const std::optional<SignatureAndHash> pair = split(session.signature)) {
    members.key("signature").raw("{");
    Members signature(json);
    signature.word("type", pair->signature);
    signature.yes_or_no("valid", true);  // Or the handshake would not be complete.
    signature.key("signature_and_hash_type").raw("{");
    Members type(json);
    type.word("signature_algorithm", pair->signature);
    type.word("hash_algorithm", pair->hash);
    json.raw("}}");
  }
  json.raw("}");
}

void write_simple_certificate(const tls::Certificate& certificate, JsonText& json) {
  json.raw("{");
  Members members(json);
  if (!certificate.der.empty()) write_base64(certificate.der, members.key("raw"));
  if (is_parsed(certificate)) write_zgrab_certificate(certificate, members.key("parsed"));
  json.raw("}");
}

void write_validation(const tls::Facts& facts, JsonText& json) {
  json.raw("{");
  Members members(json);
  const tls::VerifyError error = facts.chain->error;
  members.yes_or_no("browser_trusted", error == tls::VerifyError::none);
  if (error != tls::VerifyError::none) members.word("browser_error", to_string(error));
  if (facts.name_match) members.yes_or_no("matches_domain", *facts.name_match);
  json.raw("}");
}

void write_certificates(const tls::Facts& facts, ChainDetail detail, JsonText& json) {
  json.raw("{");
  Members members(json);
  std::span<const tls::Certificate> chain = facts.chain->certificates;
  if (!chain.empty()) write_simple_certificate(chain.front(), members.key("certificate"));
  if (chain.size() > 1 && detail != ChainDetail::leaf) {
    members.key("chain").raw("[");
    for (const tls::Certificate& certificate : chain.subspan(1)) {
      if (&certificate != &chain[1]) json.raw(",");
      write_simple_certificate(certificate, json);
    }
    json.raw("]");
  }
  write_validation(facts, members.key("validation"));
  json.raw("}");
}

}  // namespace

void write_zgrab_tls(const tls::Facts& facts, ChainDetail detail, JsonText& json) {
  json.raw("{\"handshake_log\":{");
  Members members(json);
  if (!facts.session.version.empty())
    write_server_hello(facts.session, members.key("server_hello"));
  if (facts.chain != nullptr) {
    write_certificates(facts, detail, members.key("server_certificates"));
  }
  if (has_server_key_exchange(facts.session)) {
    write_server_key_exchange(facts.session, members.key("server_key_exchange"));
  }
  json.raw("}}");
}

}  // namespace mxsweep::results
