// SPDX-License-Identifier: MIT
// Records that tests have made, kept as lines to be validated against the schema in one go.
#pragma once

#include <set>
#include <string>

#include "mxsweep/results/json_writer.h"
#include "mxsweep/results/record.h"
#include "mxsweep/results/zgrab_writer.h"
#include "support/validator.h"
#include "support/zgrab_table.h"

namespace mxsweep::results {

class KeptRecords {
 public:
  // Adds the members that a worker adds to the record of an observation.
  void add(Record record) {
    record.target = "192.0.2.1";
    record.line = 1;
    record.ip = *parse_address("192.0.2.1");
    record.port = 25;
    record.attempt = 1;
    record.at = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};
    std::string line;
    append_json(record, line);
    lines_.insert(line);
    std::string other;
    append_zgrab(record, other);
    zgrab_lines_.insert(other);
  }

  // In both formats.
  void expect_valid() const {
    expect_judged({lines_.begin(), lines_.end()}, {});
    expect_zgrab({zgrab_lines_.begin(), zgrab_lines_.end()}, {});
  }

  [[nodiscard]] std::size_t size() const { return lines_.size(); }

 private:
  std::set<std::string> lines_;
  std::set<std::string> zgrab_lines_;
};

}  // namespace mxsweep::results
