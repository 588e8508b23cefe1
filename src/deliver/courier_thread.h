// SPDX-License-Identifier: MIT
// The courier's thread: which message is next, and the waiting for all that is under way.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "deliver/attempt.h"
#include "mxsweep/deliver/courier.h"

namespace mxsweep::deliver {

struct Order {
  enum class What : std::uint8_t { send, ping, resume, reload };

  watch::Channel channel{};
  watch::Send send{};
  std::vector<watch::Channel> channels{};  // Of reload.
  What what = What::send;
};

// What the two threads share.
struct CourierShared {
  explicit CourierShared(threads::Doorbell& its_answers) : answers(its_answers) {}

  void put(Order&& order) {
    {
      const std::lock_guard guard(lock);
      orders.push_back(std::move(order));
    }
    bell.notify_if_waiting();
  }

  threads::Doorbell bell;      // Of the courier.
  threads::Doorbell& answers;  // Of the other thread.
  std::atomic<bool> stop = false;
  std::atomic<std::uint32_t> open = 0;
  mutable std::mutex lock;
  std::deque<Order> orders;
  std::deque<watch::Delivered> delivered;
  std::string ping_error;
};

class CourierThread {
 public:
  CourierThread(CourierOptions options, CourierShared& shared);
  ~CourierThread();
  CourierThread(const CourierThread&) = delete;
  CourierThread& operator=(const CourierThread&) = delete;

  Status open();
  void run();

 private:
  // An alert that an Alertmanager has accepted.
  struct Alert {
    watch::Channel channel;
    watch::Message message;
    Instant again{};
    Instant until = kNever;  // Of one that has ended.
  };
  using AlertKey = std::pair<std::string, std::string>;  // Channel and thread of messages.
  struct Running {
    std::unique_ptr<Attempt> attempt;
    watch::ChannelNumber number = 0;
    bool renewal = false;
  };

  void take_orders();
  void begin_attempts();
  void begin(const watch::Channel& channel, watch::Message message, watch::ChannelNumber number,
             bool renewal);
  void end_attempts();
  void ping(const std::string& url);
  void keep_alert(const watch::Channel& channel, const watch::Message& message);
  void reload_alerts(const std::vector<watch::Channel>& channels);
  void renew_alerts();
  void wait();
  [[nodiscard]] Instant deadline() const;
  [[nodiscard]] bool is_busy(const std::string& channel) const;

  CourierOptions options_;
  CourierShared& shared_;
  std::unique_ptr<Transfers> transfers_;
  std::unique_ptr<MxFinder> mx_;
  std::unique_ptr<Means> means_;
  std::deque<Order> queue_;
  std::vector<Running> running_;
  std::map<AlertKey, Alert> alerts_;
  // The recipients that have accepted a message which others have not: by channel and identity.
  std::map<std::pair<std::string, std::string>, std::set<std::string>> accepted_;
};

}  // namespace mxsweep::deliver
