// SPDX-License-Identifier: MIT
#include "mxsweep/trips/run.h"

#include <optional>
#include <utility>

#include "mxsweep/names/resolve.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::trips {
namespace {

Result<Host> resolve_host(const std::string& name, const names::NameOptions& options) {
  if (const std::optional<Address> address = parse_address(name)) {
    return Host{.addresses = {*address}};
  }
  targets::Target target;
  target.set_words(name, name, {}, name);
  const Instant began = ring::now();
  const Result<std::vector<names::Resolved>> servers = names::resolve(target, options);
  if (!servers.ok()) return servers.status();
  return host_of(*servers, ring::now() - began);
}

}  // namespace

Status run_trips(std::vector<roundtrip::TripOrder> orders, const TripRun& run) {
  Hosts hosts;
  for (const roundtrip::TripOrder& order : orders) {
    for (const std::string& name : hosts_of(order.script)) {
      if (hosts.contains(name)) continue;
      Result<Host> host = resolve_host(name, run.names);
      if (!host.ok()) return host.status();
      hosts.emplace(name, *std::move(host));
    }
  }
  Trips trips(run.plan, run.client, orders.size(),
              [&run](std::uint64_t /*number*/, const roundtrip::Report& report,
                     const roundtrip::Script& script) { run.on_report(report, script); });
  if (Status opened = trips.open(-1); !opened.ok()) return opened;
  for (roundtrip::TripOrder& order : orders) trips.add(0, std::move(order), Hosts(hosts));
  bool stopped = false;
  while (!trips.idle()) {
    trips.turn(ring::now() + kStopEvery);
    if (!trips.failure().ok()) return trips.failure();
    if (!stopped && run.stop()) {
      stopped = true;
      trips.interrupt();
    }
  }
  trips.close();
  return {};
}

}  // namespace mxsweep::trips
