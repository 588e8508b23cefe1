// SPDX-License-Identifier: MIT
#include "tls/alerts.h"

#include <gnutls/gnutls.h>

#include <algorithm>

namespace mxsweep::tls {
namespace {

struct AlertRow {
  int alert;
  std::string_view name;
  Failure failure;
  // If the peer had requested a certificate and received none, the alert means that.
  Failure once_requested;
};

constexpr Failure kAlert = Failure::alert;
constexpr Failure kHandshakeFailure = Failure::handshake_failure;
constexpr Failure kClientCertificate = Failure::client_certificate;

constexpr AlertRow kAlerts[] = {
    {0, "close_notify", Failure::closed, Failure::closed},
    {10, "unexpected_message", kAlert, kAlert},
    {20, "bad_record_mac", kAlert, kAlert},
    {21, "decryption_failed", kAlert, kAlert},
    {22, "record_overflow", kAlert, kAlert},
    {30, "decompression_failure", kAlert, kAlert},
    {40, "handshake_failure", kHandshakeFailure, kClientCertificate},
    {41, "no_certificate", kAlert, kClientCertificate},
    {42, "bad_certificate", kAlert, kClientCertificate},
    {43, "unsupported_certificate", kAlert, kClientCertificate},
    {44, "certificate_revoked", kAlert, kClientCertificate},
    {45, "certificate_expired", kAlert, kClientCertificate},
    {46, "certificate_unknown", kAlert, kClientCertificate},
    {47, "illegal_parameter", kAlert, kAlert},
    {48, "unknown_ca", kAlert, kClientCertificate},
    {49, "access_denied", kAlert, kClientCertificate},
    // An empty certificate list is correct, but GnuTLS servers before TLS 1.3 answer it with this.
    {50, "decode_error", kAlert, kClientCertificate},
    {51, "decrypt_error", kAlert, kAlert},
    {60, "export_restriction", kAlert, kAlert},
    {70, "protocol_version", Failure::version, Failure::version},
    {71, "insufficient_security", kHandshakeFailure, kHandshakeFailure},
    {80, "internal_error", kAlert, kAlert},
    {86, "inappropriate_fallback", kAlert, kAlert},
    {90, "user_canceled", kAlert, kAlert},
    {100, "no_renegotiation", kAlert, kAlert},
    {109, "missing_extension", kAlert, kAlert},
    {110, "unsupported_extension", kAlert, kAlert},
    {111, "certificate_unobtainable", kAlert, kAlert},
    {112, "unrecognized_name", kAlert, kAlert},
    {113, "bad_certificate_status_response", kAlert, kAlert},
    {114, "bad_certificate_hash_value", kAlert, kAlert},
    {115, "unknown_psk_identity", kAlert, kAlert},
    {116, "certificate_required", kClientCertificate, kClientCertificate},
    {120, "no_application_protocol", kAlert, kAlert},
    {121, "ech_required", kAlert, kAlert},
};

const AlertRow* find(int alert) {
  const auto* const row = std::find_if(std::begin(kAlerts), std::end(kAlerts),
                                       [alert](const AlertRow& r) { return r.alert == alert; });
  return row == std::end(kAlerts) ? nullptr : row;
}

struct ErrorRow {
  int error;
  Failure failure;
};

// Any other error is one of framing, order, length, MAC or signature: malformed.
constexpr ErrorRow kErrors[] = {
    // The server chose a version that we did not offer.
    {GNUTLS_E_UNSUPPORTED_VERSION_PACKET, Failure::version},

    // It chose something else that we did not offer, or that is too weak to be used at all.
    {GNUTLS_E_UNKNOWN_CIPHER_SUITE, Failure::handshake_failure},
    {GNUTLS_E_NO_CIPHER_SUITES, Failure::handshake_failure},
    {GNUTLS_E_UNWANTED_ALGORITHM, Failure::handshake_failure},
    {GNUTLS_E_UNKNOWN_ALGORITHM, Failure::handshake_failure},
    {GNUTLS_E_NO_COMMON_KEY_SHARE, Failure::handshake_failure},
    {GNUTLS_E_DH_PRIME_UNACCEPTABLE, Failure::handshake_failure},
    {GNUTLS_E_INSUFFICIENT_SECURITY, Failure::handshake_failure},
    {GNUTLS_E_INSUFFICIENT_CREDENTIALS, Failure::handshake_failure},
    {GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED, Failure::handshake_failure},

    // It uses something, offered or not, that the library does not know or implement.
    {GNUTLS_E_ECC_UNSUPPORTED_CURVE, Failure::unsupported},
    {GNUTLS_E_ECC_NO_SUPPORTED_CURVES, Failure::unsupported},
    {GNUTLS_E_UNKNOWN_PK_ALGORITHM, Failure::unsupported},
    {GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM, Failure::unsupported},
    {GNUTLS_E_UNKNOWN_HASH_ALGORITHM, Failure::unsupported},
    {GNUTLS_E_UNIMPLEMENTED_FEATURE, Failure::unsupported},

    // A limit of ours, or of the library.
    {GNUTLS_E_HANDSHAKE_TOO_LARGE, Failure::limit},
    {GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, Failure::limit},
    {GNUTLS_E_TOO_MANY_EMPTY_PACKETS, Failure::limit},

    // On the server's side: a certificate is required and the client has presented none.
    {GNUTLS_E_CERTIFICATE_REQUIRED, Failure::client_certificate},

    // Its certificate is missing, cannot be parsed, or has a key that the handshake cannot use.
    {GNUTLS_E_NO_CERTIFICATE_FOUND, Failure::bad_certificate},
    {GNUTLS_E_CERTIFICATE_ERROR, Failure::bad_certificate},
    {GNUTLS_E_CERTIFICATE_KEY_MISMATCH, Failure::bad_certificate},
    {GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE, Failure::bad_certificate},
    {GNUTLS_E_KEY_USAGE_VIOLATION, Failure::bad_certificate},
    {GNUTLS_E_PK_INVALID_PUBKEY, Failure::bad_certificate},
    {GNUTLS_E_PK_INVALID_PUBKEY_PARAMS, Failure::bad_certificate},
    {GNUTLS_E_INCOMPATIBLE_SIG_WITH_KEY, Failure::bad_certificate},
    {GNUTLS_E_CONSTRAINT_ERROR, Failure::bad_certificate},
    {GNUTLS_E_X509_UNSUPPORTED_EXTENSION, Failure::bad_certificate},
    {GNUTLS_E_X509_DUPLICATE_EXTENSION, Failure::bad_certificate},
    {GNUTLS_E_X509_UNSUPPORTED_OID, Failure::bad_certificate},
    {GNUTLS_E_ASN1_ELEMENT_NOT_FOUND, Failure::bad_certificate},
    {GNUTLS_E_ASN1_IDENTIFIER_NOT_FOUND, Failure::bad_certificate},
    {GNUTLS_E_ASN1_DER_ERROR, Failure::bad_certificate},
    {GNUTLS_E_ASN1_VALUE_NOT_FOUND, Failure::bad_certificate},
    {GNUTLS_E_ASN1_GENERIC_ERROR, Failure::bad_certificate},
    {GNUTLS_E_ASN1_VALUE_NOT_VALID, Failure::bad_certificate},
    {GNUTLS_E_ASN1_TAG_ERROR, Failure::bad_certificate},
    {GNUTLS_E_ASN1_TAG_IMPLICIT, Failure::bad_certificate},
    {GNUTLS_E_ASN1_TYPE_ANY_ERROR, Failure::bad_certificate},
    {GNUTLS_E_ASN1_SYNTAX_ERROR, Failure::bad_certificate},
    {GNUTLS_E_ASN1_DER_OVERFLOW, Failure::bad_certificate},
    {GNUTLS_E_ASN1_EMBEDDED_NULL_IN_STRING, Failure::bad_certificate},
    {GNUTLS_E_ASN1_TIME_ERROR, Failure::bad_certificate},

    // A shortage on our side.
    {GNUTLS_E_MEMORY_ERROR, Failure::shortage},

    // It sent close_notify before the handshake was completed.
    {GNUTLS_E_SESSION_EOF, Failure::closed},
};

}  // namespace

std::string_view alert_name(int alert) {
  const AlertRow* const row = find(alert);
  return row == nullptr ? std::string_view("unknown") : row->name;
}

Failure failure_of_alert(int alert, bool certificate_requested) {
  const AlertRow* const row = find(alert);
  if (row == nullptr) return Failure::alert;
  return certificate_requested ? row->once_requested : row->failure;
}

Failure failure_of_error(int error) {
  const auto* const row = std::find_if(std::begin(kErrors), std::end(kErrors),
                                       [error](const ErrorRow& r) { return r.error == error; });
  return row == std::end(kErrors) ? Failure::malformed : row->failure;
}

}  // namespace mxsweep::tls
