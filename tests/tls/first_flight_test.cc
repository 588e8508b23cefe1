// SPDX-License-Identifier: MIT
#include "mxsweep/tls/first_flight.h"

#include <string>
#include <string_view>

#include "mxsweep/tls/client_hello.h"
#include "mxsweep/tls/fingerprint.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "tls/joined.h"

namespace {

using namespace mxsweep::tls;
using State = FirstFlight::State;
using Kind = ServerAnswer::Kind;

HelloSpec hello_of(std::uint16_t version) {
  HelloSpec spec;
  spec.version_max = version;
  spec.ciphers = ciphers_of(version);
  spec.server_name = "mx1.example.net";
  return spec;
}

std::string flight_of(const ServerOptions& options, const HelloSpec& hello,
                      KeyKind key = KeyKind::ec_p256) {
  const OpenServer server(options, identity(key));
  Engine engine(server);
  std::string clear;
  engine.advance(client_hello(hello, 7), clear);
  return engine.outgoing();
}

bool same(const ServerAnswer& a, const ServerAnswer& b) {
  return a.kind == b.kind && a.version == b.version && a.cipher == b.cipher && a.group == b.group &&
         a.dh_bits == b.dh_bits && a.alert == b.alert && a.extensions == b.extensions &&
         a.alpn == b.alpn && a.could_do_1_3 == b.could_do_1_3;
}

// Reads it whole, cut at every octet, and followed by more.
ServerAnswer read_flight(std::string_view wire, State expected = State::complete) {
  FirstFlight whole;
  CHECK(whole.read(wire) == expected);
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    const GuardedBytes front(wire.substr(0, cut));
    const GuardedBytes back(wire.substr(cut));
    FirstFlight flight;
    flight.read(front.view());
    flight.read(back.view());
    REQUIRE(flight.state() == expected);
    REQUIRE(same(flight.answer(), whole.answer()));
  }
  FirstFlight followed;
  CHECK(followed.read(std::string(wire) + std::string(64, '\x16')) == expected);
  CHECK(same(followed.answer(), whole.answer()));
  return whole.answer();
}

constexpr std::string_view kAes128("\x13\x01", 2);

// A ServerHello in a record of its own.
std::string server_hello(std::string_view version, std::string_view cipher,
                         std::string_view extensions) {
  const auto length16 = [](std::size_t length) {
    return std::string{static_cast<char>(length >> 8U), static_cast<char>(length & 0xffU)};
  };
  std::string body(version);
  body.append(32, 'r').push_back('\0');
  body.append(cipher).push_back('\0');
  body += length16(extensions.size());
  body += extensions;
  const std::string message = std::string("\x02\x00", 2) + length16(body.size()) + body;
  return std::string("\x16\x03\x03", 3) + length16(message.size()) + message;
}

}  // namespace

TEST_CASE("the answer of TLS 1.3 is read to its ServerHello", "[tls][first_flight]") {
  const ServerAnswer answer = read_flight(flight_of({}, hello_of(kTls13)));
  CHECK(answer.kind == Kind::hello);
  CHECK(answer.version == kTls13);
  CHECK(answer.cipher >> 8U == 0x13);
  CHECK(group_text(answer.group) == "X25519");
  CHECK(answer.extensions.size() == 2);
}

TEST_CASE("a server that wants another group shows its choice", "[tls][first_flight]") {
  ServerOptions options;
  options.ciphers = "NORMAL:-GROUP-ALL:+GROUP-SECP384R1";
  const ServerAnswer answer = read_flight(flight_of(options, hello_of(kTls13)));
  CHECK(answer.kind == Kind::retry);
  CHECK(answer.version == kTls13);
  CHECK(group_text(answer.group) == "P-384");
}

TEST_CASE("before TLS 1.3 the group is read as well", "[tls][first_flight]") {
  ServerOptions options;
  options.version_max = Version::tls1_2;
  const ServerAnswer curve = read_flight(flight_of(options, hello_of(kTls12)));
  CHECK(curve.version == kTls12);
  CHECK(group_text(curve.group) == "X25519");
  CHECK_FALSE(curve.could_do_1_3);

  options.ciphers = "NORMAL:-KX-ALL:+DHE-RSA";
  const ServerAnswer prime = read_flight(flight_of(options, hello_of(kTls12), KeyKind::rsa_2048));
  CHECK(prime.dh_bits >= 2048);
  CHECK(prime.group == 0);

  options.ciphers = "NORMAL:-KX-ALL:+RSA";
  const ServerAnswer none = read_flight(flight_of(options, hello_of(kTls12), KeyKind::rsa_2048));
  CHECK(none.kind == Kind::hello);
  CHECK(none.dh_bits == 0);
}

TEST_CASE("a server that has TLS 1.3 marks a lower version", "[tls][first_flight]") {
  CHECK(read_flight(flight_of({}, hello_of(kTls12))).could_do_1_3);
}

TEST_CASE("a refusal is the alert's number", "[tls][first_flight]") {
  ServerOptions options;
  options.version_min = Version::tls1_2;
  const ServerAnswer version = read_flight(flight_of(options, hello_of(kTls11)));
  CHECK(version.kind == Kind::alert);
  CHECK(version.alert == 70);
  HelloSpec no_cipher = hello_of(kTls12);
  no_cipher.ciphers = {0x0001};
  CHECK(read_flight(flight_of({}, no_cipher)).alert == 40);
}

TEST_CASE("a hello without extensions and one with reserved values are read by servers",
          "[tls][first_flight]") {
  ServerOptions options;
  HelloSpec bare = hello_of(kTls12);
  bare.bare = true;
  CHECK(read_flight(flight_of(options, bare, KeyKind::rsa_2048)).kind == Kind::hello);
  const HelloSpec noisy = fingerprint_hello(FingerprintHello::noisy, "mx1.example.net");
  CHECK(read_flight(flight_of(options, noisy)).version == kTls13);
}

TEST_CASE("a warning does not end the handshake, close_notify does", "[tls][first_flight]") {
  const std::string warning("\x15\x03\x03\x00\x02\x01\x70", 7);
  const std::string hello =
      server_hello("\x03\x03", kAes128, std::string_view("\x00\x2b\x00\x02\x03\x04", 6));
  CHECK(read_flight(warning + hello).kind == Kind::hello);
  const ServerAnswer closed = read_flight(std::string_view("\x15\x03\x03\x00\x02\x01\x00", 7));
  CHECK(closed.kind == Kind::alert);
  CHECK(closed.alert == 0);
}

TEST_CASE("what is no TLS is not taken for an answer", "[tls][first_flight]") {
  CHECK(read_flight("454 4.7.0 TLS not available\r\n", State::not_tls).kind == Kind::none);
  // An application's octets, an empty record, a message that is no ServerHello.
  CHECK(read_flight(std::string_view("\x17\x03\x03\x00\x01x", 6), State::malformed).kind ==
        Kind::none);
  CHECK(read_flight(std::string_view("\x16\x03\x03\x00\x00", 5), State::malformed).kind ==
        Kind::none);
  CHECK(read_flight(std::string_view("\x16\x03\x03\x00\x04\x0e\x00\x00\x00", 9), State::malformed)
            .kind == Kind::none);
  // An extension longer than the message.
  CHECK(read_flight(server_hello("\x03\x03", kAes128, std::string_view("\x00\x2b\x00\x09\x03", 5)),
                    State::malformed)
            .kind == Kind::none);
  // A version that does not exist.
  CHECK(read_flight(server_hello("\x03\x09", kAes128, {}), State::malformed).kind == Kind::none);
}

TEST_CASE("a message of any length ends", "[tls][first_flight]") {
  FirstFlight long_message;
  CHECK(long_message.read(std::string_view("\x16\x03\x03\x00\x04\x02\xff\xff\xff", 9)) ==
        State::flood);
  FirstFlight warnings;
  const std::string warning("\x15\x03\x03\x00\x02\x01\x70", 7);
  State state = State::reading;
  for (int i = 0; i < 100'000 && state == State::reading; ++i) state = warnings.read(warning);
  CHECK(state == State::flood);
}

TEST_CASE("what follows a choice does not undo it", "[tls][first_flight]") {
  FirstFlight flight;
  flight.read(server_hello("\x03\x03", std::string_view("\xc0\x2f", 2), {}));
  CHECK(flight.state() == State::reading);
  CHECK(flight.read("nonsense") == State::complete);
  CHECK(flight.answer().cipher == 0xc02f);
}

TEST_CASE("JA4S is as its authors publish it", "[tls][fingerprint]") {
  ServerAnswer answer;
  answer.kind = Kind::hello;
  answer.version = kTls13;
  answer.cipher = 0x1301;
  answer.extensions = {0x33, 0x2b};
  CHECK(ja4s(answer) == "t130200_1301_234ea6891581");
  answer.cipher = 0x1302;
  answer.extensions = {0x2b, 0x33};
  CHECK(ja4s(answer) == "t130200_1302_a56c5b993250");
  answer.version = kTls12;
  answer.cipher = 0xc030;
  answer.extensions = {};
  answer.alpn = "h2";
  CHECK(ja4s(answer) == "t1200h2_c030_000000000000");
}

TEST_CASE("the fingerprint has each answer, and differs in extensions", "[tls][fingerprint]") {
  std::vector<ServerAnswer> answers(kFingerprintHellos);
  answers[0].kind = Kind::hello;
  answers[0].version = kTls13;
  answers[0].cipher = 0x1302;
  answers[1].kind = Kind::alert;
  answers[1].alert = 70;
  const std::string one = fingerprint(answers);
  CHECK(one.substr(0, 14) == "mx1:41302a0046");
  answers[0].extensions = {0x2b};
  const std::string other = fingerprint(answers);
  CHECK(other.substr(0, 40) == one.substr(0, 40));
  CHECK(other != one);
  // The name that was asked for does not count.
  answers[1].extensions = {0};
  CHECK(fingerprint(answers) == other);
}

TEST_CASE("the same hello is the same octets", "[tls][client_hello]") {
  CHECK(client_hello(hello_of(kTls13), 1) == client_hello(hello_of(kTls13), 1));
  CHECK(client_hello(hello_of(kTls13), 1) != client_hello(hello_of(kTls13), 2));
  HelloSpec by_address = hello_of(kTls13);
  by_address.server_name = "192.0.2.10";
  HelloSpec nameless = hello_of(kTls13);
  nameless.server_name.clear();
  CHECK(client_hello(by_address, 1) == client_hello(nameless, 1));
}
