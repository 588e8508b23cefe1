// SPDX-License-Identifier: MIT
// The memory block of an observation: the facts that exist only once something was received, and
// after them, in the same allocation, the received octets:
//
//   | times, ends, codes, counts | greeting | EHLO reply | … | unfinished |   room   |
//                                ^ end of each phase's reply  ^ kept()      ^ size     ^ octets_max
#pragma once

#include <cstring>

#include "mxsweep/core/invariant.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::probe {

inline std::size_t index_of(Phase phase) { return static_cast<std::size_t>(phase); }

struct Observation::Received {
  static constexpr std::uint32_t kEndMost = (1U << 21U) - 1;
  static constexpr std::uint32_t kCodeMost = (1U << 11U) - 1;
  static_assert(kPhaseCount * smtp::kReplyOctetsMax <= kEndMost);
  // Replies are stored in the order of their phases.
  static_assert(Phase::greeting < Phase::ehlo && Phase::ehlo < Phase::starttls &&
                Phase::starttls < Phase::ehlo_tls && Phase::ehlo_tls < Phase::mail &&
                Phase::mail < Phase::rcpt && Phase::rcpt < Phase::relay &&
                Phase::relay < Phase::quit);

  // Where a phase's reply ends; it begins where the reply of the phase before ends. Code 0: none.
  struct Reply {
    std::uint32_t end : 21 = 0;
    std::uint32_t code : 11 = 0;
  };

  // Those of connect and greeting are in first_us_.
  std::array<std::uint32_t, kPhaseCount> times_us = all_not_reached();
  std::array<Reply, kPhaseCount> replies{};
  std::uint32_t bytes_in = 0;
  std::uint32_t bytes_out = 0;
  std::unique_ptr<Tls> tls;  // Null: TLS did not begin.
  std::uint32_t size = 0;    // Octets.
  std::uint32_t octets_max = 0;
  std::pmr::memory_resource* memory = nullptr;  // That the block was allocated from.

  [[nodiscard]] char* octets() { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(this + 1), size};
  }
  [[nodiscard]] std::size_t begin_of(Phase phase) const { return replies[index_of(phase) - 1].end; }
  [[nodiscard]] std::size_t kept() const { return replies.back().end; }
  void erase(std::size_t at, std::size_t count) {
    INVARIANT(at + count <= size);
    std::memmove(octets() + at, octets() + at + count, size - at - count);
    size -= static_cast<std::uint32_t>(count);
  }

 private:
  static constexpr std::array<std::uint32_t, kPhaseCount> all_not_reached() {
    std::array<std::uint32_t, kPhaseCount> all{};
    all.fill(kNotReachedUs);
    return all;
  }
};

}  // namespace mxsweep::probe
