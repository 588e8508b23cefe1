// SPDX-License-Identifier: MIT
// When an output begins a new file, and the names of its finished files.
//
//   Shape    "100MB", "1GB", "512KiB": a size; "1h", "15m": an age, as in core/duration.h. A
//            finished "out.jsonl" becomes "out-000001.jsonl"; "out.jsonl.zst" becomes
//            "out-000001.jsonl.zst".
//   Units    octets: KB, MB, GB and TB are powers of 1000, KiB, MiB, GiB and TiB powers of 1024.
//   Errors   read_rotation() returns nothing for anything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::files {

// A file of one chunk holds so much anyway.
inline constexpr std::uint64_t kRotationOctetsMin = 64 * 1000;
inline constexpr Duration kRotationAgeMin = std::chrono::seconds{1};
// The second half of an error message: "'5x' is neither a size nor an age: " and this.
inline constexpr std::string_view kRotationForms =
    "write 100MB, 1GB or 512MiB, from 64KB, or 30m, 1h or 24h, from 1s";

struct Rotation {
  std::uint64_t octets = 0;  // 0: a file may have any size.
  Duration age{};            // Zero: and any age.

  [[nodiscard]] bool wanted() const { return octets != 0 || age != Duration::zero(); }
};

[[nodiscard]] std::optional<Rotation> read_rotation(std::string_view text);

// The name of the finished file with that number, counted from 1.
[[nodiscard]] std::string numbered(const std::string& path, std::uint64_t number);
// A file that has such a name for that path; empty: there is none.
[[nodiscard]] std::string find_numbered(const std::string& path);

}  // namespace mxsweep::files
