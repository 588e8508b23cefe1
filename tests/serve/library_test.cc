// SPDX-License-Identifier: MIT
// libmicrohttpd initialises the TLS library before main(). What we report about servers must not
// depend on this machine's configuration of it even so.
#include <gnutls/gnutls.h>

#include <string>

#include "mxsweep/tls/sha256.h"
#include "serve/site.h"
#include "support/catch.h"

namespace mxsweep::serve {
namespace {

TEST_CASE("the HTTP library does not make TLS read the system's configuration", "[serve][tls]") {
  const Site site;
  CHECK(tls::to_hexadecimal(tls::Sha256().finish()).starts_with("e3b0c44298fc1c14"));
  const char* const file = ::gnutls_get_system_config_file();
  CHECK(std::string(file == nullptr ? "none" : file) == "/dev/null");
}

}  // namespace
}  // namespace mxsweep::serve
