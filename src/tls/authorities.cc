// SPDX-License-Identifier: MIT
#include "mxsweep/tls/authorities.h"

#include <set>
#include <utility>

#include "tls/authorities_library.h"
#include "tls/certificate.h"
#include "tls/library.h"

namespace mxsweep::tls {
namespace {

// Memory needed for each octet of PEM: 140 authorities of 1.5 KB take 5 MB; this is half as much
// again. The second constant covers the rest of the library.
constexpr std::size_t kMemoryPerOctet = 36;
constexpr std::size_t kMemoryBeside = std::size_t{1024} * 1024;

AuthoritiesRead short_of_memory() {
  return {nullptr, "there is not enough memory for the authorities to trust", true};
}

// The octets of one certificate in PEM; empty if it is not one.
struct Der {
  Der() = default;
  Der(const Der&) = delete;
  Der& operator=(const Der&) = delete;
  ~Der() { gnutls_free(octets.data); }

  gnutls_datum_t octets{};
};

}  // namespace

Authorities::Authorities(std::unique_ptr<const Library> library) : library_(std::move(library)) {}
Authorities::~Authorities() = default;

std::size_t Authorities::size() const { return library_->read; }

const Authorities::Library::Authority* Authorities::Library::issuer_of(
    gnutls_x509_crt_t certificate) const {
  gnutls_x509_crt_t issuer = nullptr;
  if (gnutls_x509_trust_list_get_issuer(trusted, certificate, &issuer, 0) < 0) return nullptr;
  const auto found = authorities.find(issuer);
  return found == authorities.end() ? nullptr : &found->second;
}

// One by one, so that an unreadable certificate does not prevent the use of the others.
AuthoritiesRead read_authorities(std::string_view pem) {
  start_library();
  if (!has_memory(pem.size() * kMemoryPerOctet + kMemoryBeside)) return short_of_memory();
  auto library = std::make_unique<Authorities::Library>();
  std::set<Digest> seen;
  if (gnutls_x509_trust_list_init(&library->trusted, 0) < 0) return short_of_memory();
  constexpr std::string_view kBegin = "-----BEGIN ";
  for (std::size_t begin = pem.find(kBegin); begin != pem.npos;) {
    const std::size_t next = pem.find(kBegin, begin + kBegin.size());
    const gnutls_datum_t text = datum(pem.substr(begin, next - begin));
    begin = next;
    Der der;
    int result = gnutls_pem_base64_decode2(nullptr, &text, &der.octets);
    if (result == GNUTLS_E_MEMORY_ERROR) return short_of_memory();
    if (result < 0) continue;
    gnutls_x509_crt_t made = nullptr;
    if (gnutls_x509_crt_init(&made) < 0) return short_of_memory();
    CertificateHandle handle(made);
    result = gnutls_x509_crt_import(made, &der.octets, GNUTLS_X509_FMT_DER);
    if (result == GNUTLS_E_MEMORY_ERROR) return short_of_memory();
    if (result < 0) continue;
    const std::string_view octets(reinterpret_cast<const char*>(der.octets.data), der.octets.size);
    const Digest digest = sha256(octets);
    ++library->read;
    if (!seen.insert(digest).second) continue;
    library->authorities[made] = {not_before(made), not_after(made), digest};
    result = gnutls_x509_trust_list_add_cas(library->trusted, &made, 1, 0);
    if (result < 0) return short_of_memory();
    static_cast<void>(handle.release());  // Now owned by the list.
  }
  if (!pem.empty() && library->read == 0) {
    return {nullptr, "no certificate of an authority in the text (PEM is expected)", false};
  }
  return {std::make_shared<const Authorities>(std::move(library)), {}, false};
}

}  // namespace mxsweep::tls
