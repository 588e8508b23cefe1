// SPDX-License-Identifier: MIT
// A line of a text protocol: its end, and the anomalies of its octets. Pure.
//
//   Shape     A line ends in LF. A CR before it is part of the line end; a CR elsewhere does not
//             end a line: bare_cr. Octets above 127: eight_bit. NUL, DEL and all other controls
//             except HT: control_octets.
//   Lifetime  what is returned views the octets passed in.
//   Errors    none.
#pragma once

#include <string_view>

#include "mxsweep/core/anomaly.h"

namespace mxsweep {

// A line, possibly incomplete, without as much of its line end as is there.
[[nodiscard]] constexpr std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// `text`: without its line end.
[[nodiscard]] AnomalySet anomalies_of_octets(std::string_view text);

// Takes the next line off `rest`, without its line end; the last line may have none. False: there
// are no more.
[[nodiscard]] bool next_line(std::string_view& rest, std::string_view& line);

}  // namespace mxsweep
