// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/classify.h"

#include <cerrno>

#include "mxsweep/core/invariant.h"
#include "verdict/reply_rows.h"

namespace mxsweep::verdict {
namespace {

Verdict verdict(Cause cause) { return {outcome_of(cause), cause}; }

}  // namespace

Outcome outcome_of(Cause cause) {
  switch (cause) {
    case Cause::none: return Outcome::ok;

    case Cause::input_syntax:
    case Cause::input_port:
    case Cause::input_prefix:
    case Cause::input_address:
    case Cause::input_json:
    case Cause::input_unknown_key:
    case Cause::input_line_too_long:
    case Cause::input_not_text: return Outcome::invalid;

    case Cause::local_resource:
    case Cause::local_no_route:
    case Cause::local_firewall:
    case Cause::local_resolver_unreachable:
    case Cause::local_interrupted:
    case Cause::local_burst:
    case Cause::local_tls_limit:
    case Cause::local_tls_unsupported: return Outcome::local;

    case Cause::dns_name_invalid:
    case Cause::dns_nxdomain:
    case Cause::dns_no_data:
    case Cause::dns_servfail:
    case Cause::dns_refused:
    case Cause::dns_malformed:
    case Cause::dns_alias_loop:
    case Cause::dns_timeout:
    case Cause::dns_mx_no_address:
    case Cause::dns_unusable_address:
    // Whom the MX names is nobody that we could ask.
    case Cause::config_mx_is_address:
    case Cause::config_mx_localhost:
    case Cause::config_mx_private_ip:
    case Cause::net_refused:
    case Cause::net_timeout:
    case Cause::net_unreachable:
    case Cause::net_reset:
    case Cause::net_closed_early:
    case Cause::protocol_silent:
    case Cause::protocol_tarpit:
    case Cause::protocol_flood:
    case Cause::protocol_not_smtp:
    case Cause::protocol_tls_first:
    case Cause::tls_not_tls:
    case Cause::tls_version:
    case Cause::tls_handshake_failure:
    case Cause::tls_client_certificate:
    case Cause::tls_alert:
    case Cause::tls_bad_certificate:
    case Cause::tls_malformed: return Outcome::failed;

    // It answered in SMTP and declined us, overloaded and misconfigured servers included: we did
    // not get far enough to call the rest of it sound. A null MX is the same no, said in DNS.
    case Cause::protocol_out_of_turn:
    case Cause::protocol_server_timeout:
    case Cause::protocol_too_many_errors:
    case Cause::protocol_bare_lf:
    case Cause::protocol_ehlo_unsupported:
    case Cause::blocked_scanner_ip:
    case Cause::blocked_scanner_no_fcrdns:
    case Cause::blocked_unspecified:
    case Cause::throttled_connections:
    case Cause::throttled_rate:
    case Cause::throttled_greylist:
    case Cause::resources_overload:
    case Cause::resources_storage:
    case Cause::resources_exhausted:
    case Cause::config_server_error:
    case Cause::config_null_mx_or_no_mail:
    case Cause::config_scanner_helo_rejected:
    case Cause::policy_auth_or_tls_required:
    case Cause::policy_rejected:
    case Cause::tempfail_policy:
    case Cause::tempfail_unspecified:
    case Cause::reject_unspecified: return Outcome::refused;

    // It had accepted EHLO: mail flows there, in clear, until someone mends this.
    case Cause::config_tls_unavailable:
    case Cause::config_tls_advertised_but_refused:
    case Cause::config_middlebox_strips_starttls:
    case Cause::starttls_not_supported:
    // Mail gets there by an alias that some senders may not follow.
    case Cause::config_mx_cname:
    // It works, and is not what the user requires.
    case Cause::certificate_expired:
    case Cause::certificate_not_trusted:
    case Cause::certificate_host_mismatch:
    case Cause::certificate_validation_failure: return Outcome::degraded;
  }
  INVARIANT(false && "a cause outside its list");
  return {};
}

Verdict classify_reply(Phase phase, int code, std::string_view reply, std::string_view said) {
  Verdict found = verdict(reply_rows()[fitting_row(phase, code, reply, said)].cause);
  // SMTP in clear had worked when we asked for TLS.
  const bool worked = phase == Phase::starttls || phase == Phase::ehlo_tls;
  if (worked && found.outcome == Outcome::failed) found.outcome = Outcome::degraded;
  return found;
}

bool is_local_shortage(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:  // Every local port towards that address is in use.
    case EADDRINUSE:
    case EAGAIN:  // connect(): no local port, or the kernel's own tables are full.
      return true;
    default: return false;
  }
}

Verdict classify_errno(Phase phase, int error) {
  if (is_local_shortage(error)) return verdict(Cause::local_resource);
  switch (error) {
    case ECONNREFUSED: return verdict(Cause::net_refused);
    case ETIMEDOUT:
    case ECANCELED:  // Only a deadline of ours cancels what is under way.
      return verdict(Cause::net_timeout);
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: return verdict(Cause::net_reset);
    case ENETUNREACH:
    case ENETDOWN:
      // Answered at once by our own routing table, before a packet has left. On a connection that
      // stood it is a router's news about the path.
      return verdict(phase == Phase::connect ? Cause::local_no_route : Cause::net_unreachable);
    case EAFNOSUPPORT:
    case EINVAL: return verdict(Cause::local_no_route);
    case EACCES:
    case EPERM: return verdict(Cause::local_firewall);
    default:
      // What ICMP can say (EHOSTUNREACH, EHOSTDOWN, ENONET, ENOPROTOOPT, EOPNOTSUPP, EPROTO,
      // EMSGSIZE), and whatever a later kernel adds: the path ends before the server does.
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
  // A TLS record: its type, change_cipher_spec(20) to application_data(23), then major version 3.
  const bool tls_record =
      octets.size() >= 2 && octets[0] >= 0x14 && octets[0] <= 0x17 && octets[1] == 0x03;
  return tls_record ? Cause::protocol_tls_first : Cause::protocol_not_smtp;
}

}  // namespace mxsweep::verdict
