// SPDX-License-Identifier: MIT
#include "mxsweep/tls/server.h"

#include <utility>

#include "tls/library.h"
#include "tls/server_library.h"

namespace mxsweep::tls {

Server::Server() = default;
Server::~Server() = default;

Status Server::open(const ServerOptions& options) {
  start_library();
  Result<Priority> priority =
      make_priority(options.ciphers, options.version_min, options.version_max);
  if (!priority.ok()) return priority.status();
  auto library = std::make_unique<Library>();
  library->priority = *std::move(priority);
  library->credentials = make_credentials();
  library->anonymous = make_anonymous_server();
  if (library->credentials == nullptr || library->anonymous == nullptr) {
    return short_of_memory();
  }
  library->client_certificate = options.client_certificate;
  const gnutls_datum_t chain = datum(options.chain_pem);
  const gnutls_datum_t key = datum(options.key_pem);
  const int result = gnutls_certificate_set_x509_key_mem(library->credentials.get(), &chain, &key,
                                                         GNUTLS_X509_FMT_PEM);
  if (result < 0) {
    return Status::unusable(std::string("the certificate and its key cannot be used: ") +
                            gnutls_strerror(result));
  }
  library_ = std::move(library);
  return {};
}

}  // namespace mxsweep::tls
