// SPDX-License-Identifier: MIT
// What several clients ask at the same time: a question to the loop, with its answer.
//
//   Shape     made in the server's thread and answered in the loop's, once for all who want the
//             same; the answer is kept in the server's thread.
//   Threads   add() and kept(): the server's; answer() and is_old(): any.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "monitor/web.h"
#include "mxsweep/serve/encoding.h"

namespace mxsweep::monitor {

class Web::Question {
 public:
  Question(Route route, Viewer viewer, Instant now)
      : route_(std::move(route)), viewer_(std::move(viewer)), asked_(now) {}

  [[nodiscard]] const Route& route() const { return route_; }
  [[nodiscard]] const Viewer& viewer() const { return viewer_; }

  void add(std::function<void(Make)> take) {
    Make make;
    {
      const std::lock_guard lock(lock_);
      if (!make_) {
        waiting_.push_back(std::move(take));
        return;
      }
      make = make_;
    }
    take(std::move(make));
  }

  void answer(Make make, Instant now) {
    std::vector<std::function<void(Make)>> waiting;
    {
      const std::lock_guard lock(lock_);
      make_ = std::move(make);
      answered_ = now;
      waiting = std::exchange(waiting_, {});
    }
    for (const auto& take : waiting) take(make_);
  }

  [[nodiscard]] bool is_old(Instant now) const {
    const std::lock_guard lock(lock_);
    return make_ ? now > answered_ + kAnswerLasts : now > asked_ + serve::kPatience;
  }

  // In the server's thread. Each is made once for all who want it.
  const serve::Answer& kept(const Make& make, bool gzip) {
    if (!answer_) answer_ = make();
    if (!gzip) return *answer_;
    if (!compressed_) compressed_ = serve::compressed(*answer_);
    return *compressed_;
  }

 private:
  const Route route_;
  const Viewer viewer_;
  const Instant asked_;
  mutable std::mutex lock_;
  Make make_;
  Instant answered_{};
  std::vector<std::function<void(Make)>> waiting_;
  std::optional<serve::Answer> answer_;
  std::optional<serve::Answer> compressed_;
};

}  // namespace mxsweep::monitor
