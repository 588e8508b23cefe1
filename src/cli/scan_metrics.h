// SPDX-License-Identifier: MIT
// mxsweep scan --metrics: the progress of a sweep over HTTP, for Prometheus. docs/metrics.md.
//
//   Threads   publish() in the thread of the sweep; the server has one of its own.
//   Errors    unusable: the address cannot be bound.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/metrics/exposition.h"
#include "mxsweep/scan/scan.h"
#include "mxsweep/serve/server.h"

namespace mxsweep::cli {

[[nodiscard]] std::string exposition_of(const scan::Progress& progress, metrics::Format format);

class ScanMetrics {
 public:
  // That it has open at most, which the sweep does not have: connections, and some of its own.
  static constexpr std::uint32_t kDescriptors = 32;

  ScanMetrics();

  // `names`: what the server may be called, beside its address.
  Status open(const std::string& listen, std::vector<std::string> names);
  Status start();
  [[nodiscard]] std::string url() const;
  void publish(const scan::Progress& progress);

 private:
  [[nodiscard]] serve::Answer answer(const serve::Request& request);

  std::mutex mutex_;
  scan::Progress progress_;
  serve::Server server_;  // The last member: its thread ends first.
};

}  // namespace mxsweep::cli
