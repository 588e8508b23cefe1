// SPDX-License-Identifier: MIT
// What all TLS connections of a simulated server share: its key, its chain and its manners.
//
//   Shape     open() once, then any number of Engines.
//   Lifetime  the Server outlives its Engines; after open() several threads may use it.
//   Errors    open() says why not.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

enum class ClientCertificate : std::uint8_t { not_asked, requested, required };

struct ServerOptions {
  std::string_view chain_pem;  // Leaf first.
  std::string_view key_pem;
  Version version_min = Version::tls1_0;
  Version version_max = Version::tls1_3;
  ClientCertificate client_certificate = ClientCertificate::not_asked;
  std::string ciphers{};  // A priority string of GnuTLS; empty: everything.
};

class Server {
 public:
  Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  Status open(const ServerOptions& options);

 private:
  friend class Engine;
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace mxsweep::tls
