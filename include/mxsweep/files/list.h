// SPDX-License-Identifier: MIT
// A list of targets, opened and read as a stream of text.
//
//   Shape     a file, standard input, or words of the command line. Words become an in-memory file
//             with one line for each, so that every reader of lists can read them. gzip and zstd
//             data is recognised by its first octets and decompressed.
//   Memory    one block, and for compressed data another one and the window of its format
//             (files/decompress.h), while it is open.
//   Lifetime  the octets of a read() are valid until the next one. The destructor closes the
//             descriptor, unless it is standard input.
//   Errors    open() and failure(): why the source cannot be read, without its name. Before corrupt
//             or incomplete data, all octets that precede the fault are returned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

class TextStream;

struct ListSource {
  std::string path = "-";          // "-": standard input. Ignored if there are words.
  std::vector<std::string> words;  // Requires: no line end in any of them.
};

// "list.txt", "standard input", "the command line"
[[nodiscard]] std::string name_of(const ListSource& source);

class List {
 public:
  List();
  ~List();
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  // Requires: it is not open.
  Status open(const ListSource& source);
  void close();

  enum class Read : std::uint8_t {
    octets,
    nothing_yet,  // Call it again when there is has_input().
    end,
    failed,
  };
  // Requires: it is open.
  [[nodiscard]] Read read(std::string_view& octets);
  // Whether read() need not wait for a pipe or a terminal.
  [[nodiscard]] bool has_input() const;
  // To the place where it was when it was opened. Requires: a regular file.
  Status rewind();

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  // A regular file: it can be read without waiting, and again after rewind().
  [[nodiscard]] bool regular() const { return regular_; }
  // Octets of the file, compressed or not.
  [[nodiscard]] std::uint64_t octets_all() const { return octets_all_; }  // 0: not known.
  [[nodiscard]] std::uint64_t octets_read() const;
  [[nodiscard]] const Status& failure() const;

 private:
  int descriptor_ = -1;
  bool regular_ = false;
  std::int64_t start_ = 0;
  std::uint64_t octets_all_ = 0;
  std::unique_ptr<TextStream> text_;
};

}  // namespace mxsweep::files
