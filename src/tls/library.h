// SPDX-License-Identifier: MIT
// The TLS library's start, and the owners of what it lends.
//
//   Shape    start_library() comes before anything else of the library; every open() calls it.
//   Source   whatever the system's configuration of GnuTLS forbids or demands is not read: we
//            measure servers, and a policy of this machine must not change what we see.
//   Errors   of make_priority(): why the list cannot be used, and where it is wrong.
#pragma once

#include <gnutls/gnutls.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

// Whether so much can be allocated now. The libraries below (numbers, ASN.1) end the program when
// an allocation of theirs fails, so each step asks in advance, in one piece, for more than it will
// need.
[[nodiscard]] bool has_memory(std::size_t octets);

// What a handshake step needs at most, beside the certificates that it brings, and more. It takes
// 20 KB with the usual keys.
inline constexpr std::size_t kStepMemory = std::size_t{256} * 1024;
// And for each element of a certificate; it takes some 500 octets.
inline constexpr std::size_t kElementMemory = 1024;

// What an open() says when the library cannot allocate.
Status short_of_memory();

// The library's view of octets that it only reads.
[[nodiscard]] gnutls_datum_t datum(std::string_view octets);

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

// Null: there is no memory for it.
[[nodiscard]] Credentials make_credentials();
[[nodiscard]] AnonymousClient make_anonymous_client();
[[nodiscard]] AnonymousServer make_anonymous_server();

// What may be negotiated: `ciphers`, a priority string of GnuTLS, or if it is empty all that the
// library has; in either case no version outside the two.
Result<Priority> make_priority(const std::string& ciphers, Version version_min,
                               Version version_max);

}  // namespace mxsweep::tls
