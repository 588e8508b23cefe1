// SPDX-License-Identifier: MIT
// The summary of a whole sweep: counted per worker, added up at the end, printed as one line and as
// JSON.
//
//   Shape     lines read -> probes -> records written: these must agree; agrees() checks it.
//   Units     Durations; octets.
//   Errors    none: counts that disagree are reported in line and JSON.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/lookup_counts.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/results/histogram.h"
#include "mxsweep/results/record.h"

namespace mxsweep::results {

// The counts of one worker, or of the feeder for lines that cannot be read.
struct Tally {
  std::uint64_t records = 0;
  std::uint64_t shared = 0;  // Of these; counted only in records, shared, outcomes and causes.
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  std::array<std::uint64_t, kCauseCount> causes{};
  std::array<Histogram, kPhaseCount> phases{};
  Histogram total;

  std::array<std::uint64_t, kOfferedCount> starttls{};  // Records with "starttls", by Offered.
  std::uint64_t handshakes = 0;                         // Completed ones.
  std::array<std::uint64_t, 4> tls_versions{};          // Of these, by tls::Version.
  std::uint64_t verified = 0;                           // Servers that sent a certificate.
  std::uint64_t not_verified = 0;

  void count(const Record& record);
  void merge(const Tally& other);

 private:
  void count(const tls::Facts& facts);
};

struct Summary {
  Tally tally;
  std::uint64_t lines_read = 0;       // All lines, comments and blank ones included.
  std::uint64_t lines_skipped = 0;    // Blank lines and comments.
  std::uint64_t lines_invalid = 0;    // Lines that became an "invalid" record.
  std::uint64_t targets = 0;          // From all other lines, ports and prefixes expanded.
  std::uint64_t recorded_before = 0;  // Of these and of the invalid lines, by runs before this one.
  std::uint64_t targets_not_started = 0;  // Read, but the sweep stopped first: no record.
  std::string shard;                      // "2/4"; empty: the whole sweep.
  std::uint64_t targets_elsewhere = 0;    // Targets and bad lines that belong to other shards.
  std::optional<std::uint64_t> seed;      // Of the order of the targets; absent: not shuffled.
  std::uint64_t probes = 0;               // Completed conversations, successful or not.
  std::uint64_t retries = 0;              // Visits that were made again, of these.
  std::uint64_t waited = 0;               // Visits that had to wait for politeness.
  std::uint64_t records_written = 0;      // Lines that reached the output completely.
  std::uint64_t records_unwritten = 0;    // Lost: the output failed or was abandoned.
  std::uint64_t octets_written = 0;
  std::uint64_t runs_before = 0;     // That this one has resumed; 0: it is the first.
  std::uint64_t records_before = 0;  // That they have written.
  std::optional<std::uint64_t> certificates_written;  // Absent: not requested.
  std::optional<std::uint64_t> domains_written;       // Absent: not requested.
  std::optional<LookupCounts> lookups;                // Absent: no name was looked up.
  std::string blocklists;               // A JSON array, of each list; empty: none was asked.
  std::uint64_t servers_forgotten = 0;  // Evicted to limit memory; visited again if met again.
  std::uint64_t local_shortages = 0;    // How often a local shortage slowed admission.
  std::uint32_t pauses = 0;             // How often our own network failed.
  Duration paused_for{};                // The time in which nothing was started for that.
  std::uint64_t visited_again = 0;      // Visits that failed for that, and were made again.
  std::uint32_t in_flight_peak = 0;
  std::uint64_t memory_peak_octets = 0;  // Resident set size.
  double cpu_seconds = 0;
  Duration deadline_late_max{};  // The longest delay with which a deadline was handled.
  Duration elapsed{};
  WallTime start{};
  WallTime end{};
  bool unusable = false;  // It stopped because of what the user gave, and must give otherwise.
  std::string stopped;    // Why the sweep stopped early; empty if it ran to its end.
  std::string command_line;
  std::string version;
  std::string kernel;
  std::vector<std::string> ring_features;  // io_uring features in use, by name.

  // Whether every target and every unreadable line has a record, except those that were not
  // started, and every record was written or is known to be lost.
  [[nodiscard]] bool agrees() const;
};

[[nodiscard]] std::string summary_json(const Summary& summary);  // One object, then LF.
[[nodiscard]] std::string summary_line(const Summary& summary);  // For stderr, without LF.

}  // namespace mxsweep::results
