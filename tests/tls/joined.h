// SPDX-License-Identifier: MIT
// A client and a server engine connected in memory, with their octets cut as a network may.
//
//   Shape     run() passes octets both ways until neither side has any left to send.
//   Lifetime  the Client and the Server outlive it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "mxsweep/tls/client.h"
#include "mxsweep/tls/engine.h"
#include "mxsweep/tls/issue.h"
#include "mxsweep/tls/server.h"
#include "support/catch.h"

inline mxsweep::WallTime day(int days) {
  return mxsweep::WallTime(std::chrono::days{20'000 + days});
}

// One key of each kind for the whole test program: making one takes time.
inline const mxsweep::tls::IssuedCertificate& identity(mxsweep::tls::KeyKind kind) {
  using namespace mxsweep::tls;
  const auto make = [](KeyKind key) {
    CertificateSpec order;
    order.common_name = "mx1.example.net";
    order.dns_names = {"mx1.example.net"};
    order.not_before = day(0);
    order.not_after = day(365);
    order.key = key;
    return issue(order);
  };
  static const IssuedCertificate ec = make(KeyKind::ec_p256);
  static const IssuedCertificate rsa = make(KeyKind::rsa_1024);
  return kind == KeyKind::ec_p256 ? ec : rsa;
}

struct OpenClient : mxsweep::tls::Client {
  explicit OpenClient(const mxsweep::tls::ClientOptions& options = {}) {
    REQUIRE(open(options) == "");
  }
};

struct OpenServer : mxsweep::tls::Server {
  explicit OpenServer(
      mxsweep::tls::ServerOptions options = {},
      const mxsweep::tls::IssuedCertificate& issued = identity(mxsweep::tls::KeyKind::ec_p256)) {
    options.chain_pem = issued.certificate_pem;
    options.key_pem = issued.key_pem;
    REQUIRE(open(options) == "");
  }
};

class Joined {
 public:
  Joined(const mxsweep::tls::Client& a, const mxsweep::tls::Server& b,
         std::string_view name = "mx1.example.net")
      : client(a, name), server(b) {
    client.advance({}, received_by_client);
  }

  void run(std::size_t cut = std::string::npos) {
    while (!client.outgoing().empty() || !server.outgoing().empty()) {
      deliver(client, server, received_by_server, cut);
      flights += server.outgoing().empty() ? 0 : 1;
      deliver(server, client, received_by_client, cut);
    }
  }

  static void deliver(mxsweep::tls::Engine& from, mxsweep::tls::Engine& to, std::string& received,
                      std::size_t cut = std::string::npos) {
    const std::string octets = std::move(from.outgoing());
    from.outgoing().clear();
    for (std::size_t at = 0; at < octets.size();) {
      const std::size_t count = std::min(cut, octets.size() - at);
      to.advance(std::string_view(octets).substr(at, count), received);
      at += count;
    }
  }

  [[nodiscard]] bool established() const {
    using mxsweep::tls::Status;
    return client.status() == Status::established && server.status() == Status::established;
  }

  mxsweep::tls::Engine client;
  mxsweep::tls::Engine server;
  std::string received_by_client;
  std::string received_by_server;
  int flights = 0;  // Sent by the server.
};
