// SPDX-License-Identifier: MIT
// A sweep from its list to its summary: here, and only here, thought meets kernel.
//
//   Shape     One feeder, `threads` workers, one writer; the caller's thread waits, hears signals
//             and is told how it goes.
//   Lifetime  run() returns when everything is written and every thread has ended.
//   Errors    run() says why a sweep did not run, and the summary why it did not run to its end;
//             nothing is thrown. A sweep that does not run has not touched what its outputs held.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "mxsweep/core/status.h"
#include "mxsweep/files/trust_store.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/capacity.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::scan {

// As much as some 90,000 servers take that speak TLS and have chains of their own, by kilobytes:
// what they said 0.6, a slot in the table 0.2, TLS 0.4, two certificates 1.3.
inline constexpr std::size_t kShareOctetsDefault = 256'000'000;

inline constexpr Duration kDrainDefault = std::chrono::seconds{10};

struct Options {
  explicit Options(probe::Plan its_plan) : plan(std::move(its_plan)) {}
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  probe::Plan plan;
  tls::ClientOptions tls;    // Requires: check_tls() finds no fault.
  files::TrustStore trust;   // For what is said of it.
  std::string certificates;  // The file that gets each certificate once; empty: none.
  std::string domains;       // The file that gets a line for each mail domain; empty: none.
  // What all workers together remember of servers, in octets; 0: each target is a visit.
  std::size_t share_octets = kShareOctetsDefault;
  names::NameOptions names;
  std::string input = "-";
  std::vector<std::string> targets;  // Instead of `input`: the lines of the list themselves.
  std::string output = "-";
  std::string summary;                 // Where the caller will write it; empty: nowhere.
  std::vector<std::string> also_read;  // Files that no output may overwrite.
  std::vector<std::uint16_t> ports = {25};
  Capacity capacity;
  double rate = 0;  // New connections a second, all workers together; 0: no limit.
  // What open conversations are given when the sweep is told to stop; 0: they are cut off at once.
  Duration drain = kDrainDefault;
  bool strict = false;
};

struct Progress {
  Duration elapsed{};
  std::uint64_t records = 0;
  std::uint32_t in_flight = 0;
  std::array<std::uint64_t, kOutcomeCount> outcomes{};
  std::uint64_t list_octets_read = 0;
  std::uint64_t list_octets = 0;  // 0: not known.
  bool list_ended = false;
  bool stopping = false;
  std::uint64_t shortages = 0;  // Times that a local shortage braked admission so far.
  int last_shortage = 0;        // Its errno.
};

// Called from run()'s own thread, a few times a second.
using ProgressCallback = std::function<void(const Progress&)>;

// A machine that cannot run it, or what cannot be used: a file, a list that is none, --strict's bad
// line.
Result<results::Summary> run(const Options& options, const ProgressCallback& on_progress);

// Whether the options' files can be used, and together: each output can be written, and none is the
// list, another input or another output by any of its names. Leaves all as it was.
Status check_files(const Options& options);

// Opens an engine and closes it again: whether this machine can run one, and with which features.
Result<std::vector<std::string>> check_engine();

// Whether the options can be used.
Status check_tls(const tls::ClientOptions& options);

}  // namespace mxsweep::scan
