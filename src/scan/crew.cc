// SPDX-License-Identifier: MIT
#include "scan/crew.h"

#include <cstring>
#include <string>
#include <utility>

namespace mxsweep::scan {

void Crew::add(const char* name, std::function<void()> prepare, std::function<void(bool)> work) {
  Member& member = members_.emplace_back();
  member.name = name;
  member.prepare = std::move(prepare);
  member.work = std::move(work);
}

Status Crew::start() {
  prepared_.emplace(static_cast<std::ptrdiff_t>(members_.size()));
  std::size_t started = 0;
  for (Member& member : members_) {
    const int error = member.thread.start(member.name, [this, &member] {
      member.prepare();
      prepared_->count_down();
      decided_.wait();
      member.work(begins_);
    });
    if (error != 0) {
      return Status::machine(
          "only " + std::to_string(started) + " of " + std::to_string(members_.size()) +
              " threads could be started: " + std::strerror(error),
          "lower --threads (-j), or raise the limit on processes (ulimit -u; pids.max of the "
          "container, TasksMax of the service) or on memory (ulimit -v)");
    }
    ++started;
  }
  prepared_->wait();
  return {};
}

void Crew::decide(bool begins) {
  begins_ = begins;
  decided_.count_down();
}

void Crew::join() {
  for (Member& member : members_) member.thread.join();
}

}  // namespace mxsweep::scan
