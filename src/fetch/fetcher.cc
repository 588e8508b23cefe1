// SPDX-License-Identifier: MIT
#include "mxsweep/fetch/fetcher.h"

#include <utility>

#include "fetch/fetch_thread.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::fetch {

struct Fetcher::Impl {
  Impl(const FetcherOptions& options, int wake_descriptor)
      : work(options, wake_descriptor, shared) {}

  FetchShared shared;
  FetchThread work;
  threads::Thread thread;
};

std::string_view to_string(FetchOutcome outcome) {
  switch (outcome) {
    case FetchOutcome::ok: return "ok";
    case FetchOutcome::http_status: return "http_status";
    case FetchOutcome::redirect: return "redirect";
    case FetchOutcome::too_large: return "too_large";
    case FetchOutcome::tls: return "tls";
    case FetchOutcome::timeout: return "timeout";
    case FetchOutcome::unreachable: return "unreachable";
    case FetchOutcome::closed: return "closed";
    case FetchOutcome::malformed: return "malformed";
    case FetchOutcome::refused: return "refused";
    case FetchOutcome::local: return "local";
  }
  return "";
}

Fetcher::Fetcher() = default;
Fetcher::~Fetcher() { stop(); }

Status Fetcher::open(const FetcherOptions& options, int wake_descriptor) {
  INVARIANT(impl_ == nullptr);
  if (!start_library()) return Status::machine("libcurl does not start");
  auto impl = std::make_unique<Impl>(options, wake_descriptor);
  if (!impl->work.good()) {
    return Status::machine("libcurl does not start", "raise the limit of open files (ulimit -n)");
  }
  const int error = impl->thread.start("fetcher", [its = impl.get()] { its->work.run(); });
  if (error != 0) {
    return Status::machine("no thread to fetch with", "raise the limit of processes (ulimit -u)");
  }
  impl_ = std::move(impl);
  return {};
}

void Fetcher::begin(Request request) {
  INVARIANT(impl_ != nullptr && !impl_->shared.stop.load() && !full());
  ++waiting_;
  {
    const std::lock_guard lock(impl_->shared.lock);
    impl_->shared.requests.push_back(std::move(request));
  }
  impl_->work.wake();
}

bool Fetcher::take(Fetched& fetched) {
  if (impl_ == nullptr) return false;
  const std::lock_guard lock(impl_->shared.lock);
  std::deque<Fetched>& results = impl_->shared.results;
  if (results.empty()) return false;
  fetched = std::move(results.front());
  results.pop_front();
  --waiting_;
  return true;
}

void Fetcher::stop() {
  if (impl_ == nullptr || impl_->shared.stop.load()) return;
  impl_->shared.stop.store(true);
  impl_->work.wake();
  impl_->thread.join();
  waiting_ = impl_->shared.results.size();
}

}  // namespace mxsweep::fetch
