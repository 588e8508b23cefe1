// SPDX-License-Identifier: MIT
// The cost of a server's choices: whatever it sends, no step takes long.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "tls/certificates.h"
#include "tls/der.h"
#include "tls/hostile_certificates.h"
#include "tls/joined.h"
#include "tls/limits.h"

namespace {

using namespace mxsweep::tls;
using namespace mxsweep::tls::hostile;
using namespace std::string_literals;
using namespace std::string_view_literals;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MXSWEEP_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(MXSWEEP_SANITIZED)
constexpr double kStepMsMax = 250;
#else
constexpr double kStepMsMax = 50;
#endif
constexpr std::size_t kPieceOctets = 2048;  // As received from the network.
constexpr int kTries = 3;                   // The lowest of this many measurements counts.

constexpr std::string_view kEcdheRsa = "\xc0\x2f";
constexpr std::string_view kDheRsa("\x00\x9e", 2);
constexpr std::string_view kRsaAlone("\x00\x9c", 2);

// CPU time of this thread.
double cpu_ms() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

struct Cost {
  double step_ms = 0;  // The longest step.
  Status status = Status::handshaking;
  Failure failure = Failure::none;
  std::string key;  // Of the first certificate, as reported in the record.
  VerifyError error = VerifyError::none;
};

// A connection to a server that sends only `octets`. The certificates that it sent are parsed in
// the last step.
Cost cost_once(Client& client, std::string_view octets) {
  Engine engine(client, "mx1.example.net");
  std::string clear;
  Cost cost;
  engine.advance({}, clear);
  double last_ms = 0;
  for (; !octets.empty(); octets.remove_prefix(std::min(kPieceOctets, octets.size()))) {
    const double before = cpu_ms();
    engine.advance(octets.substr(0, kPieceOctets), clear);
    last_ms = cpu_ms() - before;
    cost.step_ms = std::max(cost.step_ms, last_ms);
  }
  cost.status = engine.status();
  cost.failure = engine.failure();
  const double before = cpu_ms();
  const auto chain = client.chain(engine.peer_chain(), samples::kNow);
  cost.step_ms = std::max(cost.step_ms, last_ms + cpu_ms() - before);
  cost.error = chain->error;
  if (!chain->certificates.empty()) cost.key = chain->certificates.front().key;
  return cost;
}

Cost cost_of(std::string_view octets) {
  Cost least;
  for (int i = 0; i < kTries; ++i) {
    OpenClient client;
    const Cost cost = cost_once(client, octets);
    if (i == 0 || cost.step_ms < least.step_ms) least = cost;
    if (least.step_ms < kStepMsMax) break;
  }
  CHECK(least.step_ms < kStepMsMax);
  return least;
}

// The cost of a server whose signature is as long as its key.
Cost cost_of_key(const std::string& key, std::size_t bits, std::string_view scheme = "\x04\x01") {
  const std::vector<std::string> chain = {certificate({.key = key})};
  const Cost encrypted = cost_of(flight(chain, kRsaAlone, ""));
  const Cost signed_with = cost_of(flight(chain, kEcdheRsa, signed_x25519(scheme, bits / 8)));
  CHECK(encrypted.key == signed_with.key);
  return signed_with;
}

}  // namespace

TEST_CASE("a huge key costs no time, and is reported", "[tls][cost]") {
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
    const Cost cost = cost_of_key(rsa_key(key.modulus, key.exponent), key.modulus);
    CHECK(cost.status == Status::failed);
    CHECK(cost.failure == Failure::bad_certificate);
    CHECK(cost.key == key.reported);
    CHECK(cost.error != VerifyError::none);
  }
  SECTION("of the other kinds") {
    const Cost pss = cost_of_key(rsa_key(65'536, 65'535, kRsaPss), 65'536, "\x08\x09");
    CHECK(pss.failure == Failure::bad_certificate);
    CHECK(cost_of_key(dsa_key(65'536, 65'528), 65'536).failure == Failure::bad_certificate);
    CHECK(cost_of_key(dsa_key(2'048, 2'040), 2'048).failure == Failure::bad_certificate);
  }
  SECTION("of an authority") {
    const std::vector<std::string> chain = {
        certificate({.subject = common_name("mx1.example.net"), .issuer = common_name("ca")}),
        certificate({.key = rsa_key(65'536, 65'535),
                     .subject = common_name("ca"),
                     .issuer = common_name("ca")})};
    CHECK(cost_of(flight(chain, kRsaAlone, "")).failure == Failure::bad_certificate);
  }
}

TEST_CASE("the largest accepted keys cost little", "[tls][cost]") {
  const Cost cost = cost_of_key(rsa_key(16'384, 64), 16'384);
  CHECK(cost.failure == Failure::malformed);  // The signature is invalid, and was verified.
  CHECK(cost.key == "RSA 16384");
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
    const Cost cost = cost_of_key(key, 65'536);
    CHECK(cost.failure == Failure::bad_certificate);
    CHECK(key_size(key).modulus == 65'536);
    CHECK(key_size(key).exponent == 65'535);
  }
}

TEST_CASE("long lists in a certificate cost little", "[tls][cost]") {
  const std::string directory_name = element(0xa4, sequence(repeated(common_name("a"), 4)));
  const std::string odd_name = set(sequence(oid("\x2b\x09") + text("a")));
  const std::string longest_oid = oid("\x2a" + std::string(18, '\x01'));
  struct Case {
    std::string_view what;
    std::string part;
    std::string (*made)(const std::string& parts);
  };
  const auto in_subject = [](const std::string& parts) { return certificate({.subject = parts}); };
  const auto in_both = [](const std::string& parts) {
    // One half in each.
    const std::string half = parts.substr(0, parts.size() / 2);
    return certificate({.subject = half, .issuer = half});
  };
  const auto in_one_set = [](const std::string& parts) {
    return certificate({.subject = set(parts)});
  };
  const auto in_names = [](const std::string& parts) {
    return certificate({.extensions = names_extension(parts)});
  };
  const auto in_one_name = [](const std::string& parts) {
    return certificate({.extensions = names_extension(element(0xa4, sequence(parts)))});
  };
  const auto in_purposes = [](const std::string& parts) {
    return certificate({.extensions = purposes_extension(parts)});
  };
  const auto in_extensions = [](const std::string& parts) {
    return certificate({.extensions = parts});
  };
  const auto in_policies = [](const std::string& parts) {
    return certificate({.extensions = extension("\x55\x1d\x20", sequence(parts))});
  };
  for (const Case& list : {
           Case{"subject", common_name("a"), in_subject},
           Case{"subject of unknown parts", odd_name, in_subject},
           Case{"subject of one part", sequence(oid("\x55\x04\x03") + text("a")), in_one_set},
           Case{"DNS names", element(0x82, "mail.example.net"), in_names},
           Case{"short DNS names", element(0x82, "a"), in_names},
           Case{"addresses", element(0x87, "abcd"), in_names},
           Case{"directory names", directory_name, in_names},
           Case{"one directory name", common_name("a"), in_one_name},
           Case{"purposes", oid("\x2b\x06\x01\x04\x01"), in_purposes},
           Case{"long purposes", longest_oid, in_purposes},
           Case{"extensions", extension("\x2b\x06\x01\x04\x05", "\x05\0"sv), in_extensions},
           Case{"policies", sequence(oid("\x2b\x06\x01\x04\x05")), in_policies},
       }) {
    INFO(list.what);
    const std::size_t fill = 63'000 / list.part.size();
    const Cost full = cost_of(flight({list.made(repeated(list.part, fill))}, kRsaAlone, ""));
    CHECK(full.status != Status::established);
    // As long as the limit allows.
    const std::size_t most = (kElementsMax - 100) / count_elements(list.part);
    if (most < fill) {
      CHECK(full.failure == Failure::limit);
      cost_of(flight({list.made(repeated(list.part, most))}, kRsaAlone, ""));
    }
  }
  SECTION("in subject and issuer") {
    for (const std::size_t times : {5'000U, 400U}) {
      cost_of(flight({in_both(repeated(common_name("a"), times))}, kRsaAlone, ""));
    }
  }
  SECTION("a certificate with a thousand names is within the limits") {
    const std::string leaf = in_names(repeated(element(0x82, "mail.example.net"), 1000));
    std::vector<std::string> chain(5, certificate({}));
    chain.front() = leaf;
    CHECK(cost_of(flight(chain, kRsaAlone, "")).failure == Failure::none);
  }
}

TEST_CASE("long chains cost little", "[tls][cost]") {
  const std::string names = repeated(element(0x82, "a"), 1'100);
  const std::string purposes = repeated(oid("\x2b\x06\x01\x04\x01"), 400);
  for (const std::string& der :
       {certificate({.extensions = names_extension(names)}),
        certificate({.extensions = purposes_extension(purposes)}),
        certificate({.subject = repeated(common_name("a"), 200)}), certificate({}), ""s}) {
    const std::size_t count = 63'000 / (der.size() + 3);
    const Cost cost = cost_of(flight(std::vector<std::string>(count, der), kRsaAlone, ""));
    CHECK(cost.error != VerifyError::none);
  }
}

TEST_CASE("a chain in records of one octet costs little", "[tls][cost]") {
  const std::vector<std::string> chain(20, certificate({}));
  CHECK(cost_of(flight(chain, kRsaAlone, "", 1)).failure == Failure::none);
}

TEST_CASE("a large group of the server's own is refused without computing", "[tls][cost]") {
  const auto exchange = [](std::size_t bits) {
    const std::string prime(bits / 8, '\xff');
    const auto with_length = [](std::string_view value) {
      return number(value.size(), 2) + std::string(value);
    };
    return with_length(prime) + with_length("\x02") + with_length(prime.substr(1)) + "\x04\x01" +
           with_length(std::string(256, 's'));
  };
  const std::vector<std::string> chain = {certificate({})};
  for (const std::size_t bits : {4'104U, 8'192U, 12'288U}) {
    CHECK(cost_of(flight(chain, kDheRsa, exchange(bits))).failure == Failure::limit);
  }
  CHECK(cost_of(flight(chain, kDheRsa, exchange(4'096))).failure != Failure::limit);
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
