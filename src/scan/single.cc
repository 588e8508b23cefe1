// SPDX-License-Identifier: MIT
#include "mxsweep/scan/single.h"

#include <unistd.h>

#include <deque>
#include <string>

#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/ring.h"

namespace mxsweep::scan {
namespace {

// For an alert or a close_notify to leave, which the kernel does while it is told.
constexpr Duration kLastWordWait = std::chrono::milliseconds{1};

class Single {
 public:
  Single(const Task& task, const probe::Plan& plan, tls::Client& tls,
         const std::function<void(const Event&)>& hear)
      : task_(task), plan_(with_tls(plan, tls)), probe_(plan_, task.target), hear_(hear) {}
  Single(const Single&) = delete;
  Single& operator=(const Single&) = delete;
  ~Single() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Status run() {
    Status opened = ring_.open({.submissions = 8, .completions = 64, .buffers = 4});
    if (!opened.ok()) return opened;
    const targets::Target& target = task_.target;
    start_ = ring::now();
    tell({.what = Told::connecting});
    probe::Wants wants = probe_.on_started(start_);
    descriptor_ = ring::open_tcp(target.address.family);
    if (descriptor_ < 0) {
      wants = probe_.on_error(-descriptor_, start_);
    } else {
      ring_.connect(descriptor_, kHandle, ring::socket_address(target.address, target.port));
    }
    while (!wants.done) {
      wants = next(wants);
      if (ring_.failure() != 0) return ring::explain_failure(ring_.failure());
    }
    if (wants.abort && descriptor_ >= 0) ring::reset_on_close(descriptor_);
    return {};
  }

  [[nodiscard]] results::Record record() {
    results::Record record = probe_.record(task_.target.name());
    record.attempt = 1;
    record.at = plan_.wall_time(start_);
    describe(task_, record);
    return record;
  }

 private:
  static constexpr Handle kHandle{};

  static probe::Plan with_tls(const probe::Plan& plan, tls::Client& tls) {
    probe::Plan own = plan;
    own.tls = &tls;
    own.wall_at_zero = ring::wall_at_zero();
    return own;
  }

  // Waits for the next piece of news and passes it to the probe.
  probe::Wants next(const probe::Wants& wants) {
    const Instant deadline = wants.deadline;
    ring_.submit_and_wait(1, deadline - ring::now());
    now_ = ring::now();
    for (const ring::Completion& completion : ring_.completions()) {
      if (completion.operation == ring::Operation::send) continue;  // Its receive tells.
      const probe::Wants more = on_completion(completion);
      ring_.give_back(completion);
      grant(more);
      if (!more.done) ring_.receive(descriptor_, kHandle);
      return more;  // One operation is armed at a time, so there is one completion.
    }
    // A wait that a signal ended (SIGCONT) has run no completion, and there may be one.
    if (now_ < deadline || ring_.more()) return {.deadline = deadline};
    // At the end of the close grace the conversation goes on; that is no deadline of the server's.
    const probe::Wants more = probe_.on_deadline(now_);
    if (more.done) tell({.what = Told::deadline});
    grant(more);
    return more;
  }

  void grant(const probe::Wants& wants) {
    if (!wants.send.empty()) send(wants);
    if (wants.acknowledge) ring::acknowledge_now(descriptor_);
    if (wants.half_close) ring::half_close(descriptor_);
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
    const std::string_view octets = ring_.octets(completion);
    if (probe_.tls() == nullptr) {
      tell({.what = Told::received, .octets = octets});
      return probe_.on_bytes(octets, now_);
    }
    const probe::Wants wants = probe_.on_bytes(octets, now_);
    probe_.on_step_ended(now_, ring::now());
    if (!secured_ && !probe_.tls()->session.cipher.empty()) {
      secured_ = true;
      tell({.what = Told::secured, .tls = probe_.tls()});
    }
    const std::string_view heard = probe_.clear_text().heard;
    if (!heard.empty()) tell({.what = Told::received, .octets = heard});
    return wants;
  }

  // What is sent is kept to the end: one conversation says little.
  void send(const probe::Wants& wants) {
    const std::string_view said = probe_.tls() == nullptr ? wants.send : probe_.clear_text().said;
    if (!said.empty()) {
      tell({.what = Told::sent, .octets = said});
    } else if (!secured_) {
      tell({.what = Told::handshake});
    }
    ring_.send(descriptor_, kHandle,
               wants.passing ? std::string_view(sent_.emplace_back(wants.send)) : wants.send);
    if (wants.done) ring_.submit_and_wait(1, kLastWordWait);
  }

  void tell(Event event) const {
    event.at = ring::now() - start_;
    hear_(event);
  }

  const Task& task_;
  const probe::Plan plan_;
  probe::Probe probe_;
  const std::function<void(const Event&)>& hear_;
  std::deque<std::string> sent_;
  ring::Ring ring_;
  int descriptor_ = -1;
  bool secured_ = false;
  Instant start_{};
  Instant now_{};
};

}  // namespace

Status probe_one(const Task& task, const probe::Plan& plan, tls::Client& tls,
                 const std::function<void(const Event&)>& hear,
                 const std::function<void(const results::Record&)>& conclude) {
  Single single(task, plan, tls, hear);
  Status status = single.run();
  if (status.ok()) conclude(single.record());
  return status;
}

}  // namespace mxsweep::scan
