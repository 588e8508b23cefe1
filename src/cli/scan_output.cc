// SPDX-License-Identifier: MIT
// The flags of mxsweep scan for long sweeps: compression, rotation, the time it may take.
#include <fmt/format.h>

#include "cli/certificate_words.h"
#include "cli/choice.h"
#include "cli/scan_flags.h"
#include "mxsweep/files/rotation.h"

namespace mxsweep::cli {
namespace {

// The choices of --compress.
constexpr Choice<bool> kCompressions[] = {{"none", false}, {"zstd", true}};

Status read_rotation(const std::string& text, files::Rotation& rotation) {
  const std::optional<files::Rotation> read = files::read_rotation(text);
  if (read) rotation = *read;
  if (read) return {};
  return Status::unusable(
      fmt::format("'{}' is neither a size nor an age: {}", printable(text), files::kRotationForms));
}

}  // namespace

void add_output(Command& command, ScanFlags& flags) {
  command.add_choice("--compress", "METHOD", flags.compress, kCompressions,
                     "Compress the records: none or zstd; a file whose name ends in .zst is "
                     "compressed without it");
  command.add_value(
      "--rotate", "SIZE|AGE",
      [&flags](const std::string& text) { return read_rotation(text, flags.rotation); },
      "Begin a new file of records at this size (100MB, 1GB) or age (15m, 1h); finished ones are "
      "renamed: out.jsonl to out-000001.jsonl, and so on");
  command
      .add_duration("--max-runtime", flags.max_runtime,
                    "End the sweep after this time as SIGINT does, with exit status 1")
      .shows("no end");
}

}  // namespace mxsweep::cli
