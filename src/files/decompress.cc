// SPDX-License-Identifier: MIT
#include "files/decompress.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <limits>

#include "mxsweep/core/invariant.h"

namespace mxsweep::files {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kGzipMark = "\x1f\x8b"sv;
constexpr std::string_view kZstdMark = "\x28\xb5\x2f\xfd"sv;
// Behind an octet from 0x50 to 0x5f; pzstd begins with such a frame, which has no data.
constexpr std::string_view kSkippedMark = "\x2a\x4d\x18"sv;

// Whether one is the beginning of the other.
bool agree(std::string_view start, std::string_view mark) {
  return start.starts_with(mark.substr(0, start.size()));
}

bool may_be_skipped_frame(std::string_view start) {
  return !start.empty() && (static_cast<unsigned char>(start[0]) & 0xf0U) == 0x50U &&
         agree(start.substr(1), kSkippedMark);
}

class Gzip final : public Decompressor {
 public:
  Gzip() {
    constexpr int kGzipOnly = 16;
    open_ = inflateInit2(&stream_, MAX_WBITS + kGzipOnly) == Z_OK;
  }
  ~Gzip() override {
    if (open_) inflateEnd(&stream_);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  [[nodiscard]] bool good() const { return open_; }

  Step step(std::string_view input, std::span<char> output) override {
    if (between_ && !input.empty()) {
      if (input.front() == '\0') {
        padded_ = true;
        return {.taken = std::min(input.find_first_not_of('\0'), input.size())};
      }
      if (padded_ || inflateReset(&stream_) != Z_OK) return {.fault = "is followed by other data"};
      between_ = false;
    }
    if (between_) return {};
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    const auto available = static_cast<uInt>(std::min(input.size(), kMost));
    const auto room = static_cast<uInt>(std::min(output.size(), kMost));
    // zlib does not write to its input, although the pointer is not const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = available;
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = room;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    const Step made{.taken = available - stream_.avail_in, .made = room - stream_.avail_out};
    if (result == Z_STREAM_END) between_ = true;
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) return made;
    return {.taken = made.taken,
            .made = made.made,
            .fault = result == Z_MEM_ERROR ? "needs more memory than there is"sv : "is corrupt"sv};
  }
  [[nodiscard]] bool may_end() const override { return between_; }

 private:
  z_stream stream_{};
  bool open_ = false;
  bool between_ = false;  // Behind a member.
  bool padded_ = false;
};

class Zstd final : public Decompressor {
 public:
  Zstd() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) return;
    start_octets_ = next_octets_ = ZSTD_initDStream(stream_);
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kZstdWindowBits);
  }
  ~Zstd() override { ZSTD_freeDStream(stream_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  [[nodiscard]] bool good() const { return stream_ != nullptr; }

  Step step(std::string_view input, std::span<char> output) override {
    if (may_end_ && input.empty()) return {};
    // One block at a time: after an error the library does not say what it has made before.
    ZSTD_inBuffer in{input.data(), std::min(input.size(), next_octets_), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_, &out, &in);
    if (ZSTD_isError(result) == 0) {
      may_end_ = result == 0;
      next_octets_ = may_end_ ? start_octets_ : result;
      return {.taken = in.pos, .made = out.pos};
    }
    const bool too_large = ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge;
    return {.taken = in.pos,
            .made = out.pos,
            .fault = too_large ? "needs more than 128 MiB to be read; try "
                                 "zstdcat --long=31 FILE | mxsweep scan"sv
                               : "is corrupt"sv};
  }
  [[nodiscard]] bool may_end() const override { return may_end_; }

 private:
  ZSTD_DStream* stream_;
  std::size_t start_octets_ = 0;  // Of a frame.
  std::size_t next_octets_ = 0;   // To the end of the block, or of its header.
  bool may_end_ = false;
};

template <typename One>
std::unique_ptr<Decompressor> make() {
  auto one = std::make_unique<One>();
  if (!one->good()) return nullptr;
  return one;
}

}  // namespace

Compression compression_of(std::string_view start) {
  if (start.starts_with(kGzipMark)) return Compression::gzip;
  const bool is_whole = start.size() >= kCompressionMarkOctets;
  if (is_whole && (start.starts_with(kZstdMark) || may_be_skipped_frame(start))) {
    return Compression::zstd;
  }
  return Compression::none;
}

bool may_be_compressed(std::string_view start) {
  return agree(start, kGzipMark) || agree(start, kZstdMark) || may_be_skipped_frame(start);
}

std::unique_ptr<Decompressor> make_decompressor(Compression compression) {
  switch (compression) {
    case Compression::gzip: return make<Gzip>();
    case Compression::zstd: return make<Zstd>();
    case Compression::none: break;
  }
  INVARIANT(false && "there is nothing to decompress");
  return nullptr;
}

}  // namespace mxsweep::files
