// SPDX-License-Identifier: MIT
// A list of targets, opened and read as a stream of text.
//
//   Shape     a file, standard input, or words of the command line. Words become an in-memory file
//             with one line for each, so that every reader of lists can read them.
//   Memory    one block, while it is open.
//   Lifetime  the octets of a read() are valid until the next one. The destructor closes the
//             descriptor, unless it is standard input.
//   Errors    open() and failure(): why the source cannot be read, without its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

struct ListSource {
  std::string path = "-";          // "-": standard input. Ignored if there are words.
  std::vector<std::string> words;  // Requires: no line end in any of them.
};

// "list.txt", "standard input", "the command line"
[[nodiscard]] std::string name_of(const ListSource& source);

class List {
 public:
  List() = default;
  ~List() { close(); }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  // Requires: it is not open.
  Status open(const ListSource& source);
  void close();

  enum class Read : std::uint8_t {
    octets,
    nothing_yet,  // It is not a regular file: wait until the descriptor can be read.
    end,
    failed,
  };
  // Requires: it is open.
  [[nodiscard]] Read read(std::string_view& octets);
  // To the place where it was when it was opened. Requires: a regular file.
  Status rewind();

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  // A regular file: it can be read without waiting, and again after rewind().
  [[nodiscard]] bool regular() const { return regular_; }
  [[nodiscard]] std::uint64_t octets_all() const { return octets_all_; }  // 0: not known.
  [[nodiscard]] std::uint64_t octets_read() const { return octets_read_; }
  [[nodiscard]] const Status& failure() const { return failure_; }

 private:
  [[nodiscard]] Read fail(Status why);

  int descriptor_ = -1;
  bool regular_ = false;
  std::int64_t start_ = 0;
  std::uint64_t octets_all_ = 0;
  std::uint64_t octets_read_ = 0;
  std::vector<char> block_;
  Status failure_;
};

}  // namespace mxsweep::files
