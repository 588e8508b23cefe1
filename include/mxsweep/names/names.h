// SPDX-License-Identifier: MIT
// Targets that are names, on their way to their addresses: on a ring of its own, in the thread of
// the feeder, so that no conversation ever waits for a name.
//
//   Shape     begin() while not full(), turn() to wait for answers, take() what is resolved: a
//             host's addresses, or a mail domain's servers.
//   Memory    kRoutesMax names at once, with kNamesOctetsMax of what the list says of them, and the
//             resolver's cache.
//   Errors    open() says why not. While our own resolver does not answer, full() says that no more
//             names should be begun, and names that failed for it are asked for again. When it has
//             been silent for as long as our patience lasts, names are given up as our own fault,
//             each after one more try, until it answers again. failure() is this machine's: no
//             turn waits then, and nothing is resolved any more.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/status.h"
#include "mxsweep/dns/resolver.h"
#include "mxsweep/dns/ring_watch.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/names/route.h"
#include "mxsweep/names/task.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::names {

inline constexpr std::size_t kRoutesMax = 4096;
inline constexpr std::size_t kNamesOctetsMax = 8 * 1024 * 1024;

// A question that goes to the resolver (without an answer), and once more with its answer. The
// views are good for the call.
using LookupCallback = std::function<void(const RouteQuestion&, const dns::Answer*)>;

class Names {
 public:
  explicit Names(const NameOptions& options, LookupCallback on_lookup = {})
      : options_(options), on_lookup_(std::move(on_lookup)) {}

  // `wake_descriptor`: an eventfd that ends a turn; -1: none.
  Status open(int wake_descriptor);
  [[nodiscard]] bool is_open() const { return open_; }

  // Requires: open() worked.
  void begin(targets::Target&& target, Instant now);
  // Waits for answers, `longest` at most, and works on them. What waits to be taken does not end
  // the wait.
  void turn(Duration longest);
  // A turn also ends when this descriptor can be read; also_readable() says so until it is watched
  // again.
  void watch_also(int descriptor) { watch_.watch_also(descriptor); }
  [[nodiscard]] bool also_readable() const { return watch_.also_readable(); }
  // Why no name can be resolved any more, if none can.
  [[nodiscard]] Status failure() const {
    return ring_.failure() == 0 ? Status() : ring::explain_failure(ring_.failure());
  }
  [[nodiscard]] bool has_resolved() const { return !resolved_.empty(); }
  // All servers of one name, at least one.
  [[nodiscard]] bool take(std::vector<Resolved>& resolved);

  [[nodiscard]] bool full() const {
    const std::size_t begun = routes_.size() + retry_queue_.size();
    return begun >= kRoutesMax || octets_ >= kNamesOctetsMax || (begun > 0 && braked());
  }
  [[nodiscard]] const LookupCounts& lookups() const { return resolver_.counts(); }
  // Begun and not taken yet.
  [[nodiscard]] std::size_t waiting() const {
    return routes_.size() + retry_queue_.size() + resolved_.size();
  }

 private:
  struct Pending {
    Pending(targets::Target&& its_target, const NameOptions& options, Instant its_since)
        : target(std::move(its_target)),
          route(options.mail_domains ? RouteKind::mail_domain : RouteKind::host, target.host(),
                options.route),
          since(its_since) {}

    targets::Target target;
    Route route;
    Instant since;
  };
  struct Finished {
    Pending pending;
    std::vector<Destination> destinations;
  };
  struct PutOff {
    targets::Target target;
    Instant since;
    Instant again;
  };

  // Whether our resolver is silent, and has not been for too long.
  [[nodiscard]] bool braked() const {
    return !resolver_.reachable() && now_ - silent_since_ < options_.patience;
  }
  void begin_again(targets::Target&& target, Instant since);
  void ask(std::uint32_t number, Pending& pending);
  void finish(std::uint32_t number, Pending& pending);
  [[nodiscard]] Resolved resolve(const Pending& pending, Destination&& destination) const;
  void collect();

  NameOptions options_;
  LookupCallback on_lookup_;  // May be empty.
  bool open_ = false;
  Instant now_{};
  Instant silent_since_{};  // When our resolver was last known to answer.
  ring::Ring ring_;
  dns::Resolver resolver_;
  dns::RingWatch watch_{ring_, resolver_};
  std::unordered_map<std::uint32_t, Pending> routes_;
  std::uint32_t next_number_ = 0;
  std::deque<PutOff> retry_queue_;
  // A name becomes its servers when it is taken: each has a copy of what the list says.
  std::deque<Finished> resolved_;
  std::size_t octets_ = 0;  // Held by the targets of all three.
};

}  // namespace mxsweep::names
