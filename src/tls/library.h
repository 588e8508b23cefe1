// SPDX-License-Identifier: MIT
// Initialises the TLS library, and owns its objects.
//
//   Shape    start_library() must run before any other call of the library; every open() calls it.
//            The system-wide configuration of GnuTLS is not read: we measure servers, and a policy
//            of this machine must not change the result.
//   Errors   null if there is not enough memory; a Status or Result where more can go wrong.
#pragma once

#include <gnutls/gnutls.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

// Whether `octets` can be allocated now: allocates and frees one block of them. The libraries that
// GnuTLS uses (numbers, ASN.1) end the program if an allocation fails, so this is called before
// each step, for more than the step needs.
[[nodiscard]] bool has_memory(std::size_t octets);

// More than a handshake step ever needs, apart from the certificates in it. With the usual keys it
// takes 20 KB.
inline constexpr std::size_t kStepMemory = std::size_t{256} * 1024;
// In addition, for each element of a certificate, which takes some 500 octets.
inline constexpr std::size_t kElementMemory = 1024;

// What open() returns if the library cannot allocate.
Status short_of_memory();

// A view in the library's type, for functions that only read it.
[[nodiscard]] gnutls_datum_t datum(std::string_view octets);

// Several threads may call it at the same time; the first call does the work. It sets a variable of
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
// For key exchanges without certificates, which are offered only if --ciphers names them.
using AnonymousClient = std::unique_ptr<gnutls_anon_client_credentials_st, Free>;
using AnonymousServer = std::unique_ptr<gnutls_anon_server_credentials_st, Free>;

// Null: not enough memory.
[[nodiscard]] Credentials make_credentials();
[[nodiscard]] AnonymousClient make_anonymous_client();
[[nodiscard]] AnonymousServer make_anonymous_server();

// What may be negotiated: `ciphers`, a GnuTLS priority string, or, if it is empty, everything that
// the library implements; in either case only versions in the given range.
Result<Priority> make_priority(const std::string& ciphers, Version version_min,
                               Version version_max);

}  // namespace mxsweep::tls
