// SPDX-License-Identifier: MIT
// Which connections are open, what each of them waits for, and which ones have to go. Pure.
//
//   Shape     A connection waits for a request, then for the handler's answer, then for the peer to
//             take the answer, then for the next request. Each of these has a deadline as a whole:
//             that octets arrive now and then does not extend it. Only a streamed answer has one
//             for each of its blocks, and another as a whole.
//   Limits    When there are as many connections as there may be, the one that has waited longest
//             for its peer is closed for a new one. Those that wait for the handler stay.
//   Errors    none; a descriptor that is not known is ignored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"

namespace mxsweep::serve {

enum class Waits : std::uint8_t { request, handler, taker, end };

class Connections {
 public:
  struct Limits {
    std::uint32_t connections = 0;
    std::uint32_t connections_of_address = 0;
    Duration request{};
    Duration handler{};
    Duration taker{};   // Of a streamed answer: for the next block of it.
    Duration stream{};  // All of a streamed answer.
  };

  explicit Connections(const Limits& limits) : limits_(limits) {}

  // Whether a connection of this peer may begin.
  struct Room {
    bool there_is = true;
    std::optional<int> instead_of;  // Close this one.
  };
  [[nodiscard]] Room room_for(const Address& peer) const;

  void begin(int descriptor, const Address& peer, Instant now);
  void wait(int descriptor, Waits what, Instant now);
  // Its answer is a streamed one, until it waits for the next request.
  void stream(int descriptor, Instant now);
  void end(int descriptor);

  // Those whose deadline has passed, by descriptor.
  [[nodiscard]] std::vector<int> late(Instant now) const;
  [[nodiscard]] Instant next_deadline() const;
  [[nodiscard]] Waits what(int descriptor) const;
  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  struct Open {
    Address network;
    Waits waits = Waits::request;
    Instant since{};
    Instant until = kNever;  // Of a streamed answer.
  };

  [[nodiscard]] Instant deadline_of(const Open& open) const;
  [[nodiscard]] Duration patience_for(Waits what) const;
  // The one that has waited longest for its peer, of this network if there is one.
  [[nodiscard]] std::optional<int> slowest(const std::optional<Address>& network) const;

  Limits limits_;
  std::unordered_map<int, Open> open_;
  std::map<Address, std::uint32_t> of_network_;
};

// What counts as one address: an IPv4 address, or a /64 of IPv6, which is what one customer has.
[[nodiscard]] Address network_of(const Address& peer);

}  // namespace mxsweep::serve
