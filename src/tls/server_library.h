// SPDX-License-Identifier: MIT
// The part of Server that depends on the TLS library.
#pragma once

#include "mxsweep/tls/server.h"
#include "tls/library.h"

namespace mxsweep::tls {

struct Server::Library {
  Credentials credentials;
  AnonymousServer anonymous;
  Priority priority;
  ClientCertificate client_certificate = ClientCertificate::not_asked;
};

}  // namespace mxsweep::tls
