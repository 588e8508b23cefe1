// SPDX-License-Identifier: MIT
#include "mxsweep/core/outcome.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep {

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::input: return "input";
    case Phase::dns: return "dns";
    case Phase::connect: return "connect";
    case Phase::greeting: return "greeting";
    case Phase::ehlo: return "ehlo";
    case Phase::starttls: return "starttls";
    case Phase::tls: return "tls";
    case Phase::ehlo_tls: return "ehlo_tls";
    case Phase::quit: return "quit";
  }
  INVARIANT(false && "a phase outside its list");
  return {};
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::degraded: return "degraded";
    case Outcome::refused: return "refused";
    case Outcome::failed: return "failed";
    case Outcome::invalid: return "invalid";
    case Outcome::excluded: return "excluded";
    case Outcome::local: return "local";
  }
  INVARIANT(false && "an outcome outside its list");
  return {};
}

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::none: return "none";
    case Cause::input_syntax: return "input.syntax";
    case Cause::input_port: return "input.port";
    case Cause::input_prefix: return "input.prefix";
    case Cause::input_address: return "input.address";
    case Cause::input_json: return "input.json";
    case Cause::input_unknown_key: return "input.unknown_key";
    case Cause::input_line_too_long: return "input.line_too_long";
    case Cause::input_not_text: return "input.not_text";
    case Cause::dns_name_invalid: return "dns.name_invalid";
    case Cause::dns_nxdomain: return "dns.nxdomain";
    case Cause::dns_no_data: return "dns.no_data";
    case Cause::dns_servfail: return "dns.servfail";
    case Cause::dns_refused: return "dns.refused";
    case Cause::dns_malformed: return "dns.malformed";
    case Cause::dns_alias_loop: return "dns.alias_loop";
    case Cause::dns_timeout: return "dns.timeout";
    case Cause::dns_mx_no_address: return "dns.mx_no_address";
    case Cause::dns_unusable_address: return "dns.unusable_address";
    case Cause::config_mx_is_address: return "config.mx_is_address";
    case Cause::config_mx_localhost: return "config.mx_localhost";
    case Cause::config_mx_private_ip: return "config.mx_private_ip";
    case Cause::local_resource: return "local.resource";
    case Cause::local_no_route: return "local.no_route";
    case Cause::local_firewall: return "local.firewall";
    case Cause::local_resolver_unreachable: return "local.resolver_unreachable";
    case Cause::local_interrupted: return "local.interrupted";
    case Cause::local_burst: return "local.burst";
    case Cause::local_tls_limit: return "local.tls_limit";
    case Cause::local_tls_unsupported: return "local.tls_unsupported";
    case Cause::net_refused: return "net.refused";
    case Cause::net_timeout: return "net.timeout";
    case Cause::net_unreachable: return "net.unreachable";
    case Cause::net_reset: return "net.reset";
    case Cause::net_closed_early: return "net.closed_early";
    case Cause::protocol_silent: return "protocol.silent";
    case Cause::protocol_tarpit: return "protocol.tarpit";
    case Cause::protocol_flood: return "protocol.flood";
    case Cause::protocol_not_smtp: return "protocol.not_smtp";
    case Cause::protocol_tls_first: return "protocol.tls_first";
    case Cause::protocol_out_of_turn: return "protocol.scanner_out_of_turn";
    case Cause::protocol_server_timeout: return "protocol.server_timeout";
    case Cause::protocol_too_many_errors: return "protocol.too_many_errors";
    case Cause::protocol_bare_lf: return "protocol.bare_lf";
    case Cause::protocol_ehlo_unsupported: return "protocol.ehlo_unsupported";
    case Cause::tls_not_tls: return "tls.not_tls";
    case Cause::tls_version: return "tls.version";
    case Cause::tls_handshake_failure: return "tls.handshake_failure";
    case Cause::tls_client_certificate: return "tls.client_certificate";
    case Cause::tls_alert: return "tls.alert";
    case Cause::tls_bad_certificate: return "tls.bad_certificate";
    case Cause::tls_malformed: return "tls.malformed";
    case Cause::certificate_expired: return "certificate-expired";
    case Cause::certificate_not_trusted: return "certificate-not-trusted";
    case Cause::certificate_host_mismatch: return "certificate-host-mismatch";
    case Cause::certificate_validation_failure: return "validation-failure";
    case Cause::starttls_not_supported: return "starttls-not-supported";
    case Cause::config_mx_cname: return "config.mx_cname";
    case Cause::blocked_scanner_ip: return "blocked.scanner_ip";
    case Cause::blocked_scanner_no_fcrdns: return "blocked.scanner_no_fcrdns";
    case Cause::blocked_unspecified: return "blocked.unspecified";
    case Cause::throttled_connections: return "throttled.connections";
    case Cause::throttled_rate: return "throttled.rate";
    case Cause::throttled_greylist: return "throttled.greylist";
    case Cause::resources_overload: return "resources.overload";
    case Cause::resources_storage: return "resources.storage";
    case Cause::resources_exhausted: return "resources.exhausted";
    case Cause::config_server_error: return "config.server_error";
    case Cause::config_null_mx_or_no_mail: return "config.null_mx_or_no_mail";
    case Cause::config_scanner_helo_rejected: return "config.scanner_helo_rejected";
    case Cause::config_tls_unavailable: return "config.tls_unavailable";
    case Cause::config_tls_advertised_but_refused: return "config.tls_advertised_but_refused";
    case Cause::config_middlebox_strips_starttls: return "config.middlebox_strips_starttls";
    case Cause::policy_auth_or_tls_required: return "policy.auth_or_tls_required";
    case Cause::policy_rejected: return "policy.rejected";
    case Cause::tempfail_policy: return "tempfail.policy";
    case Cause::tempfail_unspecified: return "tempfail.unspecified";
    case Cause::reject_unspecified: return "reject.unspecified";
  }
  INVARIANT(false && "a cause outside its list");
  return {};
}

}  // namespace mxsweep
