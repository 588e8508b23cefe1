// SPDX-License-Identifier: MIT
// The cost of a server's choices: what would take long is refused before anything is computed with
// it. bench/tls/hostile_bench.cc measures the steps.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "tls/certificates.h"
#include "tls/costly_flights.h"
#include "tls/der.h"
#include "tls/hostile_certificates.h"
#include "tls/joined.h"
#include "tls/limits.h"

namespace {

using namespace mxsweep::tls;
using namespace mxsweep::tls::hostile;
using namespace std::string_literals;
using namespace std::string_view_literals;

struct Ending {
  EngineState status = EngineState::handshaking;
  Failure failure = Failure::none;
  std::string key;  // Of the first certificate, as reported in the record.
  VerifyError error = VerifyError::none;
};

// A connection to a server that sends only `octets`.
Ending ending_of(std::string_view octets) {
  OpenClient client;
  Engine engine(client, "mx1.example.net");
  std::string clear;
  engine.advance({}, clear);
  for (; !octets.empty(); octets.remove_prefix(std::min(kPieceOctets, octets.size()))) {
    engine.advance(octets.substr(0, kPieceOctets), clear);
  }
  const auto chain = client.chain(engine.peer_chain(), samples::kNow);
  return {engine.status(), engine.failure(),
          chain->certificates.empty() ? "" : chain->certificates.front().key, chain->error};
}

// That of a server that signs with the key. One that encrypts with it has the same key reported.
Ending ending_of_key(const std::string& key, std::size_t bits,
                     std::string_view scheme = "\x04\x01") {
  const Ending encrypted = ending_of(flight({certificate({.key = key})}, kRsaAlone, ""));
  const Ending signed_with = ending_of(flight_of_key(key, bits, scheme));
  CHECK(encrypted.key == signed_with.key);
  return signed_with;
}

}  // namespace

TEST_CASE("a huge key is refused without computing, and is reported", "[tls][cost]") {
  struct Case {
    std::size_t modulus;
    std::size_t exponent;
    std::string_view reported;
  };
  for (const Case& key : {
           Case{65'536, 65'535, "RSA 65536 with an exponent of 65535 bits"},
           Case{16'384, 16'383, "RSA 16384 with an exponent of 16383 bits"},
           Case{4'096, 65, "RSA 4096 with an exponent of 65 bits"},
           Case{65'536, 17, "RSA 65536"},
           Case{16'385, 17, "RSA 16385"},
       }) {
    INFO(key.reported);
    const Ending ending = ending_of_key(rsa_key(key.modulus, key.exponent), key.modulus);
    CHECK(ending.status == EngineState::failed);
    CHECK(ending.failure == Failure::bad_certificate);
    CHECK(ending.key == key.reported);
    CHECK(ending.error != VerifyError::none);
  }
  SECTION("of the other kinds") {
    const Ending pss = ending_of_key(rsa_key(65'536, 65'535, kRsaPss), 65'536, "\x08\x09");
    CHECK(pss.failure == Failure::bad_certificate);
    CHECK(ending_of_key(dsa_key(65'536, 65'528), 65'536).failure == Failure::bad_certificate);
    CHECK(ending_of_key(dsa_key(2'048, 2'040), 2'048).failure == Failure::bad_certificate);
  }
  SECTION("of an authority") {
    const std::vector<std::string> chain = {
        certificate({.subject = common_name("mx1.example.net"), .issuer = common_name("ca")}),
        certificate({.key = rsa_key(65'536, 65'535),
                     .subject = common_name("ca"),
                     .issuer = common_name("ca")})};
    CHECK(ending_of(flight(chain, kRsaAlone, "")).failure == Failure::bad_certificate);
  }
}

TEST_CASE("the largest accepted key is computed with", "[tls][cost]") {
  const Ending ending = ending_of_key(rsa_key(16'384, 64), 16'384);
  CHECK(ending.failure == Failure::malformed);  // The signature is invalid, and was verified.
  CHECK(ending.key == "RSA 16384");
}

// The library accepts some of these encodings; none of them is DER.
TEST_CASE("a huge key is detected whatever its encoding", "[tls][cost]") {
  const std::string numbers = integer(65'536) + integer(65'535);
  const auto with_length = [](unsigned char tag, std::string_view length,
                              std::string_view content) {
    return std::string(1, static_cast<char>(tag)) + std::string(length) + std::string(content);
  };
  const std::string algorithm = sequence(oid(kRsa) + element(5, ""));
  for (const std::string& inner :
       {with_length(0x30, "\x80", numbers + "\0\0"s),
        with_length(0x30, "\x88" + number(numbers.size(), 8), numbers),
        with_length(0x30, "\x84" + number(numbers.size(), 4), numbers)}) {
    const std::string key = sequence(algorithm + bit_string(inner));
    const Ending ending = ending_of_key(key, 65'536);
    CHECK(ending.failure == Failure::bad_certificate);
    CHECK(key_size(key).modulus == 65'536);
    CHECK(key_size(key).exponent == 65'535);
  }
}

TEST_CASE("a list in a certificate is refused above the limit of elements only", "[tls][cost]") {
  for (const LongList& list : long_lists()) {
    INFO(list.what);
    const Ending full = ending_of(list.flight_of(list.fill()));
    CHECK(full.status != EngineState::established);
    if (list.most() < list.fill()) {
      CHECK(full.failure == Failure::limit);
      CHECK(ending_of(list.flight_of(list.most())).failure != Failure::limit);
    }
  }
  SECTION("in subject and issuer") {
    const auto in_both = [](std::size_t times) {
      const std::string half = repeated(common_name("a"), times / 2);
      return flight({certificate({.subject = half, .issuer = half})}, kRsaAlone, "");
    };
    CHECK(ending_of(in_both(5'000)).failure == Failure::limit);
    CHECK(ending_of(in_both(400)).failure != Failure::limit);
  }
  SECTION("a certificate with a thousand names is within the limits") {
    std::vector<std::string> chain(5, certificate({}));
    chain.front() = with_names(repeated(element(0x82, "mail.example.net"), 1000));
    CHECK(ending_of(flight(chain, kRsaAlone, "")).failure == Failure::none);
  }
}

TEST_CASE("long chains are verified up to the limits, and are not trusted", "[tls][cost]") {
  for (const std::vector<std::string>& chain : long_chains()) {
    INFO(chain.size());
    CHECK(ending_of(flight(chain, kRsaAlone, "")).error != VerifyError::none);
  }
}

TEST_CASE("a chain in records of one octet is read", "[tls][cost]") {
  const std::vector<std::string> chain(20, certificate({}));
  CHECK(ending_of(flight(chain, kRsaAlone, "", 1)).failure == Failure::none);
}

TEST_CASE("a large group of the server's own is refused without computing", "[tls][cost]") {
  for (const std::size_t bits : {4'104U, 8'192U, 12'288U}) {
    CHECK(ending_of(flight_of_group(bits)).failure == Failure::limit);
  }
  CHECK(ending_of(flight_of_group(4'096)).failure != Failure::limit);
  CHECK_FALSE(group_too_large(""));
  CHECK_FALSE(group_too_large("\xff"));
  CHECK_FALSE(group_too_large("\xff\xff"));
  CHECK_FALSE(group_too_large("\x02\x02"s + "\0\0"s + std::string(512, 'p')));
}

TEST_CASE("costly groups are offered only on request", "[tls][cost]") {
  ServerOptions options;
  for (const std::string group : {"FFDHE6144", "FFDHE8192"}) {
    options.ciphers = "NORMAL:-GROUP-ALL:+GROUP-" + group;
    const OpenServer server(options);
    for (const std::string ciphers : {"", "NORMAL"}) {
      ClientOptions client_options;
      client_options.ciphers = ciphers;
      const OpenClient client(client_options);
      Joined joined(client, server);
      joined.run();
      CHECK(joined.client.failure() == Failure::handshake_failure);
    }
  }
  ClientOptions wanted;
  wanted.ciphers = "NORMAL:-GROUP-ALL:+GROUP-FFDHE6144";
  options.ciphers = wanted.ciphers;
  const OpenClient client(wanted);
  const OpenServer server(options);
  Joined joined(client, server);
  joined.run();
  CHECK(joined.established());
}

TEST_CASE("elements are counted at any place", "[tls][cost]") {
  CHECK(count_elements("") == 0);
  CHECK(count_elements("\x05\x00"sv) == 1);
  CHECK(count_elements(sequence(repeated(text("a"), 7))) == 8);
  CHECK(count_elements(octets(sequence(text("a")))) == 3);
  CHECK(count_elements(octets(octets(sequence(text("a"))))) == 2);  // No extension is so deep.
  CHECK(count_elements(sequence(oid("\x2a"))) == 5);
  SECTION("after octets that are not an element") {
    CHECK(count_elements(sequence("\x30\x05\x02\x01\x01\xff\xff"sv) + text("a")) >= 3);
    CHECK(count_elements(octets("\xff\xff\xff") + text("a")) == 2);
  }
  SECTION("cut anywhere") {
    const std::string der = certificate({.extensions = names_extension(element(0x82, "a.b"))});
    for (std::size_t cut = 0; cut < der.size(); ++cut) {
      const GuardedBytes part(std::string_view(der).substr(0, cut));
      CHECK(count_elements(part.view()) == 0);
      CHECK_FALSE(raw_parts(part.view()));
    }
    CHECK(raw_parts(der)->whole);
    CHECK_FALSE(raw_parts(der + "x")->whole);
  }
}
