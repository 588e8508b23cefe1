// SPDX-License-Identifier: MIT
// A target written as a JSON object.
//
//   Source    RFC 8259. Keys: target (any text form), port, tls, name, meta.
//   Shape     the whole line is one object. `meta` may be any value: it is checked and then kept
//             octet for octet, numbers of any size included.
//   Memory    a padded copy of the line and the parser's index of it, both used again.
//   Lifetime  the views in Line are good until the next read().
//   Errors    broken JSON is said before anything about the keys.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "mxsweep/core/outcome.h"
#include "targets/line.h"

namespace mxsweep::targets {

inline constexpr unsigned kJsonDepthMax = 256;  // Of meta: whoever reads the record must cope too.

class JsonLine {
 public:
  [[nodiscard]] Cause read(std::string_view json, Line& line);

 private:
  simdjson::ondemand::parser parser_;
  std::string padded_;  // The parser reads whole blocks: it needs octets behind the end.
};

}  // namespace mxsweep::targets
