// SPDX-License-Identifier: MIT
// Where the targets of a sweep come from, and the descriptor that they are read from.
//
//   Shape     a file, standard input, or words of a command line. Those become a file in memory
//             with a line for each, so that all that reads a list reads them too.
//   Lifetime  the descriptor is closed with its owner, unless it is standard input.
//   Errors    open() says why it cannot be read, without its name.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

struct ListSource {
  std::string path = "-";          // "-": standard input. Does not count where there are words.
  std::vector<std::string> words;  // Requires: no line end in any of them.
};

class List {
 public:
  List() = default;
  ~List();
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  Status open(const ListSource& source);

  int descriptor = -1;
  std::string name;  // "list.txt", "standard input", "the command line"
};

}  // namespace mxsweep::files
