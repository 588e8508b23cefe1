// SPDX-License-Identifier: MIT
// A stub resolver with a cache: sends questions to the system's or the user's recursive resolvers.
// Equal questions that are in flight at the same time are sent once.
//
//   Source    RFC 1035 section 7 (resolver), RFC 9520 (caching of failures). Built on c-ares 1.18
//             or newer, which owns the sockets, doubles the timeout with each retry, goes through
//             the servers in turn and repeats a truncated response's query over TCP. No search
//             list, no hosts file.
//   Shape     ask(), and later take() returns the answer with the same ticket. In between the
//             caller polls the descriptors that take_watch() returns (RingWatch does that), calls
//             on_ready() for them, and calls on_time() at next_deadline(). Nothing blocks.
//   Units     `now` is for the TTLs of cached answers and our own deadlines; c-ares reads a clock
//             of its own for the timeouts of queries.
//   Memory    the cache is bounded by answers_max. Unanswered questions are bounded only by the
//             caller; waiting() is their number.
//   Lifetime  used by one thread. An Answer is shared and may outlive the Resolver.
//   Errors    open() returns why it failed. Later every failure is the LookupStatus of an Answer.
//             A question without any response ends as `timeout` (this name's failure) or
//             `unreachable` (no server answers anything). If recent responses do not decide which,
//             a query of our own does: the check, for ". NS".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/lookup_counts.h"
#include "mxsweep/core/random.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::dns {

class Cache;

struct Server {
  Address address;
  std::uint16_t port = 53;
};
inline constexpr std::size_t kServersMax = 8;

struct ResolverOptions {
  std::vector<Server> servers;                  // In the order to try them. Empty: the system's.
  Duration patience = std::chrono::seconds{1};  // Timeout of the first try; doubled for each retry.
  int tries = 4;                                // For each server.
  // A question answered by SERVFAIL, which a busy resolver may send, is asked once more after this
  // time, when resolvers have dropped the failure from their caches (RFC 9520 section 3.2; Unbound:
  // 5 s). Zero: never.
  Duration second_try = std::chrono::seconds{6};
  std::uint32_t in_flight_max = 1000;  // Of 32,000 that ids allow; the rest waits in a queue.
  std::size_t answers_max = 65536;     // In the cache: at most 32 MiB.
  Duration ttl_most = std::chrono::hours{24};  // An answer is kept for no longer than this.
  std::uint64_t seed = 0;                      // For the ids of queries.
};

// What to poll a descriptor for from now on; replaces the earlier Watch of the same descriptor.
// Neither readable nor writable: stop polling it, since it is about to be closed.
struct Watch {
  int descriptor = -1;
  bool readable = false;
  bool writable = false;
};

struct Finished {
  std::uint64_t ticket = 0;
  std::shared_ptr<const Answer> answer;
};

class Resolver {
 public:
  Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  Status open(const ResolverOptions& options);
  // The servers in use, in the order to try them.
  [[nodiscard]] const std::vector<Server>& servers() const { return options_.servers; }

  // The ticket is the caller's and comes back with the answer. Requires: open() succeeded;
  // is_name(name).
  void ask(std::string_view name, Type type, std::uint64_t ticket, Instant now,
           Checking checking = Checking::enabled);
  [[nodiscard]] bool take(Finished& finished);  // False: no question has been answered.

  [[nodiscard]] bool take_watch(Watch& watch);  // False: there is no change.
  void on_ready(int descriptor, bool readable, bool writable, Instant now);
  void on_time(Instant now);
  [[nodiscard]] Instant next_deadline() const;  // kNever: no query is in flight or delayed.

  // False from the time that the check (". NS") found no server answering until one answers.
  [[nodiscard]] bool reachable() const { return reachable_; }
  // Questions that are not sent yet, because enough others are in flight.
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  // Distinct questions without an answer yet.
  [[nodiscard]] std::size_t waiting() const { return lookups_.size(); }
  [[nodiscard]] const LookupCounts& counts() const { return counts_; }

 private:
  struct Channel;
  struct Lookup;

  Status open_channel(std::size_t first);
  Status find_servers();
  void on_broken_stream(int descriptor);
  void settle();
  void send(Lookup& lookup);
  void send_check();
  void on_response(Lookup& lookup, int status, int timeouts, std::string_view octets);
  void on_answer(Lookup& lookup, Answer answer, std::size_t server);
  [[nodiscard]] bool try_later(Lookup& lookup);
  void on_failure(Lookup& lookup, int status, int timeouts);
  void on_check(bool alive);
  void finish(const Lookup& lookup, Answer answer);
  void fail(const Lookup& lookup, LookupStatus status);
  [[nodiscard]] bool silent(Duration span) const;

  ResolverOptions options_;
  // One for each server. Each knows all the servers and starts with its own.
  std::vector<std::unique_ptr<Channel>> channels_;
  std::size_t preferred_ = 0;  // The channel whose first server answered last.
  std::unique_ptr<Cache> cache_;
  Random random_{0};
  Instant now_{};

  std::unordered_map<std::string, Lookup> lookups_;           // By question.
  std::deque<Lookup*> queue_;                                 // Not sent yet.
  std::deque<std::pair<Instant, Lookup*>> servfail_retries_;  // By the time of the second try.
  std::vector<Lookup*> unclassified_;  // Failed; the check decides: the name's failure or servers'.
  std::unique_ptr<Lookup> check_;
  bool checking_ = false;
  std::uint32_t in_flight_ = 0;  // The check included.
  std::uint32_t window_ = 1;     // The present limit of in_flight_.
  Instant silent_since_{};       // No response since then, although queries were in flight.
  Instant last_tick_{};
  Instant stream_broke_{};  // When a TCP stream last ended in the middle of a response.
  bool reachable_ = true;

  std::string question_;  // Scratch.
  std::deque<Finished> finished_;
  std::deque<Watch> watches_;
  std::vector<std::pair<int, Channel*>> descriptors_;
  LookupCounts counts_;
};

}  // namespace mxsweep::dns
