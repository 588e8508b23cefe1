// SPDX-License-Identifier: MIT
// OpenSSL as the oracle: a handshake in memory, in which its client judges by the same records.
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "dane/chains.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/dane/judge.h"
#include "support/cases.h"
#include "support/catch.h"

namespace mxsweep::dane {
namespace {

using samples::certificates;
using samples::kNow;

struct FreeOfOracle {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  void operator()(SSL* connection) const { ::SSL_free(connection); }
  void operator()(X509* certificate) const { ::X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
  void operator()(BIO* octets) const { ::BIO_free(octets); }
};
template <typename Object>
using Owned = std::unique_ptr<Object, FreeOfOracle>;

Owned<X509> oracle_certificate(const std::string& name) {
  const std::string& der = certificates().der(name);
  const auto* octets = reinterpret_cast<const unsigned char*>(der.data());
  Owned<X509> made(::d2i_X509(nullptr, &octets, static_cast<long>(der.size())));
  INVARIANT(made != nullptr);
  return made;
}

Owned<SSL_CTX> oracle_context(const SSL_METHOD* method) {
  Owned<SSL_CTX> context(::SSL_CTX_new(method));
  INVARIANT(context != nullptr && ::SSL_CTX_dane_enable(context.get()) == 1);
  return context;
}

// A server that sends these certificates, the leaf first.
Owned<SSL> oracle_server(SSL_CTX* context, const std::string& names) {
  Owned<SSL> server(::SSL_new(context));
  std::istringstream words(names);
  std::string name;
  words >> name;
  const Owned<X509> leaf = oracle_certificate(name);
  const std::string& pem = certificates().key_pem(name);
  const Owned<BIO> text(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Owned<EVP_PKEY> key(::PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  ::SSL_set_security_level(server.get(), 0);
  INVARIANT(::SSL_use_certificate(server.get(), leaf.get()) == 1);
  INVARIANT(::SSL_use_PrivateKey(server.get(), key.get()) == 1);
  while (words >> name) {
    INVARIANT(::SSL_add1_chain_cert(server.get(), oracle_certificate(name).get()) == 1);
  }
  return server;
}

Owned<SSL> oracle_client(SSL_CTX* context, const HostReport& host) {
  Owned<SSL> client(::SSL_new(context));
  INVARIANT(::SSL_dane_enable(client.get(), host.base.c_str()) == 1);
  ::SSL_dane_set_flags(client.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);
  for (const std::string& name : host.names) {
    INVARIANT(::SSL_add1_host(client.get(), name.c_str()) == 1);
  }
  for (const dns::Tlsa& record : host.records) {
    if (!is_usable(record)) continue;
    INVARIANT(::SSL_dane_tlsa_add(client.get(), record.usage, record.selector, record.matching,
                                  reinterpret_cast<const unsigned char*>(record.data.data()),
                                  record.data.size()) == 1);
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(kNow).time_since_epoch().count();
  ::X509_VERIFY_PARAM_set_time(::SSL_get0_param(client.get()), seconds);
  ::SSL_set_verify(client.get(), SSL_VERIFY_NONE, nullptr);
  return client;
}

// Whether OpenSSL's client finds the server authenticated.
bool oracle_passes(const HostReport& host, const std::string& names) {
  static const Owned<SSL_CTX> client_context = oracle_context(::TLS_client_method());
  static const Owned<SSL_CTX> server_context = oracle_context(::TLS_server_method());
  const Owned<SSL> server = oracle_server(server_context.get(), names);
  const Owned<SSL> client = oracle_client(client_context.get(), host);
  BIO* near = nullptr;
  BIO* far = nullptr;
  INVARIANT(::BIO_new_bio_pair(&near, 0, &far, 0) == 1);
  ::SSL_set_bio(client.get(), near, near);
  ::SSL_set_bio(server.get(), far, far);
  ::SSL_set_connect_state(client.get());
  ::SSL_set_accept_state(server.get());
  for (int step = 0; step < 20 && ::SSL_is_init_finished(client.get()) == 0; ++step) {
    ::SSL_do_handshake(client.get());
    ::SSL_do_handshake(server.get());
  }
  INVARIANT(::SSL_is_init_finished(client.get()) == 1);
  return ::SSL_get_verify_result(client.get()) == X509_V_OK &&
         ::SSL_get0_dane_authority(client.get(), nullptr, nullptr) >= 0;
}

const std::vector<std::string> kLeaves = {
    "leaf",        "next",   "of_root",  "of_late_ca",     "of_other_ca", "of_domain",
    "of_wildcard", "wrong",  "alone",    "by_common_name", "expired",     "future",
    "weak",        "ending", "nameless", "client"};
const std::vector<std::string> kAbove = {"root",       "late_root", "ca",       "late_ca",
                                         "other_root", "other_ca",  "cross_ca", "alone"};

struct Draw {
  std::mt19937_64 random;

  std::size_t below(std::size_t end) { return random() % end; }
  const std::string& of(const std::vector<std::string>& names) {
    return names[below(names.size())];
  }

  std::string chain() {
    std::vector<std::string> above = kAbove;
    std::ranges::shuffle(above, random);
    above.resize(below(5));
    std::string names = of(kLeaves);
    for (const std::string& name : above) names += " " + name;
    return names;
  }

  // Mostly of what is sent.
  std::string record(const std::string& sent) {
    std::istringstream words(sent);
    std::vector<std::string> names;
    for (std::string name; words >> name;) names.push_back(name);
    const bool leaf = below(3) == 0;
    const std::string& name = below(4) == 0 ? of(kAbove)
                              : leaf        ? names.front()
                                            : names[below(names.size())];
    return std::string(leaf ? "3 " : "2 ") + std::to_string(below(2)) + " " +
           std::to_string(below(3)) + " " + name;
  }
};

}  // namespace

TEST_CASE("OpenSSL authenticates the same servers by the same records", "[dane][openssl]") {
  Draw draw{std::mt19937_64(7672)};
  std::size_t passed = 0;
  constexpr std::size_t kServers = cases_of(1500);
  for (std::size_t i = 0; i < kServers; ++i) {
    const std::string sent = draw.chain();
    std::string records = draw.record(sent);
    // It takes the first issuer of the leaf that was sent, and does not try the other one.
    if (sent.find(" ca") != sent.npos && sent.find(" cross_ca") != sent.npos) continue;
    while (draw.below(3) == 0) records += "," + draw.record(sent);
    const HostReport host = certificates().host(records);
    const auto chain = certificates().chain(sent);
    const Report report = judge(host, {chain.get(), Presence::yes, kNow});
    INFO(records << " of " << sent << ": " << to_string(report.verdict) << " " << report.cause);
    CHECK((report.verdict == Verdict::pass) == oracle_passes(host, sent));
    passed += report.verdict == Verdict::pass ? 1U : 0U;
  }
  CHECK(passed > kServers / 5);
  CHECK(passed < kServers * 4 / 5);
}

}  // namespace mxsweep::dane
