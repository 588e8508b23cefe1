// SPDX-License-Identifier: MIT
// Makes round trips for the loop, in a thread with an engine of its own, which is started by the
// first one.
//
//   Shape     use() the recipes of all checks; run() and take() in the loop's thread; `bell` is
//             notified when a trip has ended.
//   Limits    watch::kTripBreak between the beginnings of two trips of a check, kTripsAtOnce at the
//             same time: what comes too early waits.
//   Steps     of an order: that break; the programs that print its secrets, again for each trip;
//             the names of its hosts; the trip.
//   Lifetime  stop(), or the destructor, interrupts the trips; they have no result.
//   Errors    what is a fault of this machine is a result that says nothing. failure(): why there
//             is no engine.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "monitor/machine.h"
#include "monitor/name_thread.h"
#include "monitor/program_thread.h"
#include "monitor/run_result.h"
#include "mxsweep/scope/scope.h"
#include "mxsweep/threads/doorbell_queue.h"
#include "mxsweep/trips/recipe.h"
#include "mxsweep/trips/trips.h"

namespace mxsweep::monitor {

inline constexpr std::size_t kTripsAtOnce = 32;

// Sets cause, text and data by what a trip has shown.
void judge_trip(const roundtrip::Report& report, RunResult& result);

class TripThread {
 public:
  TripThread(const std::string& helo, const Machine& machine, threads::Doorbell& bell);
  ~TripThread() { stop(); }
  TripThread(const TripThread&) = delete;
  TripThread& operator=(const TripThread&) = delete;

  // Orders to come are made by these.
  void use(std::shared_ptr<const trips::Recipes> recipes) { recipes_ = std::move(recipes); }
  // Requires: there is a recipe of that name.
  void run(std::uint64_t number, const std::string& name);
  [[nodiscard]] bool take(RunResult& result) { return results_.pop(result); }
  [[nodiscard]] bool has_results() const { return !results_.empty(); }
  [[nodiscard]] Status failure() const;
  void stop();

 private:
  struct Order {
    std::uint64_t number = 0;
    std::string name{};
    trips::Recipe recipe{};
    Instant not_before{};
    std::size_t secrets_open = 0;
    std::size_t names_open = 0;
    bool begun = false;  // Its secrets and names are asked for.
    Instant asked{};
    trips::Hosts hosts{};
    std::string local_fault{};  // Not empty: it cannot be made, because of this machine.
    Cause local_cause = Cause::local_check_not_run;
  };
  // What a question for a secret or a name is for.
  struct Question {
    std::uint64_t order = 0;
    bool of_sender = false;  // A secret: else the reader's.
    std::string host{};      // A name.
  };

  void serve();
  void fail(const Status& why);
  Status open();
  void take_orders(Instant now);
  void begin_questions(Order& order, Instant now);
  void ask_secret(Order& order, const config::ConfiguredAccount& account, bool of_sender);
  void ask_name(Order& order, const std::string& host);
  void take_secrets();
  void take_names(Instant now);
  void begin_trips();
  void go_on(Instant now);
  [[nodiscard]] Instant wake() const;
  void end(const roundtrip::Report& report, std::uint64_t number);
  void pass_on(RunResult&& result);

  const std::string helo_;
  const probe::Sources sources_;
  const tls::ClientOptions tls_;
  scope::Scope scope_;
  threads::DoorbellQueue<RunResult> results_;
  std::shared_ptr<const trips::Recipes> recipes_ = std::make_shared<const trips::Recipes>();
  bool started_ = false;

  // Of the thread.
  threads::Doorbell own_bell_;
  NameThread names_;
  ProgramThread programs_;
  tls::Client client_;
  std::optional<probe::Plan> plan_;
  std::optional<trips::Trips> trips_;
  std::map<std::uint64_t, Order> orders_;   // That have not begun, by number.
  std::map<std::uint64_t, Instant> began_;  // Trips that run.
  std::map<std::string, Instant> last_;     // When a trip of a check has begun last.
  std::map<std::uint64_t, Question> questions_;
  std::uint64_t question_ = 0;

  threads::Thread thread_;
  mutable std::mutex lock_;
  std::deque<Order> ordered_;
  Status failure_;
  std::atomic<bool> ends_ = false;
};

}  // namespace mxsweep::monitor
