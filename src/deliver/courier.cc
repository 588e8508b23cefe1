// SPDX-License-Identifier: MIT
#include "mxsweep/deliver/courier.h"

#include <atomic>
#include <mutex>
#include <utility>

#include "deliver/courier_thread.h"
#include "deliver/mail.h"
#include "deliver/preset.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::deliver {

struct Courier::Impl {
  Impl(CourierOptions options, threads::Doorbell& its_bell)
      : shared(its_bell), courier(std::move(options), shared) {}

  CourierShared shared;
  CourierThread courier;
  threads::Thread thread;
};

Courier::Courier(CourierOptions options, threads::Doorbell& bell)
    : impl_(std::make_unique<Impl>(std::move(options), bell)) {}

Courier::~Courier() {
  impl_->shared.stop.store(true);
  impl_->shared.bell.notify();
  impl_->thread.join();
}

Status Courier::start() {
  if (!impl_->shared.bell.good()) {
    return Status::machine("no eventfd for the courier", "raise the limit of open files");
  }
  if (const Status ready = impl_->courier.open(); !ready.ok()) return ready;
  const int error = impl_->thread.start("courier", [impl = impl_.get()] { impl->courier.run(); });
  if (error == 0) return {};
  return Status::machine("no thread for the courier", "raise the limit of processes (ulimit -u)");
}

void Courier::send(const watch::Channel& channel, watch::Send&& send) {
  impl_->shared.open.fetch_add(1);
  impl_->shared.put({.channel = channel, .send = std::move(send)});
}

std::optional<watch::Delivered> Courier::take() {
  const std::lock_guard lock(impl_->shared.lock);
  if (impl_->shared.delivered.empty()) return std::nullopt;
  watch::Delivered first = std::move(impl_->shared.delivered.front());
  impl_->shared.delivered.pop_front();
  impl_->shared.open.fetch_sub(1);
  return first;
}

std::uint32_t Courier::open() const { return impl_->shared.open.load(); }

void Courier::ping(const std::string& url) {
  watch::Channel channel;
  channel.url = url;
  impl_->shared.put({.channel = std::move(channel), .what = Order::What::ping});
}

std::string Courier::last_ping_error() const {
  const std::lock_guard lock(impl_->shared.lock);
  return impl_->shared.ping_error;
}

void Courier::resume(const watch::Channel& channel, watch::Message&& message) {
  impl_->shared.put(
      {.channel = channel, .send = {.message = std::move(message)}, .what = Order::What::resume});
}

void Courier::reload(const std::vector<watch::Channel>& channels) {
  impl_->shared.put({.channels = channels, .what = Order::What::reload});
}

std::vector<std::string> channel_kinds() {
  std::vector<std::string> kinds = {"mail", "exec"};
  for (const Preset& preset : presets()) kinds.push_back(preset.kind);
  return kinds;
}

Status check_channel(const watch::Channel& channel) {
  if (channel.kind == "exec") {
    return channel.command.empty() ? Status::unusable("kind 'exec' needs 'command'") : Status();
  }
  if (channel.kind != "mail") {
    const Result<Preset> preset = preset_of(channel);
    return preset.ok() ? Status() : preset.status();
  }
  if (channel.to.empty()) return Status::unusable("kind 'mail' needs 'to'");
  if (channel.relays.empty()) return Status::unusable("kind 'mail' needs 'relays'");
  if (!channel.user.empty() && channel.password.empty()) {
    return Status::unusable("'user' needs a password");
  }
  std::vector<std::string> addresses = channel.to;
  if (!channel.from.empty()) addresses.push_back(channel.from);
  for (const std::string& address : addresses) {
    if (address_of(address).empty()) {
      return Status::unusable("'" + address + "' is not a mail address");
    }
  }
  return {};
}

}  // namespace mxsweep::deliver
