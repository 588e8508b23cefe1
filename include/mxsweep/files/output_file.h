// SPDX-License-Identifier: MIT
// A file to write, opened in two steps, so that nothing is lost before it is known that all is
// well.
//
//   Shape     open() finds out whether it can be written; begin() throws away what it held before.
//             A path that names a descriptor of ours ("-", /dev/stdout, /dev/stderr, /dev/fd/N,
//             /proc/self/fd/N) is that descriptor, and what was written there before stays.
//   Lifetime  closed by the destructor; a file that open() has created and that was not begun is
//             removed again.
//   Errors    the sentence begins with the path.
#pragma once

#include <string>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // `minus`: the descriptor that "-" is. Waits for the reader of a FIFO.
  Status open(const std::string& path, int minus = 1);
  Status begin();
  // The errno of close(): some file systems (NFS, quotas) tell only then that there was no room.
  // Does nothing to a descriptor that was ours before.
  [[nodiscard]] int close();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool is_regular() const { return regular_; }
  [[nodiscard]] bool is_inherited() const { return inherited_; }
  [[nodiscard]] const std::string& name() const { return name_; }  // For sentences.

 private:
  std::string name_;
  int descriptor_ = -1;
  bool regular_ = false;
  bool inherited_ = false;
  bool created_ = false;
};

// The descriptor that the path names; -1: it names none.
[[nodiscard]] int named_descriptor(const std::string& path, int minus);

}  // namespace mxsweep::files
