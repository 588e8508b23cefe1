// SPDX-License-Identifier: MIT
// What a whole sweep came to: counted per worker, added up at the end, told in one line and as
// JSON.
//
//   Shape     lines read -> probes -> records written: they must agree, and agrees() says whether.
//   Units     Durations; octets.
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

// What one worker (or the feeder, for lines that cannot be read) counts.
struct Tally {
  std::uint64_t records = 0;
  std::uint64_t shared = 0;  // Of these: counted here and in the next two, and nowhere below.
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  std::array<std::uint64_t, kCauseCount> causes{};
  std::array<Histogram, kPhaseCount> phases{};
  Histogram total;

  std::array<std::uint64_t, kOfferedCount> starttls{};  // Records that say whether it is offered.
  std::uint64_t handshakes = 0;                         // Those that were finished.
  std::array<std::uint64_t, 4> tls_versions{};          // Of these, by tls::Version.
  std::uint64_t verified = 0;                           // Servers that showed a certificate.
  std::uint64_t not_verified = 0;

  void count(const Record& record);
  void merge(const Tally& other);

 private:
  void count(const tls::Facts& facts);
};

struct Summary {
  Tally tally;
  std::uint64_t lines_read = 0;     // All lines, comments and blank ones included.
  std::uint64_t lines_skipped = 0;  // Blank lines and comments.
  std::uint64_t lines_invalid = 0;  // Lines that became an "invalid" record.
  std::uint64_t targets = 0;        // What the other lines came to, ports and prefixes expanded.
  std::uint64_t targets_not_started = 0;  // Read, but the sweep stopped first: no record.
  std::uint64_t probes = 0;               // Conversations tried to their end.
  std::uint64_t records_written = 0;      // Lines that reached the output whole.
  std::uint64_t records_unwritten = 0;    // Made, and lost: the output failed or was given up.
  std::uint64_t octets_written = 0;
  std::optional<std::uint64_t> certificates_written;  // Absent: nobody asked for them.
  std::optional<std::uint64_t> domains_written;       // The same for domain summaries.
  std::optional<LookupCounts> lookups;                // Absent: no name was asked for.
  std::uint64_t servers_forgotten = 0;  // To keep within memory: visited again if met again.
  std::uint64_t local_shortages = 0;    // Times that a local shortage braked admission.
  std::uint32_t in_flight_peak = 0;
  std::uint64_t memory_peak_octets = 0;  // Resident.
  double cpu_seconds = 0;
  Duration deadline_late_max{};  // The latest that a deadline was served after its time.
  Duration elapsed{};
  WallTime start{};
  WallTime end{};
  std::string stopped;  // Why it stopped early; empty when it ran to its end.
  std::string command_line;
  std::string version;
  std::string kernel;
  std::vector<std::string> ring_features;  // io_uring features in use, by name.

  // Every target and every unreadable line has its record, except those that were not started, and
  // every record was written or is known to be lost.
  [[nodiscard]] bool agrees() const;
};

[[nodiscard]] std::string summary_json(const Summary& summary);  // One object, LF at its end.
[[nodiscard]] std::string summary_line(const Summary& summary);  // For stderr, no LF.

}  // namespace mxsweep::results
