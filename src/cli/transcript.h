// SPDX-License-Identifier: MIT
// Prints a conversation for a person: line by line with times, then the verdict and the
// certificates.
//
//   Shape     on_event() for each event, conclude() once for each server. For a mail domain also
//             on_lookup() for each query and answer, begin() before each server, and sum_up() at
//             the end.
//   Errors    none; texts from a server are made printable, so that they cannot control the
//             terminal.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/certificate_words.h"
#include "mxsweep/core/time.h"
#include "mxsweep/engine/event.h"
#include "mxsweep/names/resolve.h"
#include "mxsweep/names/task.h"
#include "mxsweep/results/domain_line.h"
#include "mxsweep/results/record.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::cli {

// Counts over the servers of a mail domain.
struct Tally {
  results::ServerTotals totals;
  std::array<std::uint32_t, kOutcomeCount> outcomes{};
  std::uint32_t certificates_at_fault = 0;

  void count(const results::Record& record);
};

class Transcript {
 public:
  explicit Transcript(bool colour) : colour_(colour) {}

  void on_lookup(const names::Lookup& lookup) const;
  void begin(const names::Task& task) const;
  void on_event(const targets::Target& target, Duration at, const engine::Event& event) const;
  void conclude(const results::Record& record) const;
  void sum_up(std::string_view domain, const Tally& tally) const;

 private:
  [[nodiscard]] std::string painted(const char* colour, std::string_view text) const;
  void say(Duration at, const char* colour, std::string_view text) const;
  void lines(Duration at, std::string_view octets, const char* colour, const char* mark) const;
  void certificates(const results::Record& record) const;

  bool colour_;
};

}  // namespace mxsweep::cli
