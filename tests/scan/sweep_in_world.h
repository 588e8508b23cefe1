// SPDX-License-Identifier: MIT
// A whole sweep in a World: its workers, a feeder, and the promises that must hold whatever the
// network, the kernel and the servers do.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/pace/courtesy.h"
#include "scan/fake_kernel.h"
#include "scan/worker.h"
#include "scan/world.h"

namespace mxsweep::scan {

// The members of a record that these tests check.
struct RecordFields {
  std::size_t line = 0;
  std::string outcome;
  std::string phase;
  std::string cause;
  bool shared = false;
  std::uint32_t attempt = 0;
  std::string enumeration;  // The member as it is; empty: there is none.
};

struct Setting {
  std::uint32_t targets = 30;
  std::uint32_t addresses = 30;
  std::uint32_t workers = 1;
  std::uint32_t concurrency = 16;
  double rate = 0;
  std::size_t share_octets = 0;
  std::uint32_t own_parts = 0;  // Of 1000 addresses, those that are the user's own.
  std::uint32_t operators = 0;  // 0: no target has one.
  pace::CourtesyLimits courtesy = pace::kNoLimits;
  std::size_t waiting_octets = 1'000'000;
  std::uint32_t retries = 0;
  std::uint32_t retries_own = 0;
  Duration retry_delay{};
  std::uint32_t canaries = 0;
  bool outages = false;  // Of the network, and of its route.
  bool resumable = false;
  const tls::ClientOptions* enumerates = nullptr;  // Null: no surveys of own servers.
  Stop stop = Stop::none;
  Duration stop_after{};
  Duration drain{};
  Faults faults;
};

// The expected "outcome cause" of each persona when nothing else goes wrong.
using Expected = std::unordered_map<std::string, std::string>;

class SweepInWorld {
 public:
  SweepInWorld(std::uint64_t seed, const Setting& setting, const probe::Plan& plan,
               const std::vector<sink::Persona>& personas);

  void run();
  // Each promise that was broken, in words; empty: none.
  std::string check(const Expected& expected);

  [[nodiscard]] const std::vector<RecordFields>& fields() const { return fields_; }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] Address address_of_line(std::size_t line) const;
  [[nodiscard]] bool is_own(const Address& address) const {
    return hash(address, 7) % 1000 < setting_.own_parts;
  }
  [[nodiscard]] const Sweeper& sweeper(std::size_t worker) const {
    return workers_[worker].sweeper();
  }
  [[nodiscard]] std::uint64_t not_started() const;
  [[nodiscard]] Pauses pauses() { return doubts_.pauses(world_.time()); }
  [[nodiscard]] std::uint64_t visited_again() const;

 private:
  struct Seen {  // Of an address, a network or an operator.
    std::uint32_t open = 0;
    Instant closed{};
  };

  void feed();
  void fail_network();
  void mend_network();
  void probe_canaries();
  void take_records();
  void count_connection(const Address& address, bool begins);
  [[nodiscard]] std::uint32_t operator_of(const Address& address) const {
    return setting_.operators == 0
               ? 0
               : 1 + static_cast<std::uint32_t>(hash(address, 8) % setting_.operators);
  }
  [[nodiscard]] bool rate_was_broken() const;
  [[nodiscard]] std::string judge(const RecordFields& fields, const Expected& expected) const;
  [[nodiscard]] std::string judge_attempt(const RecordFields& fields) const;

  Setting setting_;
  World world_;
  std::uint32_t first_address_;
  CertificateLog log_;
  Gauges gauges_;
  Admission admission_;
  Doubts doubts_;
  Instant round_began_ = kNever;  // Of a round that goes on.
  threads::Doorbell writer_;
  threads::Doorbell feeder_;
  std::deque<files::Outbox> records_;  // Of each worker.
  std::deque<WorkerOn<FakeKernel>> workers_;
  std::map<Address, Seen> seen_;
  std::map<Address, Seen> seen_networks_;
  std::map<std::uint32_t, Seen> seen_operators_;
  std::uint32_t offered_ = 0;
  std::vector<RecordFields> fields_;
};

}  // namespace mxsweep::scan
