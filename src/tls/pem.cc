// SPDX-License-Identifier: MIT
#include "mxsweep/tls/pem.h"

#include <gnutls/gnutls.h>

#include <memory>
#include <new>

#include "tls/library.h"

namespace mxsweep::tls {

std::string certificate_pem(std::string_view der) {
  const gnutls_datum_t octets = datum(der);
  gnutls_datum_t pem{};
  if (gnutls_pem_base64_encode2("CERTIFICATE", &octets, &pem) < 0) throw std::bad_alloc();
  const std::unique_ptr<unsigned char, void (*)(void*)> owner(pem.data, gnutls_free);
  return {reinterpret_cast<const char*>(pem.data), pem.size};
}

}  // namespace mxsweep::tls
