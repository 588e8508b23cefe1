// SPDX-License-Identifier: MIT
// The formats that records can be written in.
#pragma once

#include <cstdint>
#include <string>

#include "mxsweep/results/json_writer.h"
#include "mxsweep/results/zgrab_writer.h"

namespace mxsweep::results {

enum class Format : std::uint8_t { mxsweep, zgrab2 };

inline void append_record(const Record& record, Format format, std::string& out) {
  format == Format::zgrab2 ? append_zgrab(record, out) : append_json(record, out);
}

}  // namespace mxsweep::results
