// SPDX-License-Identifier: MIT
// The TLS library's start, and the owners of what it lends.
//
//   Shape    start_library() comes before anything else of the library; every open() calls it.
//   Source   whatever the system's configuration of GnuTLS forbids or demands is not read: we
//            measure servers, and a policy of this machine must not change what we see.
//   Errors   of make_priority(): why the list cannot be used, and where it is wrong.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

// What an open() says when the library cannot allocate.
inline constexpr std::string_view kShortOfMemory = "there is not enough memory for TLS";

// Several threads may call it at the same time; the first one does the work. It sets a variable of
// the environment, so no thread that reads the environment may be running yet.
void start_library();

struct Free {
  void operator()(gnutls_priority_t priority) const { gnutls_priority_deinit(priority); }
  void operator()(gnutls_certificate_credentials_t credentials) const {
    gnutls_certificate_free_credentials(credentials);
  }
  void operator()(gnutls_anon_client_credentials_t credentials) const {
    gnutls_anon_free_client_credentials(credentials);
  }
  void operator()(gnutls_anon_server_credentials_t credentials) const {
    gnutls_anon_free_server_credentials(credentials);
  }
};
using Priority = std::unique_ptr<gnutls_priority_st, Free>;
using Credentials = std::unique_ptr<gnutls_certificate_credentials_st, Free>;
// For key exchanges without certificates, which are offered only where --ciphers names them.
using AnonymousClient = std::unique_ptr<gnutls_anon_client_credentials_st, Free>;
using AnonymousServer = std::unique_ptr<gnutls_anon_server_credentials_st, Free>;

[[nodiscard]] Credentials make_credentials();
[[nodiscard]] AnonymousClient make_anonymous_client();
[[nodiscard]] AnonymousServer make_anonymous_server();

struct PriorityRead {
  Priority priority;
  std::string error;  // Empty: it worked.
};

// What may be negotiated: `ciphers`, a priority string of GnuTLS, or if it is empty all that the
// library has; in either case no version outside the two.
[[nodiscard]] PriorityRead make_priority(const std::string& ciphers, Version version_min,
                                         Version version_max);

}  // namespace mxsweep::tls
