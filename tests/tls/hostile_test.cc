// SPDX-License-Identifier: MIT
// Servers that violate the protocol, by accident or on purpose.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "tls/certificates.h"
#include "tls/joined.h"
#include "tls/shown_chain.h"

namespace {

using namespace mxsweep::tls;
using namespace std::string_literals;
using namespace std::string_view_literals;

struct Ended {
  Status status = Status::handshaking;
  Failure failure = Failure::none;
  std::string alert;
  std::string sent;  // After the first message.
  std::string clear;
};

// How a client ends whose server sends only `octets`, in pieces of `cut`.
Ended answer(const Client& client, std::string_view octets, std::size_t cut) {
  Engine engine(client, "mx1.example.net");
  Ended ended;
  engine.advance({}, ended.clear);
  REQUIRE_FALSE(engine.outgoing().empty());
  engine.outgoing().clear();
  for (std::size_t at = 0; at < octets.size(); at += cut) {
    const GuardedBytes piece(octets.substr(at, cut));
    engine.advance(piece.view(), ended.clear);
  }
  ended.status = engine.status();
  ended.failure = engine.failure();
  ended.alert = engine.alert();
  ended.sent = engine.outgoing();
  return ended;
}

// The same for every size of pieces.
Ended answer(std::string_view octets, const ClientOptions& options = {}) {
  const OpenClient client(options);
  const Ended whole = answer(client, octets, octets.size());
  for (const std::size_t cut : {1U, 2U, 3U, 7U}) {
    const Ended cut_up = answer(client, octets, cut);
    CHECK(cut_up.status == whole.status);
    CHECK(cut_up.failure == whole.failure);
    CHECK(cut_up.alert == whole.alert);
    CHECK(cut_up.sent == whole.sent);
    CHECK(cut_up.clear.empty());
  }
  CHECK(whole.clear.empty());
  return whole;
}

std::string alert_record(std::uint8_t level, std::uint8_t description) {
  std::string record = "\x15\x03\x03\x00\x02"s;
  record += static_cast<char>(level);
  record += static_cast<char>(description);
  return record;
}

}  // namespace

TEST_CASE("a server that does not speak TLS at all", "[tls][hostile]") {
  for (const std::string_view octets :
       {"220 mx1.example.net ESMTP\r\n"sv, "454 4.7.0 TLS not available\r\n"sv,
        "\x80\x2e\x01\x00\x02"sv, "HTTP/1.1 400 Bad Request\r\n"sv, "\x00\x00\x00\x00"sv,
        "\x18\x03\x03\x00\x01\x00"sv, "\x16\x02\x00\x00\x05"sv, "\x15O"sv}) {
    INFO(octets);
    const Ended ended = answer(octets);
    CHECK(ended.status == Status::failed);
    CHECK(ended.failure == Failure::not_tls);
    CHECK(ended.sent.empty());
  }
  SECTION("is detected by its first octet") {
    CHECK(answer("2").failure == Failure::not_tls);
    CHECK(answer("\x16").status == Status::handshaking);
  }
}

TEST_CASE("a server's alert gives the reason of its refusal", "[tls][hostile]") {
  struct Case {
    std::uint8_t description;
    std::string_view name;
    Failure failure;
  };
  for (const Case& row :
       {Case{40, "handshake_failure", Failure::handshake_failure},
        Case{71, "insufficient_security", Failure::handshake_failure},
        Case{70, "protocol_version", Failure::version}, Case{80, "internal_error", Failure::alert},
        Case{112, "unrecognized_name", Failure::alert},
        Case{116, "certificate_required", Failure::client_certificate},
        Case{0, "close_notify", Failure::closed}, Case{222, "unknown", Failure::alert}}) {
    INFO(row.name);
    const Ended ended = answer(alert_record(2, row.description));
    CHECK(ended.status == Status::failed);
    CHECK(ended.failure == row.failure);
    CHECK(ended.alert == row.name);
    CHECK(ended.sent.empty());
  }
}

TEST_CASE("a warning does not end the handshake", "[tls][hostile]") {
  const OpenClient client;
  const OpenServer server;
  Joined joined(client, server);
  joined.client.advance(alert_record(1, 112), joined.received_by_client);
  REQUIRE(joined.client.status() == Status::handshaking);
  joined.run();
  CHECK(joined.established());
  CHECK(joined.client.alert().empty());
}

TEST_CASE("close_notify in the middle of the handshake", "[tls][hostile]") {
  const Ended ended = answer(alert_record(1, 0));
  CHECK(ended.status == Status::failed);
  CHECK(ended.failure == Failure::closed);
}

TEST_CASE("an alert that ends an established connection", "[tls][hostile]") {
  // In clear text, which is not allowed after a handshake.
  const OpenClient client;
  const OpenServer server;
  Joined joined(client, server);
  joined.run();
  REQUIRE(joined.established());
  joined.client.advance(alert_record(2, 80), joined.received_by_client);
  CHECK(joined.client.status() == Status::failed);
  CHECK(joined.client.failure() == Failure::malformed);
  CHECK_FALSE(joined.client.outgoing().empty());
}

TEST_CASE("a version that was not offered", "[tls][hostile]") {
  // A ServerHello of TLS 1.0, without extensions: TLS_RSA_WITH_AES_128_CBC_SHA.
  const std::string hello =
      "\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01"s + std::string(32, 'r') + "\x00\x00\x2f\x00"s;
  ClientOptions strict;
  strict.version_min = Version::tls1_2;
  const Ended ended = answer(hello, strict);
  CHECK(ended.failure == Failure::version);
  CHECK(ended.alert.empty());
  CHECK(ended.sent.substr(5) == "\x02\x46"sv);  // fatal, protocol_version
  CHECK(answer(hello).status == Status::handshaking);
}

TEST_CASE("a cipher that was not offered", "[tls][hostile]") {
  const std::string hello =
      "\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03"s + std::string(32, 'r') + "\x00\x00\x01\x00"s;
  const Ended ended = answer(hello);
  CHECK(ended.status == Status::failed);
  CHECK(ended.failure == Failure::handshake_failure);
  CHECK(ended.sent.size() == 7);
}

TEST_CASE("records that break the protocol", "[tls][hostile]") {
  for (const std::string& octets : {
           "\x17\x03\x03\x00\x03"s
           "abc",                                               // Data before the handshake.
           "\x16\x03\x03\xff\xff"s + std::string(65'535, 'a'),  // Longer than any record may be.
           "\x16\x03\x03\x00\x04\x0b\x00\x00\x00"s,             // Certificate comes later.
           "\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03"s,     // A ServerHello of two octets.
           "\x15\x03\x03\x00\x01\x02"s,                         // Half an alert.
       }) {
    INFO(octets.substr(0, 8));
    const Ended ended = answer(octets);
    CHECK(ended.status == Status::failed);
    CHECK(ended.failure == Failure::malformed);
    CHECK(ended.sent.size() == 7);
  }
}

namespace {

// A server's first flight before TLS 1.3 with another certificate chain in it: each message has
// a record of its own. The server still signs with its own key.
std::string with_certificates(std::string_view flight, std::string_view der, std::size_t count) {
  const auto number = [](std::size_t value, int octets) {
    std::string text;
    while (octets-- > 0) text += static_cast<char>(value >> 8U * static_cast<unsigned>(octets));
    return text;
  };
  std::string made;
  while (!flight.empty()) {
    const std::size_t octets = 5 + static_cast<unsigned char>(flight[3]) * std::size_t{256} +
                               static_cast<unsigned char>(flight[4]);
    std::string_view record = flight.substr(0, octets);
    flight.remove_prefix(octets);
    if (record[0] != 22 || record[5] != 11) {
      made += record;
      continue;
    }
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list.append(number(der.size(), 3)).append(der);
    std::string message = '\x0b' + number(list.size() + 3, 3) + number(list.size(), 3) + list;
    for (std::string_view rest = message; !rest.empty();) {
      const std::string_view part = rest.substr(0, 16'384);
      made.append(record.substr(0, 3)).append(number(part.size(), 2)).append(part);
      rest.remove_prefix(part.size());
    }
  }
  return made;
}

// How a client fails whose server sends these.
Failure shown(Version version, std::string_view der, std::size_t count = 1) {
  const OpenClient client;
  ServerOptions options;
  options.version_max = version;
  const OpenServer server(options);
  Joined joined(client, server);
  Joined::deliver(joined.client, joined.server, joined.received_by_server);
  joined.server.outgoing() = with_certificates(joined.server.outgoing(), der, count);
  joined.run();
  CHECK(joined.client.status() == Status::failed);
  return joined.client.failure();
}

// The text with every `from` replaced by `to`, which has the same length.
std::string with(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from)) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// How a client fails if `from` in the first flight of its TLS 1.2 server is replaced by
// `to`.
Failure altered(std::string_view from, std::string_view to) {
  const OpenClient client;
  ServerOptions options;
  options.version_max = Version::tls1_2;
  const OpenServer server(options);
  Joined joined(client, server);
  Joined::deliver(joined.client, joined.server, joined.received_by_server);
  std::string& flight = joined.server.outgoing();
  const std::size_t at = flight.find(from);
  REQUIRE(at != flight.npos);
  flight.replace(at, to.size(), to);
  joined.run();
  CHECK(joined.client.status() == Status::failed);
  return joined.client.failure();
}

}  // namespace

TEST_CASE("a kind of key that the library does not know is unsupported", "[tls][hostile]") {
  const std::string der = samples::der_of(identity(KeyKind::ec_p256).certificate_pem);
  const std::string_view p256 = "\x2a\x86\x48\xce\x3d\x03\x01\x07";
  for (const Version version : {Version::tls1_0, Version::tls1_2}) {
    // prime239v1, and 1.2.840.10045.2.9, which is not assigned.
    CHECK(shown(version, with(der, p256, "\x2a\x86\x48\xce\x3d\x03\x01\x04")) ==
          Failure::unsupported);
    CHECK(shown(version, with(der, "\x2a\x86\x48\xce\x3d\x02\x01",
                              "\x2a\x86\x48\xce\x3d\x02\x09")) == Failure::unsupported);
    // A known one that does not fit the key exchange, and one that is not a certificate.
    const std::string rsa = samples::der_of(identity(KeyKind::rsa_1024).certificate_pem);
    CHECK(shown(version, rsa) == Failure::bad_certificate);
    CHECK(shown(version, "no certificate") == Failure::bad_certificate);
    CHECK(shown(version, "") == Failure::bad_certificate);
  }
}

TEST_CASE("a kind of signature that the library does not know is unsupported", "[tls][hostile]") {
  // ecdsa_secp256r1_sha256 with a DER signature of 70 to 72 octets: number 8.26.
  CHECK(altered("\x04\x03\x00"sv, "\x08\x1a"sv) == Failure::unsupported);
  // A curve that was not offered, secp256k1, is the server's mistake: RFC 8422, 5.4.
  CHECK(altered("\x03\x00\x1d\x20"sv, "\x03\x00\x16"sv) == Failure::malformed);
}

TEST_CASE("a chain longer than the largest message is a limit of ours", "[tls][hostile]") {
  const std::string der = samples::der_of(identity(KeyKind::ec_p256).certificate_pem);
  CHECK(shown(Version::tls1_2, der, 300) == Failure::limit);
  // Longer than we keep, but short enough to be read: what fails here is the signature.
  CHECK(shown(Version::tls1_2, der, kChainCertificatesMax + 1) != Failure::limit);
}

TEST_CASE("certificates received before a handshake failed are reported", "[tls][hostile]") {
  const OpenClient client;
  ServerOptions options;
  options.version_max = Version::tls1_2;
  const OpenServer server(options);
  const auto after = [&](std::string_view der, std::size_t count) {
    auto joined = std::make_unique<Joined>(client, server);
    CHECK(joined->client.session().version.empty());
    Joined::deliver(joined->client, joined->server, joined->received_by_server);
    joined->server.outgoing() = with_certificates(joined->server.outgoing(), der, count);
    joined->run();
    CHECK(joined->client.status() == Status::failed);
    return joined;
  };
  for (const std::size_t count : {0U, 1U, 3U}) {
    const auto joined = after("no certificate", count);
    CHECK(joined->client.session().version == "TLSv1.2");
    CHECK(joined->client.session().cipher.empty());
    CHECK(joined->client.peer_chain() == std::vector<std::string_view>(count, "no certificate"));
  }
  CHECK(Engine(client, "").session().version.empty());
  CHECK(Engine(client, "").peer_chain().empty());
}

TEST_CASE("lengths that do not fit end the list of certificates", "[tls][hostile]") {
  using Found = std::vector<std::string_view>;
  const std::string before =
      "\x00\x00\x0b\x00\x00\x02"
      "ab"
      "\x00\x00\x03"
      "cde"s;
  const std::string now =
      "\x01"
      "x"
      "\x00\x00\x0f\x00\x00\x02"
      "ab"
      "\x00\x01"
      "e"
      "\x00\x00\x03"
      "cde"
      "\x00\x00"s;
  CHECK(certificates_in(before, false) == Found{"ab", "cde"});
  CHECK(certificates_in(now, true).front() == "ab");
  for (const std::string& message : {before, now}) {
    for (std::size_t cut = 0; cut < message.size(); ++cut) {
      const GuardedBytes part(std::string_view(message).substr(0, cut));
      CHECK(certificates_in(part.view(), &message == &now).empty());
    }
  }
  CHECK(certificates_in("\x00\x00\x08\x00\x00\x02"
                        "ab"
                        "\xff\xff\xff"sv,
                        false) == Found{"ab"});
  CHECK(certificates_in("\x00\x00\x00\x00"sv, true).empty());
}

TEST_CASE("a handshake message is not buffered without limit", "[tls][hostile]") {
  const OpenClient client;
  const std::string more = "\x16\x03\x03\x40\x00"s + std::string(16'384, 'm');
  std::string octets = "\x16\x03\x03\x00\x04\x02\xff\xff\xff"s;  // A ServerHello of 16 MiB.
  CHECK(answer(client, octets, octets.size()).status == Status::handshaking);
  for (int i = 0; i < 17; ++i) octets += more;
  const Ended ended = answer(client, octets, 4096);
  CHECK(ended.status == Status::failed);
  CHECK(ended.failure == Failure::limit);
}

TEST_CASE("empty records and warnings are limited", "[tls][hostile]") {
  const OpenClient client;
  std::string warnings;
  std::string empty;
  std::string requests;
  for (int i = 0; i < 1000; ++i) {
    warnings += alert_record(1, 112);
    empty += "\x16\x03\x03\x00\x00"s;
    requests += "\x16\x03\x03\x00\x04\x00\x00\x00\x00"s;
  }
  CHECK(answer(client, warnings, warnings.size()).status != Status::established);
  CHECK(answer(client, empty, empty.size()).status != Status::established);
  CHECK(answer(client, requests, requests.size()).status != Status::established);
}

// One octet sent by the server is wrong. Whichever it is, the client must not consider the
// connection established while the server does not.
TEST_CASE("a wrong octet anywhere is detected", "[tls][hostile]") {
  const OpenClient client;
  for (const Version version : {Version::tls1_0, Version::tls1_2, Version::tls1_3}) {
    ServerOptions options;
    options.version_max = version;
    const OpenServer server(options);
    std::size_t noticed = 0;
    std::size_t positions = 1;
    for (std::size_t at = 0; at < positions; at += 5) {
      INFO("version " << static_cast<int>(version) << " octet " << at);
      Joined joined(client, server);
      std::size_t sent = 0;
      while (!joined.client.outgoing().empty()) {
        Joined::deliver(joined.client, joined.server, joined.received_by_server);
        std::string& flight = joined.server.outgoing();
        if (at >= sent && at < sent + flight.size()) flight[at - sent] ^= 0x10;
        sent += flight.size();
        Joined::deliver(joined.server, joined.client, joined.received_by_client);
      }
      positions = std::max(positions, sent);
      const bool secure = joined.client.status() == Status::established;
      CHECK((!secure || joined.server.status() == Status::established));
      if (secure) {
        joined.server.write("250 ok\r\n");
        joined.run();
        CHECK(joined.received_by_client == "250 ok\r\n");
      }
      noticed += secure ? 0 : 1;
    }
    // Only the version in the headers of clear-text records may have any value.
    CHECK(positions > 500);
    CHECK(noticed * 5 >= positions - 40);
  }
}

TEST_CASE("random octets after a valid start", "[tls][hostile]") {
  const OpenClient client;
  mxsweep::Random random(3);
  for (int i = 0; i < 300; ++i) {
    std::string octets = "\x16\x03\x03"s;
    for (std::uint32_t n = random.below(400); n != 0; --n) {
      octets += static_cast<char>(random.below(i % 2 == 0 ? 256 : 4));
    }
    CHECK(answer(client, octets, 1 + random.below(50)).status != Status::established);
  }
}
