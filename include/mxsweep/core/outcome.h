// SPDX-License-Identifier: MIT
// How far a probe got, how it ended, and why: three closed lists that every room shares and that
// the record's schema publishes. The words are part of the contract: never change, only add.
//
//   Source   the record's schema 1; causes follow the taxonomy in docs/causes.md.
//   Errors   none: to_string() covers every value.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mxsweep {

// In conversation order: a later phase means that the server got further with us.
enum class Phase : std::uint8_t {
  input,
  dns,
  connect,
  greeting,
  ehlo,
  starttls,
  tls,
  ehlo_tls,
  quit,
};
inline constexpr std::size_t kPhaseCount = 9;

enum class Outcome : std::uint8_t {
  ok,        // The conversation got as far as it was asked to.
  degraded,  // Up, with something that an operator must mend.
  refused,   // The server answered and declined us: says nothing about its capabilities.
  failed,    // No SMTP service was reached.
  invalid,   // The input line could not be read.
  excluded,  // The user said not to.
  local,     // Our own machine's limits or network: never the target's fault.
};
inline constexpr std::size_t kOutcomeCount = 7;

// One word per different next action: two causes that a reader would treat alike are one cause.
enum class Cause : std::uint8_t {
  none,

  // The input line (outcome invalid).
  input_syntax,         // Not an address, a host name, a prefix or a JSON object.
  input_port,           // The port is not 1..65535.
  input_prefix,         // The prefix length does not fit the address.
  input_address,        // No remote host can have this address: 0.0.0.0, multicast, broadcast.
  input_json,           // Looks like JSON and is not, or a key has the wrong type.
  input_unknown_key,    // A JSON key that we do not know: a misspelt key must not pass silently.
  input_line_too_long,  // Longer than the reader's maximum.
  input_not_text,       // NUL octets or not UTF-8.

  // The name (outcome failed).
  dns_name_invalid,  // Looks like a name, and no name can be so.
  dns_nxdomain,
  dns_no_data,  // The name exists, and has no address.
  dns_servfail,
  dns_refused,
  dns_malformed,
  dns_alias_loop,
  dns_timeout,
  dns_mx_no_address,     // The MX host has no address, or does not exist.
  dns_unusable_address,  // Only addresses that no remote host can have.

  // What the MX names is no server on the internet (outcome failed).
  config_mx_is_address,  // An address, where a host name has to be.
  config_mx_localhost,   // The sender itself.
  config_mx_private_ip,  // A host whose address is for private or special use.

  // Our own side (outcome local).
  local_resource,              // Descriptors, ports or memory stayed short although we waited.
  local_no_route,              // No route or no such address family here.
  local_firewall,              // This machine's own firewall or policy said no.
  local_resolver_unreachable,  // Our own resolver answers nothing at all.
  local_interrupted,           // The user stopped the sweep while this conversation was open.
  local_burst,                 // No greeting, with many of our connections to that address open.
  local_tls_limit,             // More of a TLS handshake than we read or compute.
  local_tls_unsupported,       // A key, curve or signature that our TLS library does not know.

  // Transport (outcome failed).
  net_refused,
  net_timeout,
  net_unreachable,
  net_reset,
  net_closed_early,

  // Not SMTP as we know it (outcome failed), or SMTP that says so itself (outcome refused).
  protocol_silent,          // Connected, and then not one octet by the deadline.
  protocol_tarpit,          // Octets trickled in, too few to make a reply by the deadline.
  protocol_flood,           // More octets or lines than any reply may have.
  protocol_not_smtp,        // Speaks, but not SMTP.
  protocol_tls_first,       // Speaks TLS where SMTP was expected: implicit TLS, or the wrong port.
  protocol_out_of_turn,     // The server says that we spoke out of turn.
  protocol_server_timeout,  // The server says that we were too slow.
  protocol_too_many_errors,
  protocol_bare_lf,           // The server objects to a bare line feed.
  protocol_ehlo_unsupported,  // Neither EHLO nor HELO was accepted.

  // TLS was begun and not finished (outcome failed; degraded when SMTP in clear had worked).
  tls_not_tls,             // What answers there is not TLS.
  tls_version,             // No protocol version in common.
  tls_handshake_failure,   // No cipher or group in common.
  tls_client_certificate,  // The server insists on a client certificate.
  tls_alert,               // The server ended it with another alert.
  tls_bad_certificate,     // Its certificate cannot be parsed, or its key cannot be used.
  tls_malformed,           // It breaks the protocol.

  // TLS works, and not as the user requires (outcome degraded). Words of RFC 8460.
  certificate_expired,
  certificate_not_trusted,
  certificate_host_mismatch,
  certificate_validation_failure,
  starttls_not_supported,

  // The way there is not as it should be (outcome degraded).
  config_mx_cname,  // The MX host is an alias, which RFC 2181 section 10.3 forbids.

  // The server declined (outcome refused).
  blocked_scanner_ip,
  blocked_scanner_no_fcrdns,
  blocked_unspecified,
  throttled_connections,
  throttled_rate,
  throttled_greylist,
  resources_overload,
  resources_storage,
  resources_exhausted,
  config_server_error,
  config_null_mx_or_no_mail,
  config_scanner_helo_rejected,
  config_tls_unavailable,
  config_tls_advertised_but_refused,
  config_middlebox_strips_starttls,
  policy_auth_or_tls_required,
  policy_rejected,
  tempfail_policy,
  tempfail_unspecified,
  reject_unspecified,
};
inline constexpr std::size_t kCauseCount = static_cast<std::size_t>(Cause::reject_unspecified) + 1;

// "quit", "refused", "net.refused": the words of the schema.
[[nodiscard]] std::string_view to_string(Phase phase);
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::string_view to_string(Cause cause);

}  // namespace mxsweep
