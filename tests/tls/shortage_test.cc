// SPDX-License-Identifier: MIT
// A shortage of memory in the TLS library is reported as a shortage on our side, wherever it
// occurs.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/tls/client.h"
#include "support/catch.h"
#include "support/little_memory.h"
#include "tls/certificates.h"
#include "tls/hostile_certificates.h"
#include "tls/joined.h"

#if MXSWEEP_MALLOC_IS_OURS

namespace {

using namespace mxsweep::tls;
using mxsweep::with_memory;

// From nothing to more than any test here needs.
std::vector<std::size_t> amounts() {
  std::vector<std::size_t> all = {0, 1, 100, 1000, 4000};
  for (std::size_t octets = 8'000; octets < 6'000'000; octets += octets / 8) all.push_back(octets);
  return all;
}

}  // namespace

TEST_CASE("an engine without memory reports a shortage", "[tls][shortage]") {
  const OpenClient client;
  std::size_t failed = 0;
  for (const std::size_t octets : amounts()) {
    INFO(octets);
    std::optional<Engine> engine;
    std::string clear;
    const bool asked = with_memory(octets, [&] {
      engine.emplace(client, "mx1.example.net");
      engine->advance({}, clear);
    });
    CHECK((engine->status() == Status::failed) == asked);
    if (!asked) continue;
    ++failed;
    CHECK(engine->failure() == Failure::shortage);
    CHECK(engine->outgoing().empty());
    CHECK(engine->peer_chain().empty());
    CHECK(engine->session().version.empty());
    CHECK(engine->advance("220 mx1.example.net", clear) == Status::failed);
  }
  CHECK(failed > 10);
  CHECK(failed < amounts().size());
}

TEST_CASE("a handshake without memory reports a shortage", "[tls][shortage]") {
  const OpenClient client;
  const std::string names =
      hostile::names_extension(hostile::repeated(hostile::element(0x82, "mail.example.net"), 1000));
  const std::string der = hostile::certificate({.extensions = names});
  for (const Version version : {Version::tls1_0, Version::tls1_2, Version::tls1_3}) {
    ServerOptions options;
    options.version_max = version;
    const OpenServer server(options);
    for (const std::size_t octets : amounts()) {
      INFO("version " << static_cast<int>(version) << " octets " << octets);
      Joined joined(client, server);
      bool asked = false;
      while (!joined.client.outgoing().empty() && !asked) {
        Joined::deliver(joined.client, joined.server, joined.received_by_server);
        const std::string flight = std::exchange(joined.server.outgoing(), {});
        asked =
            with_memory(octets, [&] { joined.client.advance(flight, joined.received_by_client); });
      }
      CHECK((joined.client.status() == Status::established) == !asked);
      if (asked) CHECK(joined.client.failure() == Failure::shortage);
    }
  }
  SECTION("with a large certificate") {
    const std::string flight = hostile::flight({der, der}, {"\x00\x9c", 2}, "");
    for (const std::size_t octets : amounts()) {
      INFO(octets);
      Engine engine(client, "mx1.example.net");
      std::string clear;
      engine.advance({}, clear);
      const bool asked = with_memory(octets, [&] { engine.advance(flight, clear); });
      CHECK((engine.failure() == Failure::shortage) == asked);
    }
  }
}

TEST_CASE("a chain without memory has no verdict", "[tls][shortage]") {
  const IssuedCertificate root = issue(samples::authority("Root"));
  const IssuedCertificate between = issue(samples::authority("Between"), &root);
  CertificateSpec order = samples::leaf();
  for (int i = 0; i < 900; ++i) order.dns_names.push_back("mail.example.net");
  const std::string sent[] = {samples::der_of(issue(order, &between).certificate_pem),
                              samples::der_of(between.certificate_pem)};
  const std::vector<std::string_view> der(std::begin(sent), std::end(sent));
  ClientOptions options;
  options.authorities = read_authorities(root.certificate_pem).authorities;
  std::size_t without = 0;
  for (const std::size_t octets : amounts()) {
    INFO(octets);
    OpenClient client(options);
    std::shared_ptr<const Chain> chain;
    const bool asked = with_memory(octets, [&] { chain = client.chain(der, samples::kNow); });
    CHECK((chain == nullptr) == asked);
    if (chain == nullptr) {
      ++without;
      chain = client.chain(der, samples::kNow);  // It was not cached.
    }
    REQUIRE(chain != nullptr);
    CHECK(chain->error == VerifyError::none);
    CHECK(chain->certificates.front().names.size() == 901);
  }
  CHECK(without > 10);
  CHECK(without < amounts().size());
}

TEST_CASE("open() without memory reports a shortage", "[tls][shortage]") {
  const IssuedCertificate root = issue(samples::authority("Root"));
  const auto each = [](const auto& open) {
    std::size_t failed = 0;
    for (const std::size_t octets : amounts()) {
      INFO(octets);
      std::string error;
      const bool asked = with_memory(octets, [&] { error = open(); });
      CHECK(error.empty() == !asked);
      if (!asked) continue;
      ++failed;
      CHECK(error.find("memory") != error.npos);
    }
    CHECK(failed > 10);
    CHECK(failed < amounts().size());
  };
  SECTION("a client") {
    each([] {
      Client client;
      return client.open({});
    });
  }
  SECTION("authorities") {
    each([&root] { return read_authorities(root.certificate_pem).error; });
  }
}

#endif
