// SPDX-License-Identifier: MIT
// What the writer thread reports of a sweep that can be resumed: which targets its lines complete,
// and how far its files are on disk.
//
//   Shape     on_written() after each chunk, with all that its lines complete; it returns lines of
//             another file that follow from that, which are written at once; save() with the
//             position of each file when everything before it is on disk. So what was reported and
//             the positions belong together.
//   Threads   the writer's, and before it runs the one that starts it.
//   Errors    save(): why the journal cannot be saved. Then the output fails.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

// Whole lines, each a record.
struct Lines {
  std::string text;
  std::uint64_t records = 0;
};

// What one line of file 0 completes: a part of the target with that number.
struct Completion {
  std::uint64_t number = 0;
  std::uint32_t parts = 1;     // That are recorded of the number; 0: none is, and it is finished.
  std::uint64_t identity = 0;  // Of the part.
  std::string note{};          // Kept with it.
  std::string summary{};       // A line for when the number is finished; empty: there is none.
};

// How far a file was written.
struct Position {
  std::uint64_t octets = 0;
  std::uint64_t records = 0;   // In it and in the finished files before it.
  std::uint64_t number = 1;    // That the file gets when it is finished.
  std::uint64_t renaming = 0;  // Size of the file before it, if it may not have its number yet.
};

class Journal {
 public:
  virtual ~Journal() = default;
  // Appends the summaries of the numbers that are finished now.
  virtual void on_written(std::vector<Completion>& completions, Lines& summaries) = 0;
  // `finished`: the sweep has come to its end.
  virtual Status save(const std::vector<Position>& positions, bool finished) = 0;
};

}  // namespace mxsweep::files
