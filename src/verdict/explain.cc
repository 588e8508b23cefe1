// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/explain.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep::verdict {

std::string_view explain(Cause cause) {
  switch (cause) {
    case Cause::none: return "the conversation went as far as it was asked to";
    case Cause::input_syntax:
      return "this is not an address, a host name, a prefix or a JSON object";
    case Cause::input_port: return "the port is not between 1 and 65535, or there are two of them";
    case Cause::input_prefix: return "the prefix length does not fit the address";
    case Cause::input_address: return "no remote host can have this address";
    case Cause::input_json: return "this looks like JSON and is not, or a value has the wrong type";
    case Cause::input_unknown_key: return "a key of the JSON object is not known";
    case Cause::input_line_too_long: return "the line is too long";
    case Cause::input_not_text: return "the line is not UTF-8 text";
    case Cause::dns_name_invalid: return "no host can have this name";
    case Cause::dns_nxdomain: return "there is no such name";
    case Cause::dns_no_data: return "the name exists, and has no address";
    case Cause::dns_servfail: return "the resolver could not find the name out";
    case Cause::dns_refused: return "the resolver does not want to answer for this name";
    case Cause::dns_malformed: return "what the resolver answered makes no sense";
    case Cause::dns_alias_loop: return "the name's aliases go round in circles";
    case Cause::dns_timeout: return "no answer about this name in time";
    case Cause::dns_mx_no_address:
      return "the MX host has no address; give it one, or correct the MX record";
    case Cause::dns_unusable_address:
      return "the name has only addresses that no remote host can have";
    case Cause::config_mx_is_address:
      return "the MX record has an address; put the name of a host there";
    case Cause::config_mx_localhost:
      return "the MX record sends every sender back to itself; name a server, or nobody (RFC 7505)";
    case Cause::config_mx_private_ip:
      return "the MX host's address is not on the internet; visit it with --allow-private if it is "
             "yours";
    case Cause::local_resource: return "this machine stayed short of descriptors, ports or memory";
    case Cause::local_no_route: return "this machine has no route to that address";
    case Cause::local_firewall:
      return "this machine's own firewall or policy forbids the connection";
    case Cause::local_resolver_unreachable: return "this machine's own resolver does not answer";
    case Cause::local_interrupted: return "the sweep was stopped while the conversation was open";
    case Cause::local_burst:
      return "silence after many of our connections to this address at once; try fewer";
    case Cause::local_tls_limit: return "the TLS handshake is more than we read or compute";
    case Cause::local_tls_unsupported:
      return "our TLS library does not know the server's kind of key or signature";
    case Cause::net_refused: return "nothing listens on that port";
    case Cause::net_timeout: return "no answer to the connection attempt: down, or filtered";
    case Cause::net_unreachable: return "the network says that the host cannot be reached";
    case Cause::net_reset: return "the connection was reset";
    case Cause::net_closed_early: return "the connection was closed before a complete reply";
    case Cause::protocol_silent: return "connected, and then not a word by the deadline";
    case Cause::protocol_tarpit: return "octets trickled in, too slowly to make a reply";
    case Cause::protocol_flood: return "more octets or lines than any reply may have";
    case Cause::protocol_not_smtp: return "something answers, but it does not speak SMTP";
    case Cause::protocol_tls_first: return "the port speaks TLS from the start, not plain SMTP";
    case Cause::protocol_out_of_turn: return "the server says that we spoke out of turn";
    case Cause::protocol_server_timeout: return "the server says that we were too slow";
    case Cause::protocol_too_many_errors: return "the server says that we made too many errors";
    case Cause::protocol_bare_lf: return "the server objects to a bare line feed";
    case Cause::protocol_ehlo_unsupported: return "neither EHLO nor HELO was accepted";
    case Cause::tls_not_tls: return "what answers there does not speak TLS";
    case Cause::tls_version: return "the server and we have no version of TLS in common";
    case Cause::tls_handshake_failure: return "the server and we have no cipher in common";
    case Cause::tls_client_certificate: return "the server insists on a client certificate";
    case Cause::tls_alert: return "the server ended the TLS handshake with an alert";
    case Cause::tls_bad_certificate:
      return "the server's certificate is damaged, or its key is of no use";
    case Cause::tls_malformed: return "the server breaks the TLS protocol";
    case Cause::certificate_expired: return "the certificate has expired, or is not valid yet";
    case Cause::certificate_not_trusted:
      return "the certificate was not issued by a trusted authority";
    case Cause::certificate_host_mismatch: return "the certificate is for another name";
    case Cause::certificate_validation_failure:
      return "the certificate does not stand up to verification";
    case Cause::starttls_not_supported: return "the server does not offer STARTTLS";
    case Cause::blocked_scanner_ip: return "the server blocks our address, by a blocklist or a ban";
    case Cause::blocked_scanner_no_fcrdns:
      return "the server wants our address to have a host name that points back to it";
    case Cause::blocked_unspecified:
      return "the server turns us away; its reply is all the reason there is";
    case Cause::throttled_connections: return "the server says that there are too many connections";
    case Cause::throttled_rate: return "the server says that we connect too often";
    case Cause::throttled_greylist: return "the server greylists us; try again later";
    case Cause::resources_overload: return "the server is overloaded; try again later";
    case Cause::resources_storage: return "the server is short of disk space";
    case Cause::resources_exhausted: return "the server is short of resources";
    case Cause::config_server_error: return "the server reports an error in its own configuration";
    case Cause::config_null_mx_or_no_mail:
      return "no mail is taken here: the host says so, or the domain's null MX (RFC 7505)";
    case Cause::config_scanner_helo_rejected: return "the server does not accept our HELO name";
    case Cause::config_tls_unavailable: return "the server offers STARTTLS and cannot do it now";
    case Cause::config_tls_advertised_but_refused:
      return "the server offers STARTTLS and refuses it";
    case Cause::config_middlebox_strips_starttls:
      return "a middlebox between the server and us hides STARTTLS";
    case Cause::config_mx_cname:
      return "the MX record names an alias (RFC 2181); name the host itself";
    case Cause::policy_auth_or_tls_required: return "the server wants authentication or TLS first";
    case Cause::policy_rejected: return "the server's policy rejects us";
    case Cause::tempfail_policy: return "the server's policy rejects us for now";
    case Cause::tempfail_unspecified:
      return "the server declines for now; its reply is all the reason there is";
    case Cause::reject_unspecified:
      return "the server declines; its reply is all the reason there is";
  }
  INVARIANT(false && "a cause outside its list");
  return {};
}

}  // namespace mxsweep::verdict
