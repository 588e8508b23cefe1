// SPDX-License-Identifier: MIT
// Which targets have all their records, and which records the others have. Pure.
//
//   Shape    a target is its number in the order of the sweep. One with several servers has a part
//            for each; its number is finished when all parts of the run are. A part is an identity
//            of its server, the same in each run, and a note that is kept with it until then.
//   Memory   as a DoneSet, and 8 octets and the note for each part of an unfinished number.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mxsweep/checkpoint/done_set.h"

namespace mxsweep::checkpoint {

struct Part {
  std::uint64_t identity = 0;
  std::string note{};

  friend bool operator==(const Part&, const Part&) = default;
};

// Of a number that is not finished.
struct Parts {
  std::vector<Part> recorded;
  std::uint32_t left = 0;  // Parts that this run still has to record; 0: none was recorded in it.
  std::string summary;     // Of the number, as soon as there is one; only for this run.

  friend bool operator==(const Parts& a, const Parts& b) { return a.recorded == b.recorded; }
};

struct Ledger {
  DoneSet done;
  std::map<std::uint64_t, Parts> partial;

  // One part was recorded. `parts`: how many this run records of the number; 0: none is left, and
  // none was recorded now. `summary`: of all parts; empty: another part has it, or none. It may
  // come with a part that is not the last one here, because several threads record parts. Returns
  // the summary when the number is finished.
  std::string record(std::uint64_t number, std::uint32_t parts, Part&& part,
                     std::string&& summary = {});

  [[nodiscard]] const Parts* find(std::uint64_t number) const {
    const auto found = partial.find(number);
    return found == partial.end() ? nullptr : &found->second;
  }

  friend bool operator==(const Ledger&, const Ledger&) = default;
};

}  // namespace mxsweep::checkpoint
