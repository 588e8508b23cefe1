// SPDX-License-Identifier: MIT
// The flags of `mxsweep scan` for the order of the targets and for the division of a sweep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/scan_flags.h"
#include "mxsweep/core/status.h"
#include "mxsweep/targets/shard.h"

namespace mxsweep::cli {

void add_order(Command& command, ScanFlags& flags);
void add_shard(Command& command, ScanFlags& flags);

// Reads the value of --shard, and the environment if it says so.
Result<targets::Shard> choose_shard(const std::string& text);

// Whether the flags make sense in a shard.
[[nodiscard]] Status check_shard(const ScanFlags& flags);

// Gives this shard its part of the caps that are not of a network.
void divide_caps(ScanFlags& flags);

// The seed of the sweep, which is drawn if there is none among the flags. Nothing: the targets are
// not shuffled.
Result<std::optional<std::uint64_t>> choose_seed(const ScanFlags& flags);

// For --check: "shuffled, seed 7".
[[nodiscard]] std::string describe_order(const scan::Options& options);

}  // namespace mxsweep::cli
