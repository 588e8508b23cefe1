// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/classify.h"

#include <cerrno>

#include "mxsweep/core/invariant.h"
#include "verdict/reply_rows.h"

namespace mxsweep::verdict {
namespace {

Verdict verdict(Cause cause) { return {outcome_of(cause), cause}; }

}  // namespace

Verdict in_phase(Phase phase, Cause cause) {
  Verdict found = verdict(cause);
  // EHLO had been answered.
  const bool worked = phase >= Phase::starttls && phase <= Phase::relay;
  if (worked && found.outcome == Outcome::failed) found.outcome = Outcome::degraded;
  return found;
}

Verdict classify_reply(Phase phase, int code, std::string_view reply, const SentCommands& sent) {
  return in_phase(phase, reply_rows()[matching_row(phase, code, reply, sent)].cause);
}

bool is_local_shortage(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:  // Every local port towards that address is in use.
    case EADDRINUSE:
    case EAGAIN:  // connect(): no local port, or the kernel's tables are full.
      return true;
    default: return false;
  }
}

Verdict classify_errno(Phase phase, int error) {
  if (is_local_shortage(error)) return verdict(Cause::local_resource);
  switch (error) {
    case ECONNREFUSED: return verdict(Cause::net_refused);
    case ETIMEDOUT:
    case ECANCELED:  // Only our own deadlines cancel operations.
      return verdict(Cause::net_timeout);
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: return verdict(Cause::net_reset);
    case ENETUNREACH:
    case ENETDOWN:
      // In connect it comes from our own routing table, before any packet was sent. On an
      // established connection a router reported it.
      return verdict(phase == Phase::connect ? Cause::local_no_route : Cause::net_unreachable);
    case EAFNOSUPPORT:
    case EINVAL: return verdict(Cause::local_no_route);
    case EACCES:
    case EPERM: return verdict(Cause::local_firewall);
    default:
      // Errors that ICMP reports (EHOSTUNREACH, EHOSTDOWN, ENONET, ENOPROTOOPT, EOPNOTSUPP, EPROTO,
      // EMSGSIZE), and any that a later kernel adds: the path ends before the server.
      return verdict(Cause::net_unreachable);
  }
}

Cause cause_of(tls::Failure failure) {
  switch (failure) {
    case tls::Failure::none: return Cause::none;
    case tls::Failure::not_tls: return Cause::tls_not_tls;
    case tls::Failure::version: return Cause::tls_version;
    case tls::Failure::handshake_failure: return Cause::tls_handshake_failure;
    case tls::Failure::client_certificate: return Cause::tls_client_certificate;
    case tls::Failure::alert: return Cause::tls_alert;
    case tls::Failure::bad_certificate: return Cause::tls_bad_certificate;
    case tls::Failure::limit: return Cause::local_tls_limit;
    case tls::Failure::unsupported: return Cause::local_tls_unsupported;
    case tls::Failure::malformed: return Cause::tls_malformed;
    case tls::Failure::closed: return Cause::net_closed_early;
    case tls::Failure::shortage: return Cause::local_resource;
  }
  INVARIANT(false && "a failure outside its list");
  return {};
}

Cause cause_of(tls::VerifyError error) {
  switch (error) {
    case tls::VerifyError::none: return Cause::none;
    case tls::VerifyError::certificate_expired: return Cause::certificate_expired;
    case tls::VerifyError::certificate_not_trusted: return Cause::certificate_not_trusted;
    case tls::VerifyError::certificate_host_mismatch: return Cause::certificate_host_mismatch;
    case tls::VerifyError::validation_failure: return Cause::certificate_validation_failure;
  }
  INVARIANT(false && "an error outside its list");
  return {};
}

Cause classify_noise(std::string_view octets) {
  // A TLS record: a type from change_cipher_spec(20) to application_data(23), major version 3.
  const bool tls_record =
      octets.size() >= 2 && octets[0] >= 0x14 && octets[0] <= 0x17 && octets[1] == 0x03;
  return tls_record ? Cause::protocol_tls_first : Cause::protocol_not_smtp;
}

}  // namespace mxsweep::verdict
