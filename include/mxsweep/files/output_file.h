// SPDX-License-Identifier: MIT
// A file to write, opened in two steps, so that its old content is kept until the whole command is
// known to be valid.
//
//   Shape     open() checks that the file can be written; begin() truncates it. A path that names
//             an inherited descriptor ("-", /dev/stdout, /dev/stderr, /dev/fd/N, /proc/self/fd/N)
//             stands for that descriptor, which is never truncated.
//   Lifetime  the destructor closes the file, and removes it if open() created it and begin() was
//             not called.
//   Errors    the sentence of a Status begins with the path.
#pragma once

#include <cstdint>
#include <string>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // `minus`: the descriptor that "-" stands for. Blocks until a FIFO has a reader.
  Status open(const std::string& path, int minus = 1);
  Status begin();
  // Closes the file and opens `path`, to append to it or, unless it may exist, to create it.
  // Returns an errno; the file is then closed.
  [[nodiscard]] int open_again(const std::string& path, bool may_exist);
  // Returns the errno of close(2): some file systems (NFS, quotas) report only then that there was
  // no room. An inherited descriptor is left open.
  [[nodiscard]] int close();

  // Cuts a regular file off and writes on from there. Returns an errno.
  [[nodiscard]] int cut_at(std::uint64_t octets);
  [[nodiscard]] std::uint64_t octets() const;  // Size; 0 if it is not known.

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool is_regular() const { return regular_; }
  [[nodiscard]] bool is_inherited() const { return inherited_; }
  [[nodiscard]] const std::string& name() const { return name_; }  // For messages.

 private:
  std::string name_;
  int descriptor_ = -1;
  bool regular_ = false;
  bool inherited_ = false;
  bool created_ = false;
};

// The inherited descriptor that the path names; -1: it names none.
[[nodiscard]] int named_descriptor(const std::string& path, int minus);

}  // namespace mxsweep::files
