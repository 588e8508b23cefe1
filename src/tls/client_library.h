// SPDX-License-Identifier: MIT
// The part of Client that depends on the TLS library.
#pragma once

#include "mxsweep/tls/client.h"
#include "tls/chain_cache.h"
#include "tls/library.h"

namespace mxsweep::tls {

struct Client::Library {
  Credentials credentials;  // Empty: a client has no certificate to present.
  AnonymousClient anonymous;
  Priority priority;
  ChainCache chains;
};

}  // namespace mxsweep::tls
