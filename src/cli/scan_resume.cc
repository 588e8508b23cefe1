// SPDX-License-Identifier: MIT
// The flags --checkpoint and --resume of mxsweep scan.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "cli/certificate_words.h"
#include "cli/exit_code.h"
#include "cli/resumption.h"
#include "cli/say.h"
#include "cli/scan_flags.h"
#include "mxsweep/files/output_file.h"

namespace mxsweep::cli {
namespace {

// All other flags are those of the first run.
constexpr std::array kMayDiffer = {"--resume",  "--quiet",       "--progress",
                                   "--summary", "--max-runtime", "--metrics"};

std::string folder_now() {
  std::array<char, PATH_MAX> folder{};
  return ::getcwd(folder.data(), folder.size()) == nullptr ? std::string() : folder.data();
}

std::string absolute(const std::string& path) {
  const bool stays =
      path.empty() || path.front() == '/' || files::named_descriptor(path, STDOUT_FILENO) >= 0;
  return stays ? path : folder_now() + "/" + path;
}

Status check_flags(const Command& command, const ScanFlags& flags) {
  for (const Flag& flag : command.flags()) {
    if (!flag.is_given() || std::ranges::find(kMayDiffer, flag.names) != kMayDiffer.end()) continue;
    return Status::unusable(
        fmt::format("{}: --resume takes everything from the checkpoint, except {}", flag.names,
                    fmt::join(kMayDiffer.begin() + 1, kMayDiffer.end(), ", ")));
  }
  if (flags.words.empty()) return {};
  return Status::unusable(fmt::format("'{}': --resume takes the targets from the checkpoint",
                                      printable(flags.words.front())));
}

}  // namespace

void add_checkpoint(Command& command, ScanFlags& flags) {
  const Flag& checkpoint = command.add_text("--checkpoint", "FILE", flags.checkpoint,
                                            "Keep in this file how far the sweep has come, so that "
                                            "it can be resumed after any end; needs "
                                            "lists and outputs that are regular files");
  command.add_duration("--checkpoint-every", flags.checkpoint_every,
                       "Time between two writes of the checkpoint: after a crash so much of the "
                       "work is done again at most");
  command
      .add_text("--resume", "FILE", flags.resume,
                "Go on with the sweep of this checkpoint; needs no other flag, and of the others "
                "only --quiet, --progress, --summary, --max-runtime and --metrics may be given")
      .excludes(checkpoint);
}

int resume(const Command& command, const ScanFlags& flags) {
  if (const Status checked = check_flags(command, flags); !checked.ok()) return refuse(checked);
  Resumption resumption{.checkpoint = nullptr,
                        .path = absolute(flags.resume),
                        .command_line = flags.command_line,
                        .quiet = flags.quiet,
                        .progress = flags.progress,
                        .summary = absolute(flags.summary),
                        .max_runtime = flags.max_runtime,
                        .metrics = flags.metrics};
  Result<checkpoint::Checkpoint> read = scan::read_checkpoint(resumption.path);
  if (!read.ok()) return refuse(read.status());
  if (read->finished) {
    if (!flags.quiet) {
      say("mxsweep: {}: that sweep is finished; there is nothing to resume\n",
          printable(flags.resume));
    }
    return kRanToItsEnd;
  }
  if (::chdir(read->folder.c_str()) != 0) {
    return refuse(Status::unusable(fmt::format("{}: the sweep began in the folder {}: {}",
                                               printable(flags.resume), printable(read->folder),
                                               std::strerror(errno))));
  }
  resumption.checkpoint = std::make_shared<const checkpoint::Checkpoint>(*std::move(read));
  return run_again(resumption);
}

void apply(const Resumption& resumption, ScanFlags& flags) {
  flags.checkpoint = resumption.path;
  if (flags.order == Order::shuffled) flags.seed = resumption.checkpoint->seed;
  flags.command_line = resumption.command_line;
  flags.quiet = flags.quiet || resumption.quiet;
  flags.progress = flags.progress || resumption.progress;
  if (!resumption.summary.empty()) flags.summary = resumption.summary;
  if (resumption.max_runtime != Duration::zero()) flags.max_runtime = resumption.max_runtime;
  if (!resumption.metrics.empty()) flags.metrics = resumption.metrics;
}

scan::CheckpointOptions checkpoint_options(const ScanFlags& flags, const Resumption* resumption) {
  if (flags.checkpoint.empty()) return {};
  scan::CheckpointOptions options{.path = flags.checkpoint,
                                  .every = flags.checkpoint_every,
                                  .program = MXSWEEP_VERSION,
                                  .command = flags.command,
                                  .folder = folder_now(),
                                  .resumed = nullptr};
  if (resumption == nullptr) return options;
  options.resumed = resumption->checkpoint;
  return options;
}

void hint_at_resume(const ScanFlags& flags) {
  if (flags.checkpoint.empty() || flags.quiet) return;
  say("mxsweep: go on with: mxsweep scan --resume {}\n", printable(flags.checkpoint));
}

}  // namespace mxsweep::cli
