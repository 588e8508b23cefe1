// SPDX-License-Identifier: MIT
// The flags of `mxsweep scan`, and what --check prints of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/checks_flags.h"
#include "cli/choice.h"
#include "cli/options.h"
#include "cli/resumption.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/files/list.h"
#include "mxsweep/probe/sources.h"
#include "mxsweep/results/format.h"
#include "mxsweep/scan/capacity.h"
#include "mxsweep/scan/read_scope.h"
#include "mxsweep/scan/scan.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::cli {

// New connections a second by default: a million servers in half an hour, without alarming network
// operators.
inline constexpr double kRateDefault = 500;

inline constexpr std::uint16_t kPortDefault = 25;

inline constexpr std::array<Choice<results::Format>, 2> kFormats{{
    {"mxsweep", results::Format::mxsweep},
    {"zgrab2", results::Format::zgrab2},
}};

inline constexpr std::size_t kMegabyte = 1'000'000;

enum class Order : std::uint8_t { shuffled, input };

struct ScanFlags {
  ConversationFlags conversation;
  NameFlags names;
  ChecksFlags checks;
  bool visits = true;
  std::vector<std::string> input_files;  // Of -f.
  std::vector<std::string> words;        // Targets and lists.
  std::string output = "-";
  results::Format format = results::Format::mxsweep;
  std::vector<std::uint16_t> ports;
  Order order = Order::shuffled;
  std::optional<std::uint64_t> seed;
  targets::Shard shard;
  scan::CapacityRequest capacity;
  probe::Sources sources;
  bool allow_no_fcrdns = false;
  scan::ScopeRequest scope;
  double rate = kRateDefault;
  pace::CourtesyLimits courtesy;
  std::optional<std::uint32_t> retries;
  Duration retry_delay{};
  Duration drain = scan::kDrainDefault;
  files::Rotation rotation;
  bool compress = false;
  Duration max_runtime{};
  std::string checkpoint;
  Duration checkpoint_every = files::kSaveEveryDefault;
  std::string resume;
  std::string summary;
  std::string certificates;
  std::string domains;
  std::string metrics;  // "127.0.0.1:9025"; empty: none.
  std::string check_name;
  bool mail_domains = false;
  bool no_share = false;
  std::size_t share_megabytes = scan::kShareOctetsDefault / kMegabyte;
  bool quiet = false;
  bool progress = false;
  bool check = false;
  bool strict = false;
  std::vector<targets::Target> canaries;  // As given: names are not resolved yet.
  std::string command_line;
  std::vector<std::string> command;  // Its words.
};

// `resumption` may be null. Returns the exit code.
[[nodiscard]] int run_scan(ScanFlags& flags, const Resumption* resumption);

// -f and -o; --own and --exclude; what is reported of the sweep, and --check.
void add_lists(Command& command, ScanFlags& flags);
void add_scope(Command& command, ScanFlags& flags);
void add_reporting(Command& command, ScanFlags& flags);

void add_identity(Command& command, ScanFlags& flags);

// Whether connections may come from each of these addresses.
Status check_sources(const probe::Sources& sources);

// Whether the name of EHLO belongs to us, in words; asks the resolver.
[[nodiscard]] std::string describe_identity(const scan::Options& options);

// Where connections come from, in words.
[[nodiscard]] std::string describe_sources(const probe::Sources& sources);

// What a sweep of many servers of others says on standard error at its start: as what it visits
// them, how fast, and until when.
class Announcement {
 public:
  // Both outlive it.
  Announcement(const ScanFlags& flags, const scan::Options& options)
      : flags_(flags), options_(options) {}

  // Whether it should be made now, which is true once. Never with --quiet.
  [[nodiscard]] bool is_due(const scan::Progress& progress);
  [[nodiscard]] std::string text() const;

 private:
  const ScanFlags& flags_;
  const scan::Options& options_;
  bool made_ = false;
};

// Caps, pauses and retries: docs/politeness.md.
void add_caps(Command& command, ScanFlags& flags);
// "one conversation with an address, then 30s of rest; ...", for --check.
[[nodiscard]] std::string describe_caps(const ScanFlags& flags);

// The flags of an output that lasts: its files, and when the sweep ends.
void add_output(Command& command, ScanFlags& flags);

// Servers that show whether our own network works: docs/long-sweeps.md.
void add_canaries(Command& command, ScanFlags& flags);
// For --check.
[[nodiscard]] std::string describe_canaries(const ScanFlags& flags);
// The canaries' addresses. Names are resolved, which takes as long as the resolver does.
[[nodiscard]] Result<std::vector<targets::Target>> find_canaries(const ScanFlags& flags);

void add_checkpoint(Command& command, ScanFlags& flags);
// --resume: returns the exit code of the sweep, or of its refusal.
[[nodiscard]] int resume(const Command& command, const ScanFlags& flags);
// In a run that resumes a sweep, whose flags are those of the first run.
void apply(const Resumption& resumption, ScanFlags& flags);
// `resumption` may be null.
[[nodiscard]] scan::CheckpointOptions checkpoint_options(const ScanFlags& flags,
                                                         const Resumption* resumption);
void hint_at_resume(const ScanFlags& flags);  // Of a sweep that stopped early.

// The lists of the sweep, of -f first, and what is wrong with the words of the command line. A word
// that names an existing file is a list; all others are the lines of one more list, in the place of
// the first of them.
[[nodiscard]] Result<std::vector<files::ListSource>> choose_lists(const ScanFlags& flags);

// Reports why the sweep cannot run; returns the exit code.
[[nodiscard]] int refuse(const Status& status);

// --check: prints the plan and checks whether this machine can run it. It sends nothing to targets.
// Returns the exit code.
[[nodiscard]] int check(const ScanFlags& flags, const scan::Options& options);

}  // namespace mxsweep::cli
