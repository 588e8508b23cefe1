// SPDX-License-Identifier: MIT
#include "mxsweep/tls/server.h"

#include <utility>

#include "tls/server_library.h"

namespace mxsweep::tls {
namespace {

// The library only reads the octets, although its type is not const.
gnutls_datum_t datum(std::string_view text) {
  auto* const first = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  return {first, static_cast<unsigned>(text.size())};
}

}  // namespace

Server::Server() = default;
Server::~Server() = default;

std::string Server::open(const ServerOptions& options) {
  start_library();
  PriorityRead read = make_priority(options.ciphers, options.version_min, options.version_max);
  if (read.priority == nullptr) return read.error;
  auto library = std::make_unique<Library>();
  library->priority = std::move(read.priority);
  library->credentials = make_credentials();
  library->anonymous = make_anonymous_server();
  if (library->credentials == nullptr || library->anonymous == nullptr) {
    return std::string(kShortOfMemory);
  }
  library->client_certificate = options.client_certificate;
  const gnutls_datum_t chain = datum(options.chain_pem);
  const gnutls_datum_t key = datum(options.key_pem);
  const int result = gnutls_certificate_set_x509_key_mem(library->credentials.get(), &chain, &key,
                                                         GNUTLS_X509_FMT_PEM);
  if (result < 0) {
    return std::string("the certificate and its key cannot be used: ") + gnutls_strerror(result);
  }
  library_ = std::move(library);
  return {};
}

}  // namespace mxsweep::tls
