// SPDX-License-Identifier: MIT
// Decides when a visit to a server of someone else may start: how many are open at once for each
// address, network and operator, and how long an address rests between visits. Pure: `now` is an
// argument.
//
//   Keys      the address; its network, which is its /24 or /48; the operator, a hash
//             (pace/operator.h).
//   Shape     request() a start for each visit. take_granted() returns those that may start; each
//             counts for all of its keys until give_back(). Call advance() when next() has come.
//   Order     An address serves its requests in their order. After the end of each visit it rests,
//             and nothing is granted to it meanwhile. The first request of an address that does not
//             rest then waits for its network and operator: pace/lanes.h has that order.
//   Workers   All requests for one address come from one worker, so its rests are moments of that
//             worker's advance(). What it gives back may suit a request of another worker, which
//             to_wake() then returns.
//   Memory    about 100 octets for each request that waits or is open, and 200 for each address,
//             network and operator that has one, and for each address that rests.
//   Threads   none of its own: the caller locks (scan/politeness.h).
//   Errors    none. A broken requirement is an INVARIANT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/pace/lanes.h"

namespace mxsweep::pace {

// Caps on visits at once; 0: no cap. The defaults of `mxsweep scan`.
struct CourtesyLimits {
  std::uint32_t per_address = 1;
  std::uint32_t per_prefix = 4;
  std::uint32_t per_operator = 8;
  Duration rest = std::chrono::seconds{30};  // From the end of a visit to the next start.

  [[nodiscard]] bool any() const {
    return per_address != 0 || per_prefix != 0 || per_operator != 0 || rest > Duration::zero();
  }
};

inline constexpr CourtesyLimits kNoLimits{
    .per_address = 0, .per_prefix = 0, .per_operator = 0, .rest = Duration::zero()};

// The network of an address: its /24 or, for IPv6, its /48. An IPv4-mapped address counts as IPv4.
[[nodiscard]] Address network_of(const Address& address);

// Identifies a request from request() to give_back(). `kNoTicket`: the visit needed none.
using Ticket = std::uint32_t;
inline constexpr Ticket kNoTicket = UINT32_MAX;

struct Granted {
  Ticket ticket;
  std::uint32_t place;  // The caller's number of the visit.
};

class Courtesy {
 public:
  Courtesy(const CourtesyLimits& limits, std::uint32_t workers);
  Courtesy(const Courtesy&) = delete;
  Courtesy& operator=(const Courtesy&) = delete;

  // `operator_key`: 0: none is known. `place`: returned with the grant.
  void request(std::uint32_t worker, std::uint32_t place, const Address& address,
               std::uint64_t operator_key, Instant now);
  // The visit has ended, and its connection is closed. Its address rests for the limits' rest, or
  // for `back_off` if that is longer.
  void give_back(Ticket ticket, Instant now, Duration back_off = Duration::zero());

  // Ends the rests of this worker's addresses that are over.
  void advance(std::uint32_t worker, Instant now);
  // When a rest ends for which a request of this worker waits; kNever: for none.
  [[nodiscard]] Instant next(std::uint32_t worker) const;

  [[nodiscard]] std::optional<Granted> take_granted(std::uint32_t worker);
  [[nodiscard]] bool has_granted(std::uint32_t worker) const {
    return !workers_[worker].granted.empty();
  }
  // The workers to which something was granted since the last call.
  [[nodiscard]] std::vector<std::uint32_t> to_wake() { return std::exchange(to_wake_, {}); }

  // Requests that were not granted yet, of all workers.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  // Addresses, networks and operators of which something is known; for tests of the memory.
  [[nodiscard]] std::size_t addresses() const { return addresses_.size(); }
  [[nodiscard]] bool is_idle() const { return addresses_.empty() && lanes_.empty(); }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Site {  // An address.
    Address address;
    std::uint32_t worker = 0;
    std::uint32_t open = 0;
    std::list<Ticket> queue;       // A deque would allocate even when it is empty.
    std::vector<Ticket> in_lanes;  // Of its requests, those that wait for network and operator.
    Instant rests_until{};
    bool timed = false;  // In its worker's rests.
  };
  struct Request {
    Site* site = nullptr;
    std::uint32_t place = 0;
    std::uint64_t operator_key = 0;
  };
  struct Hash {
    std::size_t operator()(const Address& address) const { return hash(address); }
  };
  struct Rest {
    Instant until;
    Site* site;
    friend bool operator>(const Rest& a, const Rest& b) { return a.until > b.until; }
  };
  struct Worker {
    std::priority_queue<Rest, std::vector<Rest>, std::greater<>> rests;
    std::deque<Granted> granted;
    std::size_t queued = 0;  // Requests that wait for their address.
  };

  [[nodiscard]] Ticket take_ticket();
  void serve(Site& site, Instant now);
  void call_back(Site& site);
  void hand_out();
  void drop_if_idle(Site& site);

  CourtesyLimits limits_;
  Lanes lanes_;
  std::unordered_map<Address, Site, Hash> addresses_;
  std::vector<Request> requests_;  // By ticket.
  std::vector<Ticket> free_tickets_;
  std::vector<Worker> workers_;
  std::vector<std::uint32_t> to_wake_;
  std::size_t waiting_ = 0;
};

}  // namespace mxsweep::pace
