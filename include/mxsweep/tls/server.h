// SPDX-License-Identifier: MIT
// State shared by all TLS connections of a simulated server: its key, its chain and its options.
//
//   Shape     open() once, then any number of Engines.
//   Lifetime  the Server outlives its Engines.
//   Threads   after open() any number may use it.
//   Errors    open() returns the reason.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

enum class ClientCertificate : std::uint8_t { not_asked, requested, required };

struct ServerOptions {
  std::string_view chain_pem;  // Leaf first.
  std::string_view key_pem;
  Version version_min = Version::tls1_0;
  Version version_max = Version::tls1_3;
  ClientCertificate client_certificate = ClientCertificate::not_asked;
  std::string ciphers{};  // A GnuTLS priority string; empty: everything.
};

class Server {
 public:
  Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Returns an empty string on success, otherwise the reason of the failure.
  [[nodiscard]] std::string open(const ServerOptions& options);

 private:
  friend class Engine;
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace mxsweep::tls
