// SPDX-License-Identifier: MIT
#include "mxsweep/sink/server.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <latch>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/ring/refusal.h"
#include "mxsweep/ring/socket.h"
#include "mxsweep/threads/thread.h"
#include "sink/worker.h"

namespace mxsweep::sink {

struct Server::Thread {
  int wake_descriptor = -1;
  std::latch decided{1};  // Counted down when open() has succeeded or failed.
  Status opened;
  threads::Thread thread;
  ServerStats stats;  // Written by the thread when it ends.
};

Server::Server(Fleet fleet, const Listen& listen, unsigned threads, VisitLog* log)
    : fleet_(std::move(fleet)), listen_(listen), thread_count_(threads), log_(log) {
  INVARIANT(threads >= 1 && threads <= kThreadsMax);
}

Server::~Server() { stop(); }

Status Server::start() {
  INVARIANT(threads_.empty());
  if (const int error = port_is_free(listen_)) {
    return Status::io("cannot listen on port " + std::to_string(listen_.port) + ": " +
                      std::strerror(-error));
  }
  stopping_ = false;
  for (unsigned i = 0; i < thread_count_; ++i) {
    if (Status started = start_thread(); !started.ok()) {
      stop();
      return started;
    }
  }
  return {};
}

// One after the other: the listener of the first thread determines the port.
Status Server::start_thread() {
  auto& thread = *threads_.emplace_back(std::make_unique<Thread>());
  thread.wake_descriptor = ::eventfd(0, EFD_CLOEXEC);
  if (thread.wake_descriptor < 0) return Status::io("no file descriptor is left");
  const int error = thread.thread.start("sink", [this, &thread] {
    // If it is forbidden, the threads share one table and can have fewer connections.
    ring::own_descriptor_table();
    Worker worker({fleet_, stopping_, held_, visits_, log_});
    thread.opened = worker.open(listen_, thread.wake_descriptor);
    thread.decided.count_down();
    if (!thread.opened.ok()) return;
    if (const int ring_error = worker.run(); ring_error != 0) ring_failure_ = ring_error;
    thread.stats = worker.stats();
  });
  if (error != 0) {
    return Status::machine(std::string("a thread could not be started: ") + std::strerror(error),
                           "lower --threads, or raise the limit on processes (ulimit -u)");
  }
  thread.decided.wait();
  return thread.opened;
}

Status Server::failure() const {
  const int error = ring_failure_;
  return error == 0 ? Status() : ring::explain_failure(error);
}

ServerStats Server::stop() {
  stopping_ = true;
  ServerStats total;
  total.by_persona.resize(fleet_.personas().size());
  for (const std::unique_ptr<Thread>& thread : threads_) {
    const std::uint64_t one = 1;
    if (thread->wake_descriptor >= 0) {
      (void)!::write(thread->wake_descriptor, &one, sizeof one);
    }
  }
  for (const std::unique_ptr<Thread>& thread : threads_) {
    thread->thread.join();
    if (thread->wake_descriptor >= 0) ::close(thread->wake_descriptor);
    const ServerStats& stats = thread->stats;
    total.conversations += stats.conversations;
    total.out_of_turn += stats.out_of_turn;
    total.held_peak = std::max(total.held_peak, stats.held_peak);
    // Of the threads that counted visits of an address, one counted the first, and one the last.
    total.addresses += stats.addresses;
    total.address_conversations_max =
        std::max(total.address_conversations_max, stats.address_conversations_max);
    for (std::size_t i = 0; i < stats.by_persona.size(); ++i) {
      total.by_persona[i] += stats.by_persona[i];
    }
  }
  threads_.clear();
  return total;
}

}  // namespace mxsweep::sink
