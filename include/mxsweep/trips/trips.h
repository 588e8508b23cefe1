// SPDX-License-Identifier: MIT
// Makes round trips as orders for them come, all beside each other, on one engine.
//
//   Shape     open(); then add() and turn(), again and again. Each trip ends with one report, in a
//             turn().
//   Names     the caller resolves each host of hosts_of(). If an address of a host cannot be
//             reached, the next one is tried.
//   Threads   one.
//   Lifetime  plan and client outlive it; views in a report are valid during the call only.
//   Errors    open() and failure(): this machine cannot run the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/names/task.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/roundtrip/report.h"
#include "mxsweep/roundtrip/trip.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::trips {

struct Host {
  std::vector<Address> addresses{};  // In the order to try them.
  Cause cause = Cause::none;         // Why there are none.
  Duration took{};
};
using Hosts = std::map<std::string, Host, std::less<>>;

// The names and addresses that a script connects to.
[[nodiscard]] std::set<std::string> hosts_of(const roundtrip::Script& script);
// What the answer to the question for a name is worth.
[[nodiscard]] Host host_of(const std::vector<names::Resolved>& servers, Duration took);

class Trips {
 public:
  using OnReport = std::function<void(std::uint64_t number, const roundtrip::Report& report,
                                      const roundtrip::Script& script)>;

  // `most`: trips at the same time.
  Trips(const probe::Plan& plan, tls::Client& client, std::size_t most, OnReport on_report);
  ~Trips();
  Trips(const Trips&) = delete;
  Trips& operator=(const Trips&) = delete;

  // `wake_descriptor`: an eventfd that ends the wait of a turn; -1: none.
  Status open(int wake_descriptor);
  void close();

  // The trip begins with the next turn. `hosts`: at least those of its script.
  // Requires: size() < most.
  void add(std::uint64_t number, roundtrip::TripOrder&& order, Hosts&& hosts);
  // Goes on with all of them, and waits, until `until` at most; not when the last one has ended.
  void turn(Instant until);
  // All end as soon as they can, after kStopPatience at the latest.
  void interrupt();
  [[nodiscard]] std::size_t size() const;  // Trips without a report.
  [[nodiscard]] bool idle() const;         // And no connection that is still closing.
  [[nodiscard]] Status failure() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mxsweep::trips
