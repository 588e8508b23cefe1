// SPDX-License-Identifier: MIT
#include "deliver/courier_thread.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "mxsweep/ring/clock.h"

namespace mxsweep::deliver {
namespace {

constexpr std::size_t kAcceptedMax = 1000;  // Messages that some recipients have.
constexpr Duration kPingLongest = std::chrono::seconds{10};
constexpr std::string_view kAlertmanager = "alertmanager";

std::string machine_name() {
  std::array<char, 256> name{};
  const bool known = ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
  return known ? name.data() : "localhost";
}

}  // namespace

CourierThread::CourierThread(CourierOptions options, CourierShared& shared)
    : options_(std::move(options)), shared_(shared) {
  if (options_.helo.empty()) options_.helo = machine_name();
}

CourierThread::~CourierThread() {
  // Transfers first: their callbacks refer to the attempts.
  transfers_.reset();
}

Status CourierThread::open() {
  static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  transfers_ = std::make_unique<Transfers>();
  if (ready != CURLE_OK || !transfers_->good()) return Status::machine("libcurl does not start");
  mx_ = std::make_unique<MxFinder>(options_.resolver);
  means_ = std::make_unique<Means>(Means{
      .transfers = *transfers_, .mx = *mx_, .host = options_.helo, .ca_file = options_.ca_file});
  return {};
}

void CourierThread::run() {
  // A program that does not read its input ends its pipe.
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (!shared_.stop.load()) {
    take_orders();
    renew_alerts();
    begin_attempts();
    wait();
    end_attempts();
  }
  transfers_.reset();
  running_.clear();
}

void CourierThread::take_orders() {
  std::deque<Order> orders;
  {
    const std::lock_guard lock(shared_.lock);
    orders.swap(shared_.orders);
  }
  for (Order& order : orders) {
    switch (order.what) {
      case Order::What::send: queue_.push_back(std::move(order)); break;
      case Order::What::ping: ping(order.channel.url); break;
      case Order::What::resume: keep_alert(order.channel, order.send.message); break;
      case Order::What::reload: reload_alerts(order.channels); break;
    }
  }
}

bool CourierThread::is_busy(const std::string& channel) const {
  return std::ranges::any_of(
      running_, [&](const Running& running) { return running.attempt->channel().name == channel; });
}

void CourierThread::begin_attempts() {
  std::set<std::string> waiting;  // Channels with an earlier message that has to wait.
  for (auto order = queue_.begin(); order != queue_.end() && running_.size() < kAtOnce;) {
    const std::string& name = order->channel.name;
    if (waiting.contains(name) || is_busy(name)) {
      waiting.insert(name);
      ++order;
      continue;
    }
    begin(order->channel, std::move(order->send.message), order->send.channel, false);
    order = queue_.erase(order);
  }
}

void CourierThread::begin(const watch::Channel& channel, watch::Message message,
                          watch::ChannelNumber number, bool renewal) {
  if (channel.kind == kAlertmanager) {
    // Other labels would make it another alert.
    const auto alert = alerts_.find({channel.name, message.thread});
    if (alert != alerts_.end()) {
      message.severity = alert->second.message.severity;
      message.group = alert->second.message.group;
      message.scope = alert->second.message.scope;
    }
  }
  std::set<std::string> accepted;
  if (const auto its = accepted_.find({channel.name, message.identity}); its != accepted_.end()) {
    accepted = its->second;
  }
  running_.push_back(
      {make_attempt(channel, message, std::move(accepted), *means_), number, renewal});
  running_.back().attempt->begin(ring::now(), ring::wall_now());
}

void CourierThread::end_attempts() {
  const Instant now = ring::now();
  bool answered = false;
  for (const Running& running : running_) {
    Attempt& attempt = *running.attempt;
    if (!attempt.done()) attempt.on_time(now);
    if (!attempt.done() || running.renewal) continue;
    watch::Delivered delivered = attempt.report(running.number, now);
    const std::pair key = {attempt.channel().name, attempt.message().identity};
    accepted_.erase(key);
    if (!delivered.ok && !attempt.accepted().empty()) {
      if (accepted_.size() >= kAcceptedMax) accepted_.erase(accepted_.begin());
      accepted_[key] = attempt.accepted();
    }
    if (delivered.ok && attempt.channel().kind == kAlertmanager) {
      keep_alert(attempt.channel(), attempt.message());
    }
    const std::lock_guard lock(shared_.lock);
    shared_.delivered.push_back(std::move(delivered));
    answered = true;
  }
  std::erase_if(running_, [](const Running& running) { return running.attempt->done(); });
  if (answered) shared_.answers.notify_if_waiting();
}

void CourierThread::ping(const std::string& url) {
  Request request;
  request.method = "GET";
  request.url = url;
  watch::Channel channel;  // Its address is a secret like that of a webhook.
  channel.url = url;
  transfers_->start(std::make_unique<Transfer>(std::move(request), options_.ca_file, kPingLongest),
                    [this, channel = std::move(channel)](const Transfer::Outcome& outcome) {
                      const std::lock_guard lock(shared_.lock);
                      shared_.ping_error =
                          outcome.answer.ok ? "" : safe_line(outcome.answer.text, channel);
                    });
}

void CourierThread::keep_alert(const watch::Channel& channel, const watch::Message& message) {
  // What has no end ends by itself in 5 minutes.
  const bool has_end = message.kind == watch::MessageKind::opening ||
                       message.kind == watch::MessageKind::update ||
                       message.kind == watch::MessageKind::reminder || message.resolved;
  const AlertKey key = {channel.name, message.thread};
  if (!has_end || (alerts_.size() >= kAlertsMax && !alerts_.contains(key))) return;
  Alert& alert = alerts_[key];
  const Instant now = ring::now();
  alert.channel = channel;
  alert.message = message;
  alert.again = now + options_.renew_every;
  alert.until = message.resolved ? now + kAlertLasts : kNever;
}

void CourierThread::reload_alerts(const std::vector<watch::Channel>& channels) {
  for (auto alert = alerts_.begin(); alert != alerts_.end();) {
    const auto channel = std::ranges::find(channels, alert->first.first, &watch::Channel::name);
    if (channel == channels.end() || channel->kind != kAlertmanager) {
      alert = alerts_.erase(alert);
      continue;
    }
    alert->second.channel = *channel;
    ++alert;
  }
}

// After the messages that wait: a renewal must not overtake the end of its alert.
void CourierThread::renew_alerts() {
  const Instant now = ring::now();
  std::erase_if(alerts_, [now](const auto& alert) { return now >= alert.second.until; });
  for (auto& [key, alert] : alerts_) {
    if (now < alert.again || running_.size() >= kAtOnce) continue;
    const std::string& name = alert.channel.name;
    const bool waits = std::ranges::any_of(
        queue_, [&name](const Order& order) { return order.channel.name == name; });
    if (waits || is_busy(name)) continue;
    alert.again = now + options_.renew_every;
    begin(alert.channel, alert.message, 0, true);
  }
}

Instant CourierThread::deadline() const {
  Instant next = mx_->deadline();
  for (const Running& running : running_) next = std::min(next, running.attempt->deadline());
  if (running_.size() >= kAtOnce) return next;
  for (const auto& [key, alert] : alerts_) {
    // A busy channel's turn comes when what it is busy with has ended, which ends the wait.
    if (!is_busy(alert.channel.name)) next = std::min(next, alert.again);
  }
  return next;
}

void CourierThread::wait() {
  std::vector<pollfd> polled;
  polled.push_back({.fd = shared_.bell.descriptor(), .events = POLLIN, .revents = 0});
  for (const Running& running : running_) running.attempt->descriptors(polled);
  const std::size_t resolvers = polled.size();
  mx_->descriptors(polled);
  std::vector<curl_waitfd> waited;
  for (const pollfd& one : polled) {
    const bool in = (one.events & POLLIN) != 0;
    const bool out = (one.events & POLLOUT) != 0;
    const int events = (in ? CURL_WAIT_POLLIN : 0) | (out ? CURL_WAIT_POLLOUT : 0);
    waited.push_back({.fd = one.fd, .events = static_cast<short>(events), .revents = 0});
  }

  shared_.bell.prepare();
  bool work = shared_.stop.load();
  {
    const std::lock_guard lock(shared_.lock);
    work = work || !shared_.orders.empty();
  }
  for (const Running& running : running_) work = work || running.attempt->done();
  constexpr Duration kLongest = std::chrono::seconds{60};
  const Instant before = ring::now();
  const Duration until =
      std::clamp<Duration>(std::min(deadline(), before + kLongest) - before, {}, kLongest);
  transfers_->turn(waited, work ? Duration::zero() : until);
  shared_.bell.cancel_wait();

  // libcurl does not pass on what is an error of a descriptor.
  ::poll(polled.data(), polled.size(), 0);
  if (polled[0].revents != 0) shared_.bell.wait();
  const Instant now = ring::now();
  for (const Running& running : running_) running.attempt->on_ready();
  for (std::size_t at = resolvers; at < polled.size(); ++at) {
    const auto events = static_cast<unsigned>(polled[at].revents);
    constexpr unsigned kBroken = POLLERR | POLLHUP | POLLNVAL;
    if (events == 0) continue;
    mx_->on_ready(polled[at].fd, (events & (POLLIN | kBroken)) != 0,
                  (events & (POLLOUT | kBroken)) != 0, now);
  }
  mx_->turn(now);
}

}  // namespace mxsweep::deliver
