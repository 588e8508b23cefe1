// SPDX-License-Identifier: MIT
// Runs a program of the user's: text on its standard input, its output and exit status as the
// answer. It never blocks.
//
//   Source    posix_spawn(3), pidfd_open(2).
//   Shape     start(); poll descriptors(), call on_ready() for those that are, until done(); kill()
//             at the deadline.
//   Security  no shell. It gets this process's environment without what belongs to its service
//             manager, default signals, and a process group of its own, which kill() ends as a
//             whole.
//   Limits    as many octets of its output are kept as wanted; the rest is read and dropped.
//   Lifetime  the destructor kills what still runs.
//   Errors    start() returns an errno; 0: it runs.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace mxsweep::programs {

// What is kept of a program's output.
struct Keep {
  std::size_t octets_max = 4096;
  bool errors = true;  // Standard error too, in between; else it is ours.
};

class Program {
 public:
  Program() = default;
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // `variables`: "NAME=value", added to the environment. Requires: the command is not empty.
  [[nodiscard]] int start(const std::vector<std::string>& command,
                          const std::vector<std::string>& variables, std::string input,
                          const Keep& keep = {});
  void descriptors(std::vector<pollfd>& descriptors) const;
  void on_ready();  // Reads and writes what is possible, and notices the end.
  void kill();
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] int exit_status() const { return status_; }  // -1: a signal ended it.
  [[nodiscard]] int signal() const { return signal_; }
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  void feed();
  void drain();

  pid_t process_ = 0;
  int process_descriptor_ = -1;
  int input_descriptor_ = -1;
  int output_descriptor_ = -1;
  std::string input_;
  std::size_t fed_ = 0;
  std::size_t output_octets_max_ = 0;
  std::string output_;
  bool done_ = false;
  int status_ = -1;
  int signal_ = 0;
};

}  // namespace mxsweep::programs
