// SPDX-License-Identifier: MIT
// What is watched: reads the lists of the groups, keeps the monitors of watch::Watch in agreement
// with them, and with what DNS says of the names in them.
//
//   Shape     read_lists() at the start and for each reload, in any thread. apply() adds what
//             is new and removes what is gone, by the monitors' keys. on_answer() does the same
//             with the addresses of one name.
//   Keys      "GROUP ADDRESS:PORT" or "GROUP ADDRESS,NAME:PORT" for an address of a list;
//             "GROUP NAME:PORT ADDRESS" for each address of a name; "GROUP NAME:PORT" for a mail
//             domain, and for a name of which no address is known; "NAME check:NAME" for a
//             [[check]].
//   Names     are asked for again when a probe is due and the answer is older than kNameAge, when a
//             failure is to be confirmed, and with each probe while they lead nowhere. An address
//             is given up when kAbsencesMost answers in a row lacked it: pools rotate. If DNS says
//             that a name leads nowhere, its monitors keep their addresses, and that is their
//             result; if our resolver cannot be reached, the last known addresses are probed.
//   Memory    16 octets a monitor beside Watch, about 250 a name.
//   Errors    read_lists(): a list cannot be read, or has lines that cannot be: all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/names/task.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::monitor {

inline constexpr std::uint32_t kMonitorsMost = 1'000'000;
inline constexpr std::size_t kProblemsMost = 20;   // Of all lists, before reading ends.
inline constexpr std::size_t kAddressesMost = 64;  // Of a name.
inline constexpr Duration kNameAge = std::chrono::minutes{5};
inline constexpr std::uint8_t kAbsencesMost = 3;

// A target of a list, expanded: one server, or a name; or a [[check]].
struct Listed {
  watch::GroupNumber group = 0;
  bool domain = false;  // A mail domain.
  bool run = false;     // The one of a [[check]].
  targets::Target target;
};

struct Lists {
  std::vector<Listed> targets;
  std::vector<std::string> problems;  // "FILE:LINE: SENTENCE"; not empty: nothing may be applied.
};

[[nodiscard]] Lists read_lists(const watch::Settings& settings);

[[nodiscard]] std::string key_of(std::string_view group, const Listed& listed);

// A server that a name leads to, or a host of it that has none.
struct NameServer {
  Address address;   // Family::none: `cause` says why.
  std::string host;  // Of a mail domain: the MX host.
  Cause cause = Cause::none;
  std::uint16_t preference = 0;
  std::uint8_t absent = 0;                       // Answers in a row without it.
  watch::MonitorId monitor = watch::kNoMonitor;  // Of a host's address.
};

struct WatchedName {
  std::string key;
  watch::GroupNumber group = 0;
  bool domain = false;
  bool asking = false;
  bool wanted = false;           // By the latest lists.
  bool resolver_failed = false;  // The latest question had no answer, for reasons of ours.
  Cause cause = Cause::none;     // Of the latest answer: why it leads to no server.
  Phase phase = Phase::dns;      // Of that cause.
  std::uint32_t generation = 0;  // Of this place in the table: tells late answers apart.
  Instant answered = Instant::min();
  targets::Target target;
  std::vector<NameServer> servers;           // Of a mail domain: those of the best preference.
  watch::MonitorId own = watch::kNoMonitor;  // Of a mail domain, or of a name without addresses.
  std::vector<watch::MonitorId> waiting;     // Probes that wait for the answer.
};

class Roster {
 public:
  static constexpr std::uint32_t kNoName = 0xffff'ffff;

  // `on_removed`: called before a monitor is removed from Watch.
  // `most`: monitors, at most.
  Roster(watch::Watch& watch, std::uint32_t most, std::function<void(watch::MonitorId)> on_removed)
      : watch_(watch), most_(most), on_removed_(std::move(on_removed)) {}

  struct Applied {
    std::uint32_t added = 0;
    std::uint32_t removed = 0;
    std::uint32_t repeated = 0;  // Targets that are listed twice in a group.
  };
  // The group numbers are those of the settings that Watch has by now. `known`: keys of an earlier
  // process, so that names begin with the addresses that they had.
  Applied apply(std::vector<Listed>&& targets, const std::vector<std::string>& known,
                const watch::Moment& now);
  // Before Watch::reload(): puts the groups into such an order that those which stay keep their
  // numbers, as far as possible, and removes the monitors of groups that are gone.
  void settle_groups(watch::Settings& next, const watch::Moment& now);

  [[nodiscard]] std::uint32_t size() const { return size_; }  // Monitors.
  [[nodiscard]] std::uint32_t most() const { return most_; }
  // Addresses of names that are not watched, because there are too many monitors.
  [[nodiscard]] std::uint32_t refused() const { return refused_; }

  // How a monitor is visited, beside what Watch knows of it.
  [[nodiscard]] targets::TlsMode tls_of(watch::MonitorId monitor) const {
    return places_[monitor].tls;
  }
  [[nodiscard]] Protocol protocol_of(watch::MonitorId monitor) const {
    return places_[monitor].protocol;
  }
  // Its line in the group's list.
  [[nodiscard]] std::uint32_t line_of(watch::MonitorId monitor) const {
    return places_[monitor].line;
  }
  [[nodiscard]] WatchedName* name_of(watch::MonitorId monitor);  // Null: of a plain address.

  // Whether DNS must answer before this monitor can be probed, or only should be asked.
  enum class Asks : std::uint8_t { no, beside, before };
  [[nodiscard]] static Asks asks(const WatchedName& name, bool fresh, Instant now);
  // The question for that name; its number comes back with the answer.
  [[nodiscard]] targets::Target question(WatchedName& name);
  // Null: the name is no longer watched.
  WatchedName* on_answer(const std::vector<names::Resolved>& servers, const watch::Moment& now);

 private:
  struct Place {
    std::uint32_t name = kNoName;
    std::uint32_t sweep = 0;  // Of the lists that had it last.
    std::uint32_t line = 0;
    targets::TlsMode tls = targets::TlsMode::automatic;
    Protocol protocol = Protocol::smtp;
    bool used = false;
  };

  // kNoMonitor: there are too many.
  watch::MonitorId add(watch::Monitor&& monitor, const targets::Target& target, std::uint32_t name,
                       const watch::Moment& now);
  void remove(watch::MonitorId monitor, const watch::Moment& now);
  void remove_name(std::uint32_t number, const watch::Moment& now);
  void note_how(watch::MonitorId monitor, const targets::Target& target);
  bool apply_server(Listed& listed, const watch::Moment& now, Applied& applied);
  void apply_name(Listed& listed, const watch::Moment& now, Applied& applied);
  void add_known(const std::vector<std::string>& known, const watch::Moment& now);
  void add_address(std::uint32_t number, const Address& address, const watch::Moment& now);
  void on_host(std::uint32_t number, const std::vector<names::Resolved>& servers,
               const watch::Moment& now);
  void on_domain(WatchedName& name, const std::vector<names::Resolved>& servers,
                 const watch::Moment& now);
  [[nodiscard]] watch::Monitor monitor_of(const WatchedName& name) const;
  [[nodiscard]] static std::uint64_t hash_of(const targets::Target& target);

  watch::Watch& watch_;
  std::uint32_t most_;
  std::uint32_t size_ = 0;
  std::uint32_t refused_ = 0;
  std::function<void(watch::MonitorId)> on_removed_;
  std::vector<Place> places_;  // By MonitorId.
  std::vector<WatchedName> names_;
  std::vector<std::uint32_t> free_names_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // Of names, by their keys.
  std::uint32_t sweep_ = 0;
};

}  // namespace mxsweep::monitor
