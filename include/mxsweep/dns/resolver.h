// SPDX-License-Identifier: MIT
// Questions to our own resolver, and its answers: each question on the wire once, however many ask.
//
//   Source    RFC 1035 section 7 (resolver), RFC 9520 (failures), on c-ares 1.18 or newer: it owns
//             the sockets, tries again with twice the patience, takes turns with the servers and
//             goes over to TCP when a response is cut. No search list, no hosts file.
//   Shape     ask(), and later take() with the same ticket. Between them its owner watches the
//             descriptors that take_watch() names (RingWatch does), calls on_ready() and, at
//             next_deadline(), on_time(). Nothing here blocks.
//   Units     c-ares has a clock of its own for its patience; `now` is for what answers hold.
//   Memory    what is asked and not answered is bounded by who asks (waiting() says how much it
//             is); the cache by answers_max.
//   Lifetime  one thread. An Answer lives as long as anyone holds it.
//   Errors    open() says why not. Afterwards all is an Answer's LookupStatus. `timeout` is said
//             of a name, `unreachable` of all the servers: before either is said of a silence, a
//             question of our own (". NS") finds out which it is.
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
  Duration patience = std::chrono::seconds{1};  // For the first try; then twice as much each time.
  int tries = 4;                                // Of each server.
  // After SERVFAIL, which may be a busy resolver's word, the question is asked once more, when
  // resolvers have forgotten the failure (RFC 9520 section 3.2; Unbound: 5 s). Zero: never.
  Duration second_try = std::chrono::seconds{6};
  std::uint32_t in_flight_max = 1000;  // Of 32,000 that ids allow; the rest waits in turn.
  std::size_t answers_max = 65536;     // In the cache: at most 32 MiB.
  std::uint64_t seed = 0;              // Of the queries' ids.
};

// A descriptor to watch from now on, in place of what was said of it before. Neither: to forget; it
// is about to be closed.
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

  // Empty: it worked. Else what is wrong.
  Status open(const ResolverOptions& options);
  // In the order to try them; the system's when none were given.
  [[nodiscard]] const std::vector<Server>& servers() const { return options_.servers; }

  // Requires: open() worked; is_name(name).
  void ask(std::string_view name, Type type, std::uint64_t ticket, Instant now);
  [[nodiscard]] bool take(Finished& finished);

  [[nodiscard]] bool take_watch(Watch& watch);
  void on_ready(int descriptor, bool readable, bool writable, Instant now);
  void on_time(Instant now);
  [[nodiscard]] Instant next_deadline() const;  // kNever: nothing is on its way.

  // False from the moment that no server answered anything until one does.
  [[nodiscard]] bool reachable() const { return reachable_; }
  // Questions that are not answered, each counted once.
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
  // One a server, each with all the servers, from its own on in turn.
  std::vector<std::unique_ptr<Channel>> channels_;
  std::size_t preferred_ = 0;  // The channel whose first server answered last.
  std::unique_ptr<Cache> cache_;
  Random random_{0};
  Instant now_{};

  std::unordered_map<std::string, Lookup> lookups_;           // By question.
  std::deque<Lookup*> queue_;                                 // Not sent yet.
  std::deque<std::pair<Instant, Lookup*>> servfail_retries_;  // Waits for its second try.
  std::vector<Lookup*> unclassified_;  // Failed, and the check will tell whose failure it is.
  std::unique_ptr<Lookup> check_;
  bool checking_ = false;
  std::uint32_t in_flight_ = 0;  // The check included.
  std::uint32_t window_ = 1;     // As many may be, for now.
  Instant silent_since_{};       // No answer since then, although there were questions.
  Instant last_tick_{};
  Instant stream_broke_{};  // The last that ended in the middle of a response.
  bool reachable_ = true;

  std::string question_;  // Scratch.
  std::deque<Finished> finished_;
  std::deque<Watch> watches_;
  std::vector<std::pair<int, Channel*>> descriptors_;
  LookupCounts counts_;
};

}  // namespace mxsweep::dns
