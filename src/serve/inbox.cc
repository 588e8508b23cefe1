// SPDX-License-Identifier: MIT
#include "serve/inbox.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::serve {

void Inbox::put(Reply&& reply) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
    replies_.push_back(std::move(reply));
  }
  bell_.notify_if_waiting();
}

std::vector<Inbox::Reply> Inbox::take_all() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(replies_, {});
}

std::optional<Inbox::Reply> Inbox::take(std::uint64_t request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::ranges::find(replies_, request, &Reply::request);
  if (found == replies_.end()) return std::nullopt;
  Reply reply = std::move(*found);
  replies_.erase(found);
  return reply;
}

bool Inbox::empty() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return replies_.empty();
}

void Inbox::close() {
  std::vector<Reply> dropped;  // Beyond the lock: what they hold may be anything.
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  dropped = std::exchange(replies_, {});
}

Wake::Wake(std::shared_ptr<Inbox> inbox, std::uint64_t request)
    : inbox_(std::move(inbox)), request_(request) {}

void Wake::operator()() const {
  if (inbox_) inbox_->put({.request = request_, .make = {}, .wakes = true});
}

Responder::Ticket::~Ticket() {
  if (!used) inbox->put({.request = request});
}

Responder::Responder(std::shared_ptr<Ticket> ticket) : ticket_(std::move(ticket)) {}

Responder::~Responder() = default;

void Responder::answer(std::function<Answer()> make) && {
  INVARIANT(ticket_ != nullptr);  // One answer.
  const std::shared_ptr<Ticket> ticket = std::exchange(ticket_, nullptr);
  ticket->used = true;
  ticket->inbox->put({.request = ticket->request, .make = std::move(make)});
}

void Responder::answer(Answer&& answer) && {
  auto kept = std::make_shared<Answer>(std::move(answer));
  std::move(*this).answer([kept] { return std::move(*kept); });
}

}  // namespace mxsweep::serve
