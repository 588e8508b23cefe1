// SPDX-License-Identifier: MIT
#include "mxsweep/tls/engine.h"

#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "tls/joined.h"

namespace {

using namespace mxsweep::tls;

struct VersionCase {
  Version version;
  std::string_view name;
};
constexpr VersionCase kVersions[] = {{Version::tls1_0, "TLSv1.0"},
                                     {Version::tls1_1, "TLSv1.1"},
                                     {Version::tls1_2, "TLSv1.2"},
                                     {Version::tls1_3, "TLSv1.3"}};

ServerOptions only(Version version) {
  ServerOptions options;
  options.version_min = version;
  options.version_max = version;
  return options;
}

std::string octets_of(std::size_t count) {
  mxsweep::Random random(count);
  std::string octets(count, '\0');
  for (char& octet : octets) octet = static_cast<char>(random.below(256));
  return octets;
}

}  // namespace

TEST_CASE("every version of TLS is supported and named", "[tls][engine][versions]") {
  const OpenClient client;
  for (const VersionCase& row : kVersions) {
    INFO(row.name);
    const OpenServer server(only(row.version));
    Joined joined(client, server);
    joined.run();
    REQUIRE(joined.established());
    const Session session = joined.client.session();
    CHECK(session.version == row.name);
    CHECK(session.version == joined.server.session().version);
    CHECK(session.cipher == joined.server.session().cipher);
    CHECK(session.cipher_id == joined.server.session().cipher_id);
    CHECK(session.cipher_id != 0);
    CHECK(session.before_1_3 == (row.version != Version::tls1_3));
    CHECK_FALSE(joined.client.client_certificate_requested());
    CHECK(joined.client.failure() == Failure::none);
    CHECK(joined.client.alert().empty());
  }
}

TEST_CASE("a handshake does not depend on how the stream was segmented", "[tls][engine]") {
  const OpenClient client;
  for (const VersionCase& row : kVersions) {
    const OpenServer server(only(row.version));
    for (const std::size_t cut : {1U, 2U, 3U, 5U, 7U, 64U, 100U, 1000U}) {
      INFO(row.name << " cut every " << cut);
      Joined joined(client, server);
      joined.run(cut);
      REQUIRE(joined.established());
      joined.client.write("EHLO a\r\n");
      joined.server.write("250 b\r\n");
      joined.run(cut);
      CHECK(joined.received_by_server == "EHLO a\r\n");
      CHECK(joined.received_by_client == "250 b\r\n");
    }
  }
}

TEST_CASE("no octet beyond the received ones is read", "[tls][engine]") {
  const OpenClient client;
  const OpenServer server;
  Joined joined(client, server);
  joined.server.advance(joined.client.outgoing(), joined.received_by_server);
  const GuardedBytes flight(joined.server.outgoing());
  CHECK(joined.client.advance(flight.view(), joined.received_by_client) ==
        EngineState::established);
}

TEST_CASE("a client answers the server's flight with one block, however the flight was segmented",
          "[tls][engine]") {
  const OpenClient client;
  for (const VersionCase& row : kVersions) {
    const OpenServer server(only(row.version));
    for (const std::size_t cut : {1U, 7U, 100U, 300U, 100'000U}) {
      INFO(row.name << " cut every " << cut);
      Joined joined(client, server);
      Joined::deliver(joined.client, joined.server, joined.received_by_server);
      const std::string flight = std::move(joined.server.outgoing());
      joined.server.outgoing().clear();
      int answers = 0;
      for (std::size_t at = 0; at < flight.size(); at += cut) {
        joined.client.advance(std::string_view(flight).substr(at, cut), joined.received_by_client);
        if (joined.client.outgoing().empty()) continue;
        ++answers;
        Joined::deliver(joined.client, joined.server, joined.received_by_server);
      }
      CHECK(answers == 1);
      joined.run();
      CHECK(joined.established());
    }
  }
}

TEST_CASE("data that follows the handshake in the same block is decrypted", "[tls][engine]") {
  const OpenClient client;
  const OpenServer server(only(Version::tls1_3));
  Joined joined(client, server);
  Joined::deliver(joined.client, joined.server, joined.received_by_server);
  Joined::deliver(joined.server, joined.client, joined.received_by_client);
  REQUIRE(joined.client.status() == EngineState::established);
  joined.client.write("QUIT\r\n");
  joined.client.close();
  joined.run();
  CHECK(joined.received_by_server == "QUIT\r\n");
  CHECK(joined.server.status() == EngineState::closed);
}

TEST_CASE("large amounts of text pass both ways", "[tls][engine]") {
  const OpenClient client;
  const std::string question = octets_of(65'536);
  const std::string answer = octets_of(70'001);
  for (const VersionCase& row : kVersions) {
    INFO(row.name);
    const OpenServer server(only(row.version));
    Joined joined(client, server);
    joined.run();
    REQUIRE(joined.established());
    joined.client.write(question);
    joined.server.write(answer);
    joined.client.write({});
    joined.run(1460);
    CHECK(joined.received_by_server == question);
    CHECK(joined.received_by_client == answer);
  }
}

TEST_CASE("close_notify ends a connection from either side", "[tls][engine]") {
  const OpenClient client;
  for (const VersionCase& row : kVersions) {
    INFO(row.name);
    const OpenServer server(only(row.version));
    Joined joined(client, server);
    joined.run();
    REQUIRE(joined.established());
    joined.client.write("QUIT\r\n");
    joined.client.close();
    Joined::deliver(joined.client, joined.server, joined.received_by_server);
    CHECK(joined.received_by_server == "QUIT\r\n");
    REQUIRE(joined.server.status() == EngineState::closed);
    CHECK(joined.client.status() == EngineState::established);
    joined.server.close();
    CHECK_FALSE(joined.server.outgoing().empty());
    joined.run();
    CHECK(joined.client.status() == EngineState::closed);
    CHECK(joined.client.session().version == row.name);
    joined.client.advance("anything", joined.received_by_client);
    CHECK(joined.client.status() == EngineState::closed);
    CHECK(joined.received_by_client.empty());
  }
}

TEST_CASE("a server that requests a certificate gets none, and the request is reported",
          "[tls][engine]") {
  const OpenClient client;
  for (const VersionCase& row : kVersions) {
    INFO(row.name);
    ServerOptions options = only(row.version);
    options.client_certificate = ClientCertificate::requested;
    const OpenServer server(options);
    Joined joined(client, server);
    joined.run();
    CHECK(joined.established());
    CHECK(joined.client.client_certificate_requested());
    CHECK(joined.server.peer_chain().empty());
  }
}

TEST_CASE("a server that requires a certificate ends the handshake", "[tls][engine]") {
  const OpenClient client;
  for (const VersionCase& row : kVersions) {
    INFO(row.name);
    ServerOptions options = only(row.version);
    options.client_certificate = ClientCertificate::required;
    const OpenServer server(options);
    Joined joined(client, server);
    joined.run();
    CHECK(joined.client.status() == EngineState::failed);
    CHECK(joined.client.failure() == Failure::client_certificate);
    CHECK_FALSE(joined.client.alert().empty());
    CHECK(joined.client.client_certificate_requested());
    CHECK(joined.client.peer_chain().size() == 1);
    CHECK(joined.client.session().version == row.name);
    // Before TLS 1.3 the alert arrives during the handshake.
    CHECK(joined.client.session().cipher.empty() == (row.version != Version::tls1_3));
    CHECK(joined.server.failure() == Failure::client_certificate);
  }
}

TEST_CASE("no version in common", "[tls][engine]") {
  SECTION("the server is too old") {
    ClientOptions strict;
    strict.version_min = Version::tls1_2;
    const OpenClient client(strict);
    const OpenServer server(only(Version::tls1_1));
    Joined joined(client, server);
    joined.run();
    CHECK(joined.client.failure() == Failure::version);
    CHECK(joined.client.alert().empty());
    CHECK(joined.server.alert() == "protocol_version");
  }
  SECTION("a list of ciphers does not enable a version that is too old") {
    ClientOptions strict;
    strict.ciphers = "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+SHA1";
    strict.version_min = Version::tls1_2;
    const OpenClient client(strict);
    const OpenServer server(only(Version::tls1_1));
    Joined joined(client, server);
    joined.run();
    CHECK(joined.client.failure() == Failure::version);
  }
}

TEST_CASE("no cipher in common", "[tls][engine]") {
  for (const Version version : {Version::tls1_2, Version::tls1_3}) {
    ClientOptions one;
    one.ciphers = "NORMAL:-CIPHER-ALL:+AES-128-GCM";
    const OpenClient client(one);
    ServerOptions other = only(version);
    other.ciphers = "NORMAL:-CIPHER-ALL:+AES-256-GCM";
    const OpenServer server(other);
    Joined joined(client, server);
    joined.run();
    CHECK(joined.client.status() == EngineState::failed);
    CHECK(joined.client.failure() == Failure::handshake_failure);
    CHECK(joined.client.alert() == "handshake_failure");
  }
}

TEST_CASE("the error about an unusable list of ciphers names the wrong part", "[tls][engine]") {
  Client client;
  ClientOptions options;
  options.ciphers = "NORMAL:+FANCY-CIPHER:+AES-128-GCM";
  CHECK(client.open(options).sentence() ==
        "the list of ciphers is not understood at \"+FANCY-CIPHER\"");
  options.ciphers = "NORMAL:-CIPHER-ALL";
  CHECK(client.open(options).sentence() == "the list of ciphers leaves nothing to offer");
  options.ciphers = "NORMAL:-VERS-ALL:+VERS-TLS1.0";
  options.version_min = Version::tls1_2;
  CHECK(client.open(options).sentence() == "the list of ciphers leaves nothing to offer");
}

TEST_CASE("a server without a usable certificate is refused", "[tls][engine]") {
  Server server;
  ServerOptions options;
  CHECK_FALSE(server.open(options).ok());
  options.chain_pem = identity(KeyKind::ec_p256).certificate_pem;
  options.key_pem = identity(KeyKind::rsa_1024).key_pem;
  CHECK_FALSE(server.open(options).ok());
}

TEST_CASE("a server that prefers another group sends a HelloRetryRequest", "[tls][engine]") {
  const OpenClient client;
  ServerOptions options = only(Version::tls1_3);
  options.ciphers = "NORMAL:-GROUP-ALL:+GROUP-SECP384R1";
  const OpenServer server(options);
  Joined joined(client, server);
  joined.run();
  REQUIRE(joined.established());
  CHECK(joined.flights == 2);
  CHECK(joined.client.session().group == "P-384");
}

TEST_CASE("negotiated parameters have the names of the registries", "[tls][engine]") {
  struct Case {
    Version version;
    KeyKind key;
    std::string ciphers;
    std::string_view cipher;
    std::string_view group;
    std::string_view signature;
  };
  const Case cases[] = {
      {Version::tls1_3, KeyKind::ec_p256, "", "TLS_AES_256_GCM_SHA384", "X25519",
       "ecdsa_secp256r1_sha256"},
      {Version::tls1_3, KeyKind::rsa_1024, "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305",
       "TLS_CHACHA20_POLY1305_SHA256", "X25519", "rsa_pss_rsae_sha256"},
      {Version::tls1_3, KeyKind::ec_p256, "NORMAL:-GROUP-ALL:+GROUP-FFDHE2048",
       "TLS_AES_256_GCM_SHA384", "ffdhe2048", "ecdsa_secp256r1_sha256"},
      {Version::tls1_2, KeyKind::rsa_1024, "", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "X25519",
       "rsa_pkcs1_sha256"},
      {Version::tls1_2, KeyKind::rsa_1024, "NORMAL:-KX-ALL:+RSA", "TLS_RSA_WITH_AES_256_GCM_SHA384",
       "", ""},
      {Version::tls1_2, KeyKind::rsa_1024, "NORMAL:-KX-ALL:+DHE-RSA",
       "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "ffdhe2048", "rsa_pkcs1_sha256"},
      {Version::tls1_2, KeyKind::ec_p256, "NORMAL:-CIPHER-ALL:+3DES-CBC:+SHA1",
       "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", "X25519", "ecdsa_secp256r1_sha256"},
      {Version::tls1_0, KeyKind::rsa_1024,
       "NORMAL:-CIPHER-ALL:+ARCFOUR-128:+MD5:-SHA1:-KX-ALL:+RSA", "TLS_RSA_WITH_RC4_128_MD5", "",
       ""},
  };
  const OpenClient client;
  for (const Case& row : cases) {
    INFO(row.cipher);
    ServerOptions options = only(row.version);
    if (!row.ciphers.empty()) options.ciphers = row.ciphers + ":+VERS-TLS1.0:%PROFILE_VERY_WEAK";
    const OpenServer server(options, identity(row.key));
    Joined joined(client, server);
    joined.run();
    REQUIRE(joined.established());
    const Session session = joined.client.session();
    CHECK(session.cipher == row.cipher);
    CHECK(session.group == row.group);
    CHECK(session.signature == row.signature);
    if (session.before_1_3) {
      CHECK(session.extended_master_secret);
      CHECK(session.secure_renegotiation);
    }
  }
}

TEST_CASE("a server without a certificate is accepted if an anonymous key exchange is requested",
          "[tls][engine]") {
  struct Case {
    std::string exchange;
    std::string_view cipher;
    std::string_view group;
  };
  for (const Case& row : {Case{"+ANON-ECDH", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", "P-256"},
                          Case{"+ANON-DH", "TLS_DH_anon_WITH_AES_128_CBC_SHA", "ffdhe2048"}}) {
    INFO(row.exchange);
    const std::string anonymous = "NORMAL:-KX-ALL:-CIPHER-ALL:+AES-128-CBC:" + row.exchange;
    ServerOptions options = only(Version::tls1_2);
    options.ciphers = anonymous;
    const OpenServer server(options);
    ClientOptions named;
    named.ciphers = anonymous;
    OpenClient client(named);
    Joined joined(client, server);
    joined.run();
    REQUIRE(joined.established());
    CHECK(joined.client.session().cipher == row.cipher);
    CHECK(joined.client.session().group == row.group);
    CHECK(joined.client.session().signature.empty());
    CHECK(joined.client.peer_chain().empty());
    const auto chain = client.chain(joined.client.peer_chain(), day(1));
    CHECK(chain->error == VerifyError::certificate_not_trusted);

    const OpenClient by_default;
    Joined other(by_default, server);
    other.run();
    CHECK(other.client.failure() == Failure::handshake_failure);
  }
}

TEST_CASE("the server receives the name by which we know it", "[tls][engine]") {
  const OpenClient client;
  const auto hello = [&](std::string_view name) {
    Engine engine(client, name);
    std::string clear;
    CHECK(engine.advance({}, clear) == EngineState::handshaking);
    CHECK(clear.empty());
    return engine.outgoing();
  };
  const std::string with_dot = hello("mx9.example.org.");
  CHECK(hello("mx9.example.org").find("mx9.example.org") != std::string::npos);
  CHECK(with_dot.find("mx9.example.org") != std::string::npos);
  CHECK(with_dot.find("mx9.example.org.") == std::string::npos);
  CHECK(hello("192.0.2.10").find("192.0.2.10") == std::string::npos);
  CHECK(hello("2001:db8::25").find("2001:db8::25") == std::string::npos);
  CHECK(hello("").size() == hello("192.0.2.10").size());
}

TEST_CASE("certificates are returned as they were sent", "[tls][engine]") {
  CertificateSpec order;
  order.common_name = "An Authority";
  order.not_before = day(0);
  order.not_after = day(365);
  order.authority = true;
  const IssuedCertificate authority = issue(order);
  order.common_name = "mx1.example.net";
  order.authority = false;
  const IssuedCertificate leaf = issue(order, &authority);
  IssuedCertificate leaf_and_issuer = leaf;
  leaf_and_issuer.certificate_pem += authority.certificate_pem;
  const OpenServer with_issuer({}, leaf_and_issuer);
  const OpenServer alone({}, leaf);
  const OpenClient client;
  Joined joined(client, with_issuer);
  CHECK(joined.client.peer_chain().empty());
  joined.run();
  Joined other(client, alone);
  other.run();
  const std::vector<std::string_view> chain = joined.client.peer_chain();
  REQUIRE(chain.size() == 2);
  REQUIRE(other.client.peer_chain().size() == 1);
  CHECK(chain[0] == other.client.peer_chain()[0]);
  for (const std::string_view der : chain) {
    REQUIRE(der.size() > 260);
    CHECK(der.substr(0, 2) == "\x30\x82");
    const std::size_t octets =
        static_cast<unsigned char>(der[2]) * std::size_t{256} + static_cast<unsigned char>(der[3]);
    CHECK(der.size() == octets + 4);
  }
}

TEST_CASE("a key whose certificate does not allow its use is accepted", "[tls][engine]") {
  CertificateSpec order;
  order.common_name = "mx1.example.net";
  order.not_before = day(0);
  order.not_after = day(365);
  order.authority = true;
  const IssuedCertificate authority = issue(order);
  const OpenClient client;
  for (const Version version : {Version::tls1_2, Version::tls1_3}) {
    const OpenServer server(only(version), authority);
    Joined joined(client, server);
    joined.run();
    REQUIRE(joined.established());
    CHECK(joined.client.session().extended_master_secret == (version == Version::tls1_2));
  }
}
