// SPDX-License-Identifier: MIT
// Remembers what pages, API and metrics show and watch::Watch does not keep, and makes their facts.
// Pure; used only while the monitor serves HTTP or writes its pages.
//
//   Shape     fed with what happens, in the loop's thread: on_result(), on_record(), on_run(),
//             on_effects(), forget(). Then each question is a function that returns facts.
//   Remembers the latest results of each monitor, as many as `octets_max` allows and at most
//             kProbesMost; 90 days of groups, exact, and of monitors, to 6 minutes (down: to 2
//             seconds), of more than 10,000 monitors only 30; the latest kIncidentsMost incidents
//             with their evidence, timeline and attempts to tell, as far as 3 MB have room for
//             them; the latest 3,000 distinct certificate paths.
//   Memory    57 MB for 100,000 monitors with 32 MiB of results, and never more than 60
//             (bench/view).
//   Cost      a result well below a microsecond; a page is bounded by its rows, but for those that
//             count all monitors, which are a pass over them: 1 ms for 100,000.
//   Threads   one.
//   Errors    none; nothing: there is no such group, monitor or incident.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/results/histogram.h"
#include "mxsweep/results/record.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/view/metrics_facts.h"
#include "mxsweep/view/monitor_facts.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/history_row.h"
#include "mxsweep/watch/state.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::view {

inline constexpr std::size_t kProbesMost = 1440;
inline constexpr std::size_t kIncidentsMost = 1000;  // Closed ones.

// What a monitor is called in a URL: a hash of its key, the same in all versions. Of two monitors
// with the same one it leads to the first; the other is found by its key.
[[nodiscard]] std::string id_of(std::string_view key);

struct BoardOptions {
  std::uint32_t monitors_expected = 0;        // What is kept of each is less the more there are.
  std::size_t octets_max = 32 * 1024 * 1024;  // For the latest results of all monitors.
};

using watch::MonitorDay;

class Board {
 public:
  // `watch` outlives it.
  Board(const BoardOptions& options, const watch::Watch& watch, const watch::Moment& now);
  ~Board();
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  // What state.db has of incidents that are closed, and of open ones. Before the first effects.
  void restore(watch::Past&& past);
  // What history.db has of the time before this board: earlier days, and the earlier part of today,
  // which is added to what is counted here. At any time: a second row of a day changes nothing.
  void restore(std::span<const MonitorDay> days);

  void on_result(watch::MonitorId id, const watch::HistoryRow& row, const watch::Moment& now);
  void on_record(const results::Record& record);
  void on_run(watch::MonitorId id, RunSaid&& said);
  void on_effects(const watch::Effects& effects, const watch::Moment& now);
  void on_delivered(std::string_view channel, bool ok);
  void on_reload(std::optional<std::string> problem, const watch::Moment& now);
  void forget(watch::MonitorId id);

  // Questions. `first`: the first row of a page, of at most `most`.
  [[nodiscard]] Now now(const watch::Moment& now) const;
  [[nodiscard]] Overview overview(std::uint32_t first_group, std::uint32_t groups_most,
                                  const watch::Moment& now) const;
  [[nodiscard]] std::optional<GroupPage> group(std::string_view name, std::uint32_t first,
                                               std::uint32_t most, const watch::Moment& now) const;
  [[nodiscard]] std::optional<MonitorPage> monitor(std::string_view id,
                                                   const watch::Moment& now) const;
  [[nodiscard]] std::optional<IncidentPage> incident(watch::IncidentId id, std::uint32_t first,
                                                     std::uint32_t most,
                                                     const watch::Moment& now) const;
  [[nodiscard]] CertificateList certificates(std::uint32_t first, std::uint32_t most,
                                             const watch::Moment& now) const;
  struct MonitorFilter {
    std::optional<std::string> group;
    std::optional<watch::State> state;
    std::string after;  // A cursor.
  };
  [[nodiscard]] MonitorList monitors(const MonitorFilter& filter, std::uint32_t most,
                                     const watch::Moment& now) const;
  struct IncidentFilter {
    std::optional<bool> open;
    std::uint64_t below = 0;  // A cursor: only ids below it; 0: from the newest.
  };
  [[nodiscard]] IncidentList incidents(const IncidentFilter& filter, std::uint32_t most,
                                       const watch::Moment& now) const;
  // The latest results of a monitor that memory has, at or after `from`.
  [[nodiscard]] std::optional<History> history(std::string_view id, WallTime from,
                                               std::uint32_t most, const watch::Moment& now) const;
  [[nodiscard]] Metrics metrics(bool per_monitor, const watch::Moment& now) const;

  // By its id, or by its key; the same for each question above.
  [[nodiscard]] std::optional<watch::MonitorId> find(std::string_view id) const;
  // By what a user writes: "mx.example.org", "mx.example.org:25", "192.0.2.1:25", a key; the first
  // monitor that has it.
  [[nodiscard]] std::optional<watch::MonitorId> find_target(std::string_view target) const;
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mxsweep::view
