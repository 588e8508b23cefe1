// SPDX-License-Identifier: MIT
// Which servers one worker has visited, what it learned there, and who waits to hear of it: each
// server is visited once, however many lines lead to it.
//
//   Shape     place() every task. Told to visit, the visit ends with settle() or, when it was our
//             own fault that nothing was learned, forget(). take_settled() hands back those who
//             waited; they are placed again.
//   Once      A server is an address, a port and a way to begin TLS. Where TLS was begun, the name
//             counts too (SNI), unless the certificate has that name as well, or kNamesTried names
//             were shown the same: a server that does not care for names is not asked again.
//   Memory    octets_max for what was learned and for waiting tasks. The server that was not
//             asked for for the longest time is forgotten, and visited again if a line leads there;
//             so is the oldest of more than kNamesKept names. When waiting tasks take half of it,
//             it is full(), and no more should be placed until some are served.
//   Lifetime  a Server stays where it is from place() to settle() or forget().
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "mxsweep/core/address.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/scan/task.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::scan {

inline constexpr std::size_t kNamesTried = 3;
inline constexpr std::size_t kNamesKept = 128;  // Of one server, the first included.

class Servers {
 public:
  struct Key {
    Address address;
    std::uint16_t port;
    targets::TlsMode mode;
    friend bool operator==(const Key&, const Key&) = default;
  };

  // One that was visited, or is being visited.
  struct Server {
    struct Visit {
      explicit Visit(probe::Observation&& its) : observation(std::move(its)) {}

      probe::Observation observation;
      std::unique_ptr<const std::string> name;  // It was visited by; null: it did not matter.
      std::unique_ptr<Visit> next;
    };

    // Null: nothing yet, or only silence.
    [[nodiscard]] Visit* first() const {
      const auto* const visit = std::get_if<std::unique_ptr<Visit>>(&learned);
      return visit == nullptr ? nullptr : visit->get();
    }

    const Key* key = nullptr;
    std::variant<std::monostate, probe::Observation, std::unique_ptr<Visit>> learned;
    std::unique_ptr<std::list<Task>> waiting;  // Null: nobody.
    Server* older = nullptr;
    Server* newer = nullptr;
    bool visiting = false;
    bool queued = false;  // In settled_.
    bool linked = false;  // Between oldest_ and newest_.
  };

  explicit Servers(std::size_t octets_max);
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  struct Place {
    const probe::Observation* known = nullptr;  // It answers for this task. Until the next call.
    Server* to_visit = nullptr;                 // Nobody can.
  };
  // Neither of the two: the task was taken, and waits.
  [[nodiscard]] Place place(Task& task, targets::TlsMode mode);

  // `name`: the one that it was visited by.
  void settle(Server& server, std::string_view name, probe::Observation&& seen);
  void forget(Server& server);

  [[nodiscard]] bool take_settled(Task& task);
  [[nodiscard]] bool has_settled() const { return !settled_.empty(); }

  [[nodiscard]] bool full() const { return waiting_octets_ > octets_max_ / 2; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t waiting_octets() const { return waiting_octets_; }
  [[nodiscard]] std::size_t octets() const { return octets_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }  // For want of memory.

 private:
  // With a node and its places in the table, which is twice as large as need be.
  static constexpr std::size_t kServerOctets = sizeof(Server) + sizeof(Key) + 56;
  struct Hash {
    std::size_t operator()(const Key& key) const {
      const std::uint64_t rest = std::uint64_t{key.port} << 8 | static_cast<std::uint8_t>(key.mode);
      return hash(key.address, rest);
    }
  };

  [[nodiscard]] static const probe::Observation* answer(const Server& server,
                                                        std::string_view name);
  [[nodiscard]] static std::size_t octets_of(const Server::Visit& visit);
  void drop_oldest_name(Server::Visit& first);
  void ended(Server& server);
  void keep(Server& server);
  void forget_what_is_too_much();
  void link(Server& server);
  void unlink(Server& server);
  void drop(Server& server);
  [[nodiscard]] std::size_t hold(const tls::Chain* chain);
  [[nodiscard]] std::size_t let_go(const tls::Chain* chain);

  std::size_t octets_max_;
  std::size_t octets_ = 0;
  std::size_t waiting_ = 0;
  std::size_t waiting_octets_ = 0;
  std::uint64_t forgotten_ = 0;
  std::unordered_map<Key, Server, Hash> servers_;
  std::deque<Server*> settled_;  // Some who waited there need wait no longer.
  // Those that may be dropped, in the order in which they were last asked for.
  Server* oldest_ = nullptr;
  Server* newest_ = nullptr;
  // How many visits hold each chain: its memory counts once.
  std::unordered_map<const tls::Chain*, std::uint32_t> chains_;
};

}  // namespace mxsweep::scan
