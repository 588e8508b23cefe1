// SPDX-License-Identifier: MIT
// A resolver with a ring of its own, driven until it has answered.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/resolver.h"
#include "mxsweep/dns/ring_watch.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"

namespace mxsweep::dns {

inline Server on_loopback(std::uint16_t port) { return {ipv4(0x7f000001), port}; }

class Asker {
 public:
  explicit Asker(const ResolverOptions& options) {
    INVARIANT(ring_.open({.submissions = 64, .completions = 256, .buffers = 0}).ok());
    opened_ = resolver_.open(options);
  }

  [[nodiscard]] const Status& opened() const { return opened_; }
  Resolver& resolver() { return resolver_; }

  void begin(std::string_view name, Type type, std::uint64_t ticket = 0) {
    resolver_.ask(name, type, ticket, ring::now());
  }

  // One turn: waits until something is ready or due.
  void turn() { watch_.wait(kWait); }

  Finished wait() {
    Finished finished;
    while (!resolver_.take(finished)) turn();
    return finished;
  }
  std::vector<Finished> wait_for(std::size_t count) {
    std::vector<Finished> all;
    while (all.size() < count) all.push_back(wait());
    return all;
  }
  std::shared_ptr<const Answer> ask(std::string_view name, Type type) {
    begin(name, type);
    return wait().answer;
  }

 private:
  static constexpr Duration kWait = std::chrono::seconds{1};

  ring::Ring ring_;
  Resolver resolver_;
  RingWatch watch_{ring_, resolver_};
  Status opened_;
};

}  // namespace mxsweep::dns
