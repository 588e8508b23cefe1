// SPDX-License-Identifier: MIT
// The source of a list of targets, opened as a descriptor to read from.
//
//   Shape     a file, standard input, or words of the command line. Words become an in-memory file
//             with one line for each, so that every reader of lists can read them.
//   Lifetime  the destructor closes the descriptor, unless it is standard input.
//   Errors    open() returns why the source cannot be read, without its name.
#pragma once

#include <string>
#include <vector>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

struct ListSource {
  std::string path = "-";          // "-": standard input. Ignored if there are words.
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
