// SPDX-License-Identifier: MIT
#include "mxsweep/config/endpoint.h"

#include "config/values.h"

namespace mxsweep::config {
namespace {

using roundtrip::Service;

std::optional<Service> service_of(std::string_view word) {
  for (const Service each : {Service::smtp, Service::smtps, Service::imap, Service::imaps,
                             Service::pop3, Service::pop3s}) {
    if (word == to_string(each)) return each;
  }
  return std::nullopt;
}

}  // namespace

std::optional<roundtrip::Endpoint> read_endpoint(std::string_view text, bool sending) {
  constexpr std::string_view kBehindScheme = "://";
  std::optional<Service> service = sending ? std::optional(Service::smtp) : std::nullopt;
  if (const std::size_t at = text.find(kBehindScheme); at != text.npos) {
    service = service_of(text.substr(0, at));
    text.remove_prefix(at + kBehindScheme.size());
  }
  if (!service || sends(*service) != sending) return std::nullopt;
  const std::optional<HostAndPort> place = read_host_and_port(text, port_of(*service));
  if (!place) return std::nullopt;
  return roundtrip::Endpoint{*service, place->host, place->port};
}

}  // namespace mxsweep::config
