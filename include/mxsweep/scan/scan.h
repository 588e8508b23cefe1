// SPDX-License-Identifier: MIT
// Runs a sweep, from its list to its summary, with its threads, files and sockets.
//
//   Shape     One feeder thread, `threads` workers, a writer for the output files. The caller's
//             thread waits, handles signals and reports progress.
//   Lifetime  run() returns when everything is written and every thread has ended.
//   Errors    run() returns an error if the sweep did not run; if it stopped early, the summary has
//             the reason. Nothing is thrown. A sweep that did not run has not changed its output
//             files.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/status.h"
#include "mxsweep/files/list.h"
#include "mxsweep/files/rotation.h"
#include "mxsweep/files/trust_store.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/pace/courtesy.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/results/format.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/capacity.h"
#include "mxsweep/scan/checkpoint.h"
#include "mxsweep/scan/identity_options.h"
#include "mxsweep/scope/scope.h"
#include "mxsweep/targets/shard.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::scan {

// Enough for about 90,000 servers with TLS and chains of their own. In kilobytes for each: replies
// 0.6, an entry in the table 0.2, TLS 0.4, two certificates 1.3.
inline constexpr std::size_t kShareOctetsDefault = 256'000'000;

inline constexpr std::size_t kListsMax = 65'535;  // A target has the number of its list.

inline constexpr std::size_t kCanariesMost = 16;
inline constexpr Duration kDrainDefault = std::chrono::seconds{10};

struct Options {
  explicit Options(probe::Plan its_plan) : plan(std::move(its_plan)) {}
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  probe::Plan plan;
  tls::ClientOptions tls;  // Requires: check_tls() finds no fault.
  bool enumerate = false;  // Find out the TLS of servers that are the user's own, in depth.
  std::vector<std::string> server_names{};            // For SNI in that, beside the target's own.
  files::TrustStore trust;                            // To describe it; `tls` has its authorities.
  results::Format format = results::Format::mxsweep;  // Of the records.
  std::string certificates;  // The file that gets each certificate once; empty: none.
  std::string domains;       // The file that gets a line for each mail domain; empty: none.
  // Whether servers are visited. If not, names are resolved and asked about (names/inquiry.h), and
  // `output` has a line for each mail domain, and a record for each target that is none.
  bool visits = true;
  // Memory of all workers together for the results of visits; 0: each target is visited.
  std::size_t share_octets = kShareOctetsDefault;
  names::NameOptions names;
  IdentityOptions identity;
  scope::Scope scope;                    // What may be visited; its freeze() was called.
  std::vector<files::ListSource> lists;  // Requires: at least one, at most kListsMax.
  std::optional<std::uint64_t> seed;     // Of the shuffled order; nothing: that of the lists.
  targets::Shard shard;                  // The part of the sweep that this process does.
  std::string output = "-";
  bool compress = false;  // The records as zstd, also if their file is not called so.
  files::Rotation rotation;
  CheckpointOptions checkpoint;
  std::string summary;                 // The file that the caller will write; empty: none.
  std::vector<std::string> also_read;  // More inputs, which no output may overwrite.
  std::vector<std::uint16_t> ports = {25};
  Capacity capacity;
  // Servers that are known to answer, by their addresses; see scan/canaries.h. At most
  // kCanariesMost.
  std::vector<targets::Target> canaries;
  double rate = 0;  // New connections a second, all workers together; 0: no limit.
  pace::CourtesyLimits courtesy = pace::kNoLimits;  // For targets that are not the user's own.
  std::uint32_t retries = 0;                        // For the same; see pace/retry.h.
  std::uint32_t retries_own = 0;
  Duration retry_delay{};  // Instead of the first delay of pace/retry.h; 0: that one.
  // The time that open conversations have to end after a signal; 0: they are cut off at once.
  Duration drain = kDrainDefault;
  Duration max_runtime{};  // After it the sweep ends as after a signal; zero: it has no end.
  bool strict = false;     // Do not run if a line of the list cannot be read.
};

// When a sweep starts nothing, because this machine has lost its network.
struct Pauses {
  bool paused = false;
  bool route_lost = false;  // While paused: a route is lost. Otherwise no canary answers.
  std::uint32_t held = 0;   // Failures of which it is not known yet whose they are.
  std::uint32_t pauses = 0;
  Duration paused_for{};
};

struct Progress {
  Duration elapsed{};
  std::uint64_t records = 0;
  std::uint32_t in_flight = 0;
  std::uint64_t waiting = 0;  // Targets of the workers that no conversation has begun for.
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  std::uint64_t list_octets_read = 0;
  std::uint64_t list_octets = 0;  // Size of all lists; 0: not known.
  std::uint64_t foreign = 0;      // Targets passed to the workers that are not own.
  bool list_ended = false;
  bool stopping = false;
  // Visits that wait for the caps, and for the moment of a retry; and how long until the first of
  // them may go on; negative: it is not known.
  std::uint32_t polite = 0;
  std::uint32_t retries = 0;
  Duration next_polite{-1};
  Duration next_retry{-1};
  std::uint64_t shortages = 0;        // Local shortages so far.
  int last_shortage = 0;              // Its errno.
  std::uint64_t recorded_before = 0;  // Records and targets that earlier runs have finished.
  bool asked = false;                 // SIGUSR1 has asked for it.
  Pauses pauses;
};

// Called in the thread that called run(), a few times a second.
using ProgressCallback = std::function<void(const Progress&)>;

// Errors: machine: this machine cannot run the sweep. unusable: a file cannot be used, the input is
// not a list, or with `strict` a line cannot be read.
Result<results::Summary> run(const Options& options, const ProgressCallback& on_progress);

// Checks the files of the options: each output can be written, and none of them is a list,
// another input or another output, by whatever path. Changes no file.
Status check_files(const Options& options);

// Opens a ring and closes it again: returns the features of io_uring that this machine has, or why
// it cannot run a sweep.
Result<std::vector<std::string>> check_engine();

// Checks that a TLS client can be opened with these options.
Status check_tls(const tls::ClientOptions& options);

}  // namespace mxsweep::scan
