// SPDX-License-Identifier: MIT
#include "scan/recorder.h"

#include <algorithm>
#include <thread>

#include "mxsweep/ring/clock.h"

namespace mxsweep::scan {

bool Recorder::backpressured() const {
  const auto boxes = all();
  return std::any_of(boxes.begin(), boxes.end(), [](const files::Outbox* box) {
    return box != nullptr && box->backpressured();
  });
}

Instant Recorder::flush_at() const {
  Instant at = kNever;
  for (const files::Outbox* const box : all()) {
    if (box != nullptr) at = std::min(at, box->flush_at());
  }
  return at;
}

void Recorder::flush(Instant now) {
  for (files::Outbox* const box : all()) {
    if (box != nullptr) box->flush(now);
  }
}

void Recorder::flush_due(Instant now) {
  for (files::Outbox* const box : all()) {
    if (box != nullptr && now >= box->flush_at()) box->flush(now);
  }
}

void Recorder::drain() {
  for (files::Outbox* const box : all()) {
    while (box != nullptr && !box->drained()) {
      box->flush(ring::now());
      if (!box->drained()) std::this_thread::sleep_for(files::kBackpressureRetry);
    }
  }
}

}  // namespace mxsweep::scan
