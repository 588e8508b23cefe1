// SPDX-License-Identifier: MIT
// Reads the text of a descriptor, which may be compressed. See files/list.h.
//
//   Shape     read() makes at most one system call, so that a pipe which can be read is not waited
//             for.
//   Lifetime  does not close the descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "files/decompress.h"
#include "mxsweep/core/status.h"
#include "mxsweep/files/list.h"

namespace mxsweep::files {

class TextStream {
 public:
  explicit TextStream(int descriptor);

  [[nodiscard]] List::Read read(std::string_view& octets);
  // Whether read() makes no system call.
  [[nodiscard]] bool has_buffered() const { return !needs_input(); }
  [[nodiscard]] std::uint64_t octets_read() const { return octets_read_; }
  [[nodiscard]] const Status& failure() const { return failure_; }

 private:
  [[nodiscard]] std::string_view pending() const { return {block_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] bool needs_input() const;
  [[nodiscard]] List::Read fill();
  [[nodiscard]] bool recognise();
  [[nodiscard]] List::Read decompress(std::string_view& octets);
  [[nodiscard]] List::Read fail(std::string_view why);

  const int descriptor_;
  std::uint64_t octets_read_ = 0;
  std::vector<char> block_;
  std::size_t begin_ = 0;  // Of what was read, but not returned or decompressed.
  std::size_t end_ = 0;
  bool at_end_ = false;  // Of the descriptor.
  bool recognised_ = false;
  Compression compression_ = Compression::none;
  std::unique_ptr<Decompressor> decompressor_;
  std::vector<char> text_;      // What it has made.
  bool text_was_full_ = false;  // There may be more, without further input.
  std::string_view fault_;      // To be reported by the next read().
  Status failure_;
};

}  // namespace mxsweep::files
