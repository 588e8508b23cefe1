// SPDX-License-Identifier: MIT
// Resolves targets that are names, many at once. It runs in the feeder's thread on a ring of its
// own, so that no conversation ever waits for a name.
//
//   Shape     begin() targets while not full(), turn() to wait for answers, take() the resolved
//             ones: each becomes the addresses of a host, or the servers of a mail domain. With an
//             inquiry (names/inquiry.h), a target is resolved when that is done as well; a target
//             that is an address has nothing but its inquiry. What inquiries share is asked in each
//             turn; after finish() turns are needed until it is quiet().
//   Memory    at most kRoutesMax names in resolution, fewer while the resolver has enough to do;
//             all targets that it holds own at most kNamesOctetsMax octets and one more target. The
//             resolver's cache comes on top, and the documents that are being fetched.
//   Lifetime  used by one thread. A fetcher has a thread of its own, which wakes this one.
//   Errors    open() returns why it failed. While our own resolver does not answer, full() is true,
//             and names that failed because of it are tried again. When it has not answered for
//             NameOptions::patience, each name gets one more try and then fails with
//             local_resolver_unreachable, until the resolver answers again. failure() is a failure
//             of this machine's io_uring: after it turn() does not wait, and no name is resolved.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/status.h"
#include "mxsweep/dns/resolver.h"
#include "mxsweep/dns/ring_watch.h"
#include "mxsweep/fetch/fetcher.h"
#include "mxsweep/names/inquiry.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/names/route.h"
#include "mxsweep/names/task.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::names {

inline constexpr std::size_t kRoutesMax = 4096;
inline constexpr std::size_t kNamesOctetsMax = 8 * 1024 * 1024;
// More names than keep the resolver busy would only wait in memory, each with what it asks.
inline constexpr std::size_t kQueuedMax = 2000;

// Called for each question of a route when it is asked (answer is null), and again when it is
// answered. The views are valid during the call.
using LookupCallback = std::function<void(const RouteQuestion&, const dns::Answer*)>;

class Names {
 public:
  explicit Names(const NameOptions& options, LookupCallback on_lookup = {})
      : options_(options), on_lookup_(std::move(on_lookup)) {}

  // `wake_descriptor`: an eventfd that ends a turn() when it is written to; -1: none. Requires: one
  // with NameOptions::fetcher.
  Status open(int wake_descriptor);
  [[nodiscard]] bool is_open() const { return open_; }

  // While the network of this machine has failed, the time in which our resolver does not answer
  // does not count.
  void excuse_silence(bool excused) { excused_ = excused; }
  // Names wait for a resolver that does not answer.
  [[nodiscard]] bool is_stuck() const { return waiting() > 0 && awaits_resolver(); }

  // `mail_domain`: instead of the options'. Requires: open() succeeded.
  void begin(targets::Target&& target, Instant now) {
    begin(std::move(target), options_.mail_domains, now);
  }
  void begin(targets::Target&& target, bool mail_domain, Instant now);
  // Waits for answers, `longest` at most, and processes them. It waits even if there is something
  // to take() from an earlier turn.
  void turn(Duration longest);
  // Ends all fetches at once; the names that wait for one are never resolved. After it only the
  // const functions are called.
  void stop_fetches() { fetcher_.stop(); }
  // Lets a turn also end when this descriptor is readable; also_readable() is then true until the
  // next watch_also().
  void watch_also(int descriptor) { watch_.watch_also(descriptor); }
  [[nodiscard]] bool also_readable() const { return watch_.also_readable(); }
  // Why no more names can be resolved; ok() while they can.
  [[nodiscard]] Status failure() const {
    return ring_.failure() == 0 ? Status() : ring::explain_failure(ring_.failure());
  }
  [[nodiscard]] bool has_resolved() const { return !resolved_.empty(); }
  // All servers of one name, at least one. False: no name is ready.
  [[nodiscard]] bool take(std::vector<Resolved>& resolved);

  [[nodiscard]] bool full() const {
    const std::size_t begun = routes_.size() + retry_queue_.size();
    return begun >= kRoutesMax || octets_ >= kNamesOctetsMax || resolver_.queued() >= kQueuedMax ||
           (begun > 0 && awaits_resolver());
  }
  [[nodiscard]] const LookupCounts& lookups() const { return resolver_.counts(); }
  // Names begun and not taken yet.
  [[nodiscard]] std::size_t waiting() const {
    return routes_.size() + retry_queue_.size() + resolved_.size();
  }

  // No more targets are to come.
  void finish() {
    if (options_.shared) options_.shared->finish();
  }
  // What the inquiries share has no question any more.
  [[nodiscard]] bool quiet() const {
    return !open_ || !options_.shared || options_.shared->quiet();
  }

 private:
  struct Pending {
    Pending(targets::Target&& its_target, bool is_domain, const NameOptions& options,
            Instant its_since);
    [[nodiscard]] std::vector<Destination> destinations() const;

    targets::Target target;
    bool mail_domain;
    std::optional<Route> route;  // Nothing: the target is an address.
    std::shared_ptr<Inquiry> inquiry;
    Instant since;
    std::optional<Instant> led_to;  // When its servers were known.
  };
  struct Finished {
    Pending pending;
    std::vector<Destination> destinations;
  };
  struct Retry {
    targets::Target target;
    bool mail_domain;
    Instant since;
    Instant again;
  };

  // Whether our resolver does not answer, but has not been silent for longer than our patience.
  [[nodiscard]] bool awaits_resolver() const {
    return !resolver_.reachable() && now_ - silent_since_ < options_.patience;
  }
  void begin_again(targets::Target&& target, bool mail_domain, Instant since);
  void ask(std::uint32_t number, Pending& pending);
  void answer(Pending& pending, std::uint32_t question, const dns::Answer& answer);
  void finish(std::uint32_t number, Pending& pending);
  [[nodiscard]] static Resolved resolve(const Pending& pending, Destination&& destination);
  void collect();
  void collect_documents();
  void ask_shared();

  NameOptions options_;
  LookupCallback on_lookup_;  // May be empty.
  bool open_ = false;
  Instant now_{};
  bool excused_ = false;
  Instant silent_since_{};  // When our resolver was last known to answer.
  ring::Ring ring_;
  dns::Resolver resolver_;
  dns::RingWatch watch_{ring_, resolver_};
  fetch::Fetcher fetcher_;                   // Opened if the options have one.
  std::deque<fetch::Request> requests_;      // Those for which the fetcher has no room yet.
  std::map<std::uint32_t, Pending> routes_;  // The first begun is the first to be woken.
  std::uint32_t next_number_ = 0;
  std::uint64_t changes_seen_ = 0;  // Of what the inquiries share.
  std::deque<Retry> retry_queue_;
  // Expanded into servers only by take(), because each server has a copy of the target.
  std::deque<Finished> resolved_;
  std::size_t octets_ = 0;  // Held by the targets of these three containers.
};

}  // namespace mxsweep::names
