// SPDX-License-Identifier: MIT
#include "monitor/name_thread.h"

#include <cstring>
#include <utility>

#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

constexpr Duration kIdleWait = std::chrono::seconds{10};  // The bell ends it.

}  // namespace

NameThread::~NameThread() {
  {
    const std::lock_guard lock(lock_);
    ends_ = true;
  }
  own_bell_.notify();
  thread_.join();
}

void NameThread::ask(targets::Target&& name, bool domain) {
  if (!std::exchange(started_, true)) {
    const int error =
        own_bell_.good() ? thread_.start("names", [this] { run(); }) : own_bell_.error();
    if (error != 0) {
      const std::lock_guard lock(lock_);
      failure_ = Status::machine(std::string("the resolver: ") + std::strerror(error));
    }
  }
  {
    const std::lock_guard lock(lock_);
    if (failure_.ok()) {
      questions_.push_back({std::move(name), domain});
      own_bell_.notify_if_waiting();
      return;
    }
  }
  fail(name);
}

Status NameThread::failure() const {
  const std::lock_guard lock(lock_);
  return failure_;
}

void NameThread::fail(const targets::Target& name) {
  std::vector<names::Resolved> servers;
  servers.push_back(
      {.task = {.target = name, .path = nullptr}, .cause = Cause::local_resolver_unreachable});
  answers_.push(std::move(servers));
}

bool NameThread::take_question(Question& question) {
  const std::lock_guard lock(lock_);
  if (questions_.empty()) return false;
  question = std::move(questions_.front());
  questions_.pop_front();
  return true;
}

void NameThread::run() {
  names::Names names(options_);
  Status failure = names.open(own_bell_.descriptor());
  while (true) {
    own_bell_.prepare();
    {
      const std::lock_guard lock(lock_);
      if (ends_) return;
      if (!failure.ok() && failure_.ok()) failure_ = failure.behind("the resolver");
    }
    // Without the lock: an inquiry may have to ask the resolver before it begins.
    for (Question question; (!failure.ok() || !names.full()) && take_question(question);) {
      if (failure.ok()) {
        names.begin(std::move(question.name), question.domain, ring::now());
      } else {
        fail(question.name);
      }
    }
    if (failure.ok()) {
      names.turn(names.has_resolved() ? Duration::zero() : kIdleWait);
      failure = names.failure();
    } else {
      own_bell_.wait(kIdleWait);
    }
    own_bell_.cancel_wait();
    if (!names.is_open()) continue;
    for (std::vector<names::Resolved> servers; names.take(servers);) {
      answers_.push(std::move(servers));
    }
  }
}

}  // namespace mxsweep::monitor
