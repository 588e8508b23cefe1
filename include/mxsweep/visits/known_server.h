// SPDX-License-Identifier: MIT
// The observations of one server, by the names under which it was visited.
//
//   Names     If TLS began, the name matters (SNI), and another name needs a visit of its own. It
//             needs none if a certificate of the server covers that name, or if kNamesTried names
//             all got the same certificate: such a server ignores names. If there are more than
//             kNamesKept names, the oldest is dropped.
//   Memory    48 octets, and nothing more for a silent server; else the memory of its observations.
//             A chain counts once, however many observations hold it.
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

// Counts how many observations hold each chain, so that its memory counts once.
class ChainLedger {
 public:
  // Returns the octets of its chain if no other observation holds that chain, else 0.
  [[nodiscard]] std::size_t add(const probe::Observation& observation);
  // Returns the octets of its chain if no other observation holds it now, else 0. Requires: it was
  // added.
  [[nodiscard]] std::size_t remove(const probe::Observation& observation);

 private:
  std::unordered_map<const tls::Chain*, std::uint32_t> holders_;
};

class KnownServer {
 public:
  // The observation that holds for the server under that name; null: a visit is needed.
  [[nodiscard]] const probe::Observation* answer(std::string_view name) const;
  [[nodiscard]] bool empty() const { return !sole_.ended() && named_ == nullptr; }

  struct Change {
    std::size_t gained = 0;  // Octets.
    std::size_t lost = 0;
    bool dropped_name = false;
  };
  // Adds the result of a visit under that name; its received octets are moved to `memory`.
  [[nodiscard]] Change add(std::string_view name, probe::Observation&& observation,
                           ChainLedger& chains, std::pmr::memory_resource& memory);
  // Drops all observations; returns the octets beside the object that this frees.
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

  probe::Observation sole_;  // If it has ended, it holds for every name, and is the only one.
  std::unique_ptr<Named> named_;
};

}  // namespace mxsweep::visits
