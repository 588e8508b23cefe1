// SPDX-License-Identifier: MIT
// The ring of a worker in a World: what the worker has queued, what has completed, and the buffers
// that octets are received into.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/random.h"
#include "mxsweep/core/slot_table.h"
#include "mxsweep/core/time.h"
#include "mxsweep/ring/ring.h"

namespace mxsweep::scan {

// Buffers of equal size, by their numbers.
class FakeBuffers {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  FakeBuffers(std::uint32_t count, std::size_t octets_each)
      : octets_each_(octets_each), buffers_(count) {
    for (std::uint32_t i = 0; i < count; ++i) free_.push_back(i);
  }

  [[nodiscard]] bool exhausted() const { return free_.empty(); }
  [[nodiscard]] std::size_t in_use() const { return buffers_.size() - free_.size(); }
  // Moves the first octets into a free buffer at random: a view of a buffer that was given back
  // must not be right by chance. Requires: not exhausted().
  std::uint32_t fill(std::string& octets, Random& random) {
    const std::size_t place = random.below(static_cast<std::uint32_t>(free_.size()));
    const std::uint32_t buffer = free_[place];
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(place));
    buffers_[buffer] = octets.substr(0, octets_each_);
    octets.erase(0, octets_each_);
    return buffer;
  }
  [[nodiscard]] std::string_view octets(std::uint32_t buffer) const {
    return buffer == kNone ? std::string_view{} : buffers_[buffer];
  }
  // False: it was given back before.
  bool give_back(std::uint32_t buffer) {
    if (std::ranges::find(free_, buffer) != free_.end()) return false;
    buffers_[buffer].assign(buffers_[buffer].size(), '#');
    free_.push_back(buffer);
    return true;
  }

 private:
  std::size_t octets_each_;
  std::vector<std::string> buffers_;
  std::vector<std::uint32_t> free_;
};

struct FakeRing {
  struct Queued {
    ring::Operation operation;
    int descriptor;
    Handle handle;
    std::string_view octets;
    std::string copy;  // Of the octets, when they were queued.
    Address to;
    bool reported;  // The operation has a completion.
  };

  explicit FakeRing(const FakeBuffers& its_buffers) : buffers(its_buffers) {}

  // Completions that a wait has made visible, for one turn.
  std::span<const ring::Completion> take_completions() {
    turn.clear();
    while (!completed.empty() && turn.size() < ring::kCompletionsPerTurn) {
      turn.push_back(completed.front());
      completed.pop_front();
    }
    return turn;
  }
  // Mostly in order; one in eight is taken from a random place.
  void make_visible(Random& random) {
    while (!done.empty()) {
      const std::size_t place =
          random.below(8) == 0 ? random.below(static_cast<std::uint32_t>(done.size())) : 0;
      completed.push_back(done[place]);
      done.erase(done.begin() + static_cast<std::ptrdiff_t>(place));
    }
  }
  [[nodiscard]] std::size_t to_take() const { return done.size() + completed.size(); }

  int wake_descriptor = -1;
  bool open = false;
  bool woken = false;
  bool runs = false;  // Its worker's body has not ended.
  // Its present wait, or the latest one.
  Instant until{};
  std::uint32_t least = 0;
  std::uint64_t waits = 0;
  std::uint64_t idle_waits = 0;  // In a row, in which no time passed and nothing completed.
  std::deque<Queued> queued;
  std::deque<ring::Completion> done;       // But not visible yet.
  std::deque<ring::Completion> completed;  // Visible to the worker.
  std::vector<ring::Completion> turn;
  FakeBuffers buffers;
};

}  // namespace mxsweep::scan
