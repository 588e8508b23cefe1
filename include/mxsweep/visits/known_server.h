// SPDX-License-Identifier: MIT
// What the visits to one server have shown, by the names that they were made under.
//
//   Names     Where TLS was begun, the name counts (SNI), unless the certificate has that name as
//             well, or kNamesTried names were shown the same: such a server does not look at names,
//             and is not visited again. Of more than kNamesKept names the oldest is dropped.
//   Memory    48 octets, which is all for a server that was silent; else that of its observations.
//             A chain counts once, however many of them hold it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "mxsweep/probe/observation.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::visits {

inline constexpr std::size_t kNamesTried = 3;
inline constexpr std::size_t kNamesKept = 128;  // Of one server, the first included.

// How many observations hold each chain: its memory counts once.
class ChainLedger {
 public:
  // The octets that are held from now on because of this observation alone.
  [[nodiscard]] std::size_t add(const probe::Observation& observation);
  // The octets that are no longer held without it. Requires: it was added.
  [[nodiscard]] std::size_t remove(const probe::Observation& observation);

 private:
  std::unordered_map<const tls::Chain*, std::uint32_t> holders_;
};

class KnownServer {
 public:
  // What answers for the server under that name; null: nothing does.
  [[nodiscard]] const probe::Observation* answer(std::string_view name) const;
  [[nodiscard]] bool empty() const { return !sole_.ended() && named_ == nullptr; }

  struct Change {
    std::size_t gained = 0;  // Octets.
    std::size_t lost = 0;
    bool dropped_name = false;
  };
  // A visit under that name has ended. What it has shown is kept in that memory.
  [[nodiscard]] Change add(std::string_view name, probe::Observation&& observation,
                           ChainLedger& chains, std::pmr::memory_resource& memory);
  // The octets beside the object, which are let go.
  [[nodiscard]] std::size_t clear(ChainLedger& chains);

 private:
  struct Named {
    Named(probe::Observation&& its_observation, std::string_view its_name)
        : observation(std::move(its_observation)), name(its_name) {}

    probe::Observation observation;
    std::string name;
    std::unique_ptr<Named> next;
  };

  [[nodiscard]] static std::size_t octets_of(const Named& visit);
  void drop_oldest_name(ChainLedger& chains, Change& change);

  probe::Observation sole_;  // Ended: it answers for every name, and there is no other.
  std::unique_ptr<Named> named_;
};

}  // namespace mxsweep::visits
