// SPDX-License-Identifier: MIT
// What a Client holds of the TLS library.
#pragma once

#include "mxsweep/tls/client.h"
#include "tls/chain_cache.h"
#include "tls/library.h"

namespace mxsweep::tls {

struct Client::Library {
  Credentials credentials;  // Without a certificate: a client has none to show.
  AnonymousClient anonymous;
  Priority priority;
  ChainCache chains;
};

}  // namespace mxsweep::tls
