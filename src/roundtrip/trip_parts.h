// SPDX-License-Identifier: MIT
// The connections of a trip.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "mxsweep/roundtrip/trip.h"

namespace mxsweep::roundtrip {

struct Trip::Mail {
  std::size_t first = 0;  // Of its steps.
  std::span<const Step> steps{};
  std::unique_ptr<Sending> sending{};  // Null: it was not begun.
  SentReport report{};
  bool local = false;  // This machine is at fault that it has failed.
};

struct Trip::Watch {
  const Step* step = nullptr;  // Its fetch.
  MailboxOrder order{};
  Signals signals{};
  Pop3Seen seen{};
  MailboxResult result{};  // Of the visit that runs, or of the latest one.
  std::unique_ptr<probe::Transaction> transaction{};
  FetchReport report{};
  std::string header{};  // Of the message, once it was seen.
  bool runs = false;
  bool over = false;
  bool ready = false;   // A visit was ready, or has failed: sending need not wait any longer.
  bool failed = false;  // The latest visit.
  bool local = false;   // By this machine's fault.
  bool barred = false;  // It will not let us in.
  Instant again = kNever;
};

}  // namespace mxsweep::roundtrip
