// SPDX-License-Identifier: MIT
// Decompresses gzip and zstd data as a stream.
//
//   Source   RFC 1952 (gzip; RFC 1950 and 1951 by zlib), RFC 8878 (zstd, by libzstd).
//   Shape    Members (gzip) and frames (zstd) may follow one another, as cat and the parallel
//            compressors make them. NUL octets after the last member are padding, as for gzip.
//   Memory   bounded by the window: 32 KiB for gzip, kZstdWindowBits for zstd.
//   Errors   Step::fault, words of static storage: the data is corrupt, or needs a larger window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace mxsweep::files {

inline constexpr std::size_t kCompressionMarkOctets = 4;
inline constexpr int kZstdWindowBits = 27;  // 128 MiB, as for `zstd -d` without --long.

enum class Compression : std::uint8_t { none, gzip, zstd };

// What data that begins with `start` is. Requires: the first kCompressionMarkOctets, or all of it.
[[nodiscard]] Compression compression_of(std::string_view start);
// Whether more octets may make it something else than none.
[[nodiscard]] bool may_be_compressed(std::string_view start);

class Decompressor {
 public:
  Decompressor() = default;
  virtual ~Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  struct Step {
    std::size_t taken = 0;
    std::size_t made = 0;
    std::string_view fault{};
  };
  // Decompresses from `input` to `output`. If it fills `output`, there may be more to come, also
  // without further input. Requires: no step had a fault.
  [[nodiscard]] virtual Step step(std::string_view input, std::span<char> output) = 0;
  // Whether the data may end here: after a whole member or frame.
  [[nodiscard]] virtual bool may_end() const = 0;
};

// Requires: not Compression::none. Null: no memory.
[[nodiscard]] std::unique_ptr<Decompressor> make_decompressor(Compression compression);

}  // namespace mxsweep::files
