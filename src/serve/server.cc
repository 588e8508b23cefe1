// SPDX-License-Identifier: MIT
#include "mxsweep/serve/server.h"

#include <pthread.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "mxsweep/threads/thread.h"
#include "serve/listener.h"
#include "serve/loop.h"

namespace mxsweep::serve {

struct Server::Impl {
  explicit Impl(Handler answering) : handler(std::move(answering)) {}

  Handler handler;
  ServerOptions options;
  std::string address;
  Tally tally;
  std::unique_ptr<Loop> loop;
  threads::Thread thread;
};

Server::Server(Handler handler) : impl_(std::make_unique<Impl>(std::move(handler))) {}

Server::~Server() { stop(); }

Status Server::open(const ServerOptions& options) {
  const Result<Endpoint> endpoint = read_endpoint(options.listen);
  if (!endpoint.ok()) return endpoint.status();
  const int listener = open_listener(*endpoint);
  if (listener < 0) return Status::unusable(std::strerror(-listener)).behind(options.listen);
  impl_->options = options;
  impl_->address = to_string(local_of(listener));
  impl_->loop = std::make_unique<Loop>(impl_->options, listener, impl_->handler, impl_->tally);
  return impl_->loop->open();
}

Status Server::start() {
  // Signals are for other threads, which may not have blocked them yet.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = impl_->thread.start("http", [this] { impl_->loop->run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error == 0) return {};
  return Status::machine(std::string("a thread for HTTP: ") + std::strerror(error),
                         "raise the limit on processes (ulimit -u)");
}

const std::string& Server::address() const { return impl_->address; }

void Server::stop() {
  if (impl_->loop) impl_->loop->stop();
  impl_->thread.join();
  impl_->loop.reset();
}

Server::Counts Server::counts() const {
  const Tally& tally = impl_->tally;
  return {.requests = tally.requests.load(),
          .refused = tally.refused.load(),
          .expired = tally.expired.load(),
          .open = tally.open.load()};
}

}  // namespace mxsweep::serve
