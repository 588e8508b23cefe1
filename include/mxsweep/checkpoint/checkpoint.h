// SPDX-License-Identifier: MIT
// How far a sweep has come, as a text that another run can continue from. Pure.
//
//   Source    RFC 8259 (JSON).
//   Shape     Two lines: a JSON object, and {"checksum":"..."} of the octets before it (FNV-1a, 64
//             bits). Texts that are not UTF-8 are arrays of octets. "done" is every number below
//             one, and then, in turn, how many numbers are not and how many are:
//               "done":{"below":1200,"then":[3,10,1,4]}    1203 to 1212 and 1214 to 1217 are done
//   Units     octets.
//   Errors    decode(): what is wrong with the text, without its name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/checkpoint/ledger.h"
#include "mxsweep/core/status.h"

namespace mxsweep::checkpoint {

inline constexpr std::uint64_t kFormat = 1;
// Numbers between the first unfinished target and the last finished one: days of the highest rate.
inline constexpr std::uint64_t kSpanMax = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kNumberMax = std::uint64_t{1} << 62;

// A list by its content.
struct ListIdentity {
  std::string path;
  std::uint64_t octets = 0;
  std::string sha256;  // In hexadecimal.

  friend bool operator==(const ListIdentity&, const ListIdentity&) = default;
};

// How far an output file was written.
struct FilePosition {
  std::string path;
  std::uint64_t octets = 0;
  std::uint64_t records = 0;   // In it and in all finished files before it.
  std::uint64_t number = 1;    // That the file gets when it is finished.
  std::uint64_t renaming = 0;  // Size of the file before it, if it may not have its number yet.

  friend bool operator==(const FilePosition&, const FilePosition&) = default;
};

struct Checkpoint {
  std::string program;  // Its version.
  bool finished = false;
  std::uint64_t runs = 1;            // That have contributed to it.
  double seconds = 0;                // That they took.
  std::vector<std::string> command;  // The command line of the first run.
  std::string folder;                // In which it was given.
  std::uint64_t seed = 0;
  std::string shard;  // "2/16"; empty: the sweep is not divided.
  std::vector<ListIdentity> lists;
  std::vector<FilePosition> outputs;
  Ledger ledger;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

[[nodiscard]] std::string encode(const Checkpoint& checkpoint);
[[nodiscard]] Result<Checkpoint> decode(std::string_view text);

// The second line, for the first one.
[[nodiscard]] std::string checksum_line(std::string_view first_line);

}  // namespace mxsweep::checkpoint
