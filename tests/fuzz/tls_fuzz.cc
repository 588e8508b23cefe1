// SPDX-License-Identifier: MIT
// TLS engines against peers that send anything: no input crashes an engine, makes it hang, or makes
// it report a secure connection when its peer does not.
//
// The first octet of the input chooses the mode: a client or a server that receives arbitrary
// octets, or a client and a server that are connected, with some of their octets changed.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/issue.h"
#include "mxsweep/tls/server.h"

namespace {

using namespace mxsweep;
using namespace mxsweep::tls;

constexpr std::size_t kTurnsMax = 64;
constexpr std::string_view kWritten = "EHLO mx1.example.net\r\n";

struct World {
  World() {
    INVARIANT(client.open({}).ok());
    CertificateSpec order;
    order.common_name = "mx1.example.net";
    order.dns_names = {"mx1.example.net"};
    order.not_before = WallTime(std::chrono::days{20'000});
    order.not_after = WallTime(std::chrono::days{20'090});
    const IssuedCertificate issued = issue(order);
    constexpr Version kVersions[] = {Version::tls1_0, Version::tls1_2, Version::tls1_3};
    for (std::size_t i = 0; i < std::size(servers); ++i) {
      ServerOptions options;
      options.chain_pem = issued.certificate_pem;
      options.key_pem = issued.key_pem;
      options.version_max = kVersions[i % 3];
      if (i >= 3) options.client_certificate = ClientCertificate::requested;
      INVARIANT(servers[i].open(options).ok());
    }
  }

  Client client;
  Server servers[6];
};

// Reads the input octet by octet, and zeros after its end.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  std::string_view octets(std::size_t most) {
    const std::string_view taken = rest_.substr(0, most);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

void check(Engine& engine, const std::string& clear) {
  INVARIANT((engine.status() == EngineState::failed) == (engine.failure() != Failure::none));
  INVARIANT(engine.alert().empty() || engine.failure() != Failure::none);
  const bool was_secure =
      engine.status() == EngineState::established || engine.status() == EngineState::closed;
  if (was_secure) INVARIANT(!engine.session().cipher.empty());
  INVARIANT(engine.status() != EngineState::handshaking || clear.empty());
  for (const std::string_view der : engine.peer_chain()) INVARIANT(!der.empty());
}

// The octet before each piece gives its length, which is at least one.
void feed(Engine& engine, Input& input) {
  std::string clear;
  engine.advance({}, clear);
  while (!input.empty()) {
    const std::size_t count = std::size_t{1} + input.octet() * std::size_t{4};
    const EngineState status = engine.advance(input.octets(count), clear);
    check(engine, clear);
    INVARIANT(clear.empty());
    INVARIANT(status != EngineState::established);
    engine.outgoing().clear();
  }
}

// Three octets of the input make one change: a pattern for XOR, and the position in the octets that
// are sent next. A pattern of zero ends the changes.
std::string change(std::string octets, Input& input) {
  for (std::uint8_t pattern = input.octet(); pattern != 0; pattern = input.octet()) {
    const std::size_t at = input.octet() + input.octet() * std::size_t{256};
    if (octets.empty()) break;
    char& changed = octets[at % octets.size()];
    changed = static_cast<char>(changed ^ pattern);
  }
  return octets;
}

void deliver(Engine& from, Engine& to, Input& input, std::string& clear) {
  const std::string octets = change(std::move(from.outgoing()), input);
  from.outgoing().clear();
  const std::size_t cut = std::size_t{1} + (input.octet() ^ 0xffU) * std::size_t{16};
  for (std::size_t at = 0; at < octets.size(); at += cut) {
    to.advance(std::string_view(octets).substr(at, cut), clear);
    check(to, clear);
  }
}

void join(const World& world, Input& input) {
  Engine client(world.client, "mx1.example.net");
  Engine server(world.servers[input.octet() % std::size(world.servers)]);
  std::string received_by_client;
  std::string received_by_server;
  client.advance({}, received_by_client);
  bool wrote = false;
  for (std::size_t turn = 0; turn < kTurnsMax; ++turn) {
    if (client.outgoing().empty() && server.outgoing().empty()) break;
    deliver(client, server, input, received_by_server);
    deliver(server, client, input, received_by_client);
    if (client.status() == EngineState::established &&
        server.status() == EngineState::established) {
      INVARIANT(client.session().version == server.session().version);
      INVARIANT(client.session().cipher == server.session().cipher);
    }
    if (client.status() == EngineState::established && !wrote) {
      wrote = true;
      client.write(kWritten);
    }
  }
  INVARIANT(received_by_server.empty() || received_by_server == kWritten);
  INVARIANT(received_by_client.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  Input input(data, size);
  const std::uint8_t mode = input.octet();
  if (mode % 4 == 0) {
    Engine client(world.client, "mx1.example.net");
    feed(client, input);
  } else if (mode % 4 == 1) {
    Engine server(world.servers[0]);
    feed(server, input);
  } else {
    join(world, input);
  }
  return 0;
}
