// SPDX-License-Identifier: MIT
#include "mxsweep/scan/single.h"

#include <unistd.h>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"
#include "scan/target_record.h"

namespace mxsweep::scan {
namespace {

class Single {
 public:
  Single(const targets::Target& target, const probe::Plan& plan,
         const std::function<void(const Event&)>& hear)
      : target_(target), probe_(plan), hear_(hear) {}
  Single(const Single&) = delete;
  Single& operator=(const Single&) = delete;
  ~Single() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  std::optional<ring::Refusal> run() {
    if (auto refusal = ring_.open({.submissions = 8, .completions = 64, .buffers = 4})) {
      return refusal;
    }
    start_ = ring::now();
    wall_start_ = ring::wall_now();
    tell({.what = Told::connecting});
    probe::Wants wants = probe_.on_started(start_);
    descriptor_ = ring::open_tcp(target_.address.family);
    if (descriptor_ < 0) {
      wants = probe_.on_error(-descriptor_, start_);
    } else {
      ring_.connect(descriptor_, kHandle, ring::socket_address(target_.address, target_.port));
    }
    while (!wants.done) wants = next(wants);
    if (wants.abort && descriptor_ >= 0) ring::reset_on_close(descriptor_);
    return std::nullopt;
  }

  [[nodiscard]] results::Record record() const {
    results::Record record = probe_.record();
    describe_target(target_, record);
    record.attempt = 1;
    record.at = wall_start_;
    return record;
  }

 private:
  static constexpr Handle kHandle{};

  // Waits for the next piece of news and passes it to the probe.
  probe::Wants next(const probe::Wants& wants) {
    ring_.submit_and_wait(1, wants.deadline - ring::now());
    now_ = ring::now();
    for (const ring::Completion& completion : ring_.completions()) {
      const probe::Wants more = on_completion(completion);
      ring_.give_back(completion);
      if (!more.done && !more.send.empty()) {
        tell({.what = Told::sent, .octets = more.send});
        ring_.send(descriptor_, kHandle, more.send);
      }
      if (!more.done) ring_.receive(descriptor_, kHandle);
      return more;  // One operation is armed at a time, so there is one completion.
    }
    if (now_ < wants.deadline) return {.deadline = wants.deadline};
    tell({.what = Told::deadline});
    return probe_.on_deadline(now_);
  }

  probe::Wants on_completion(const ring::Completion& completion) {
    if (completion.result < 0) {
      tell({.what = Told::failed, .error = -completion.result});
      return probe_.on_error(-completion.result, now_);
    }
    if (completion.operation == ring::Operation::connect) {
      tell({.what = Told::connected});
      return probe_.on_connected(now_);
    }
    if (completion.result == 0) {
      tell({.what = Told::closed});
      return probe_.on_closed(now_);
    }
    tell({.what = Told::received, .octets = ring_.octets(completion)});
    return probe_.on_bytes(ring_.octets(completion), now_);
  }

  void tell(Event event) const {
    event.at = ring::now() - start_;
    hear_(event);
  }

  const targets::Target& target_;
  probe::Probe probe_;
  const std::function<void(const Event&)>& hear_;
  ring::Ring ring_;
  int descriptor_ = -1;
  Instant start_{};
  Instant now_{};
  WallTime wall_start_{};
};

}  // namespace

SingleEnd probe_one(const targets::Target& target, const probe::Plan& plan,
                    const std::function<void(const Event&)>& hear,
                    const std::function<void(const results::Record&)>& conclude) {
  SingleEnd end;
  Single single(target, plan, hear);
  end.refusal = single.run();
  if (!end.refusal) conclude(single.record());
  return end;
}

}  // namespace mxsweep::scan
