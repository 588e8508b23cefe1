// SPDX-License-Identifier: MIT
// The network of a scripted world: servers, canaries and receivers of messages, as functions of the
// time since its start.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/core/cause.h"
#include "mxsweep/watch/effects.h"
#include "mxsweep/watch/message.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/sample.h"

namespace mxsweep::watch {

// What a probe finds, and how long it takes.
struct Answer {
  Sample sample;
  Duration takes{};
};

[[nodiscard]] inline Answer answer(Cause cause, Phase phase, Duration takes,
                                   const std::vector<Cause>& page_on = {}) {
  results::Record record;
  record.outcome = outcome_of(cause);
  record.cause = cause;
  record.phase = phase;
  Answer answer{sample_of(record, page_on), takes};
  answer.sample.record = nullptr;
  return answer;
}

[[nodiscard]] inline Answer well(Duration takes = std::chrono::milliseconds{80}) {
  static const Answer kWell = answer(Cause::none, Phase::quit, {});
  return {kWell.sample, takes};
}
[[nodiscard]] inline Answer unreachable() {
  static const Answer kAnswer =
      answer(Cause::net_timeout, Phase::connect, std::chrono::seconds{10});
  return kAnswer;
}
[[nodiscard]] inline Answer closed() {
  static const Answer kAnswer =
      answer(Cause::net_refused, Phase::connect, std::chrono::milliseconds{40});
  return kAnswer;
}
[[nodiscard]] inline Answer throttled() {
  static const Answer kAnswer =
      answer(Cause::throttled_rate, Phase::greeting, std::chrono::milliseconds{60});
  return kAnswer;
}
[[nodiscard]] inline Answer without_starttls() {
  static const Answer kAnswer =
      answer(Cause::starttls_not_supported, Phase::quit, std::chrono::milliseconds{80});
  return kAnswer;
}

using Script = std::function<Answer(Duration since_start)>;

struct Spell {
  Duration from{};
  Duration lasts{};
  Answer answer;
};
// Well, but for these spells.
[[nodiscard]] inline Script spells(std::vector<Spell> spells) {
  return [spells = std::move(spells)](Duration time) {
    for (const Spell& spell : spells) {
      if (time >= spell.from && time < spell.from + spell.lasts) return spell.answer;
    }
    return well();
  };
}
// From `from` to `until` in turns well and not.
[[nodiscard]] inline Script alternating(Duration from, Duration until, Duration well_for,
                                        Duration not_for, Answer answer) {
  return [=](Duration time) {
    if (time < from || time >= until) return well();
    return (time - from) % (well_for + not_for) < well_for ? well() : answer;
  };
}

// What becomes of a message.
struct Receipt {
  Delivered delivered = accepted();
  Duration takes = std::chrono::milliseconds{200};

  [[nodiscard]] static Delivered accepted() {
    Delivered delivered;
    delivered.ok = true;
    return delivered;
  }
};
[[nodiscard]] inline Receipt no_receipt() {
  Receipt receipt;
  receipt.delivered.ok = false;
  receipt.delivered.path_failed = true;
  receipt.delivered.text = "connection timed out";
  receipt.takes = std::chrono::seconds{10};
  return receipt;
}
using ReceiverScript = std::function<Receipt(Duration since_start, const Message& message)>;

// What is not scripted is well.
class Network {
 public:
  void set_server(MonitorId monitor, Script script) {
    if (servers_.size() <= monitor) servers_.resize(monitor + 1);
    servers_[monitor] = std::move(script);
  }
  // What a probe to TLS finds, if that is not the same.
  void set_server_by_tls(MonitorId monitor, Script script) { by_tls_[monitor] = std::move(script); }
  void set_canary(std::uint32_t canary, Script script) { canaries_[canary] = std::move(script); }
  void set_receiver(ChannelNumber channel, ReceiverScript script) {
    receivers_[channel] = std::move(script);
  }
  // These servers do the same while it lasts, whatever their own scripts say.
  void add_outage(Duration from, Duration lasts, const Answer& answer,
                  std::function<bool(MonitorId)> concerns) {
    outages_.push_back({from, from + lasts, answer, std::move(concerns)});
  }
  // Our own network is dead: nothing is reached, no message gets out.
  void add_own_outage(Duration from, Duration lasts) {
    own_outages_.emplace_back(from, from + lasts);
  }

  [[nodiscard]] Answer probe(MonitorId monitor, bool with_tls, Duration time) const {
    if (cut_off(time)) return unreachable();
    for (const Outage& outage : outages_) {
      if (time >= outage.from && time < outage.until && outage.concerns(monitor)) {
        return outage.answer;
      }
    }
    if (with_tls && !by_tls_.empty()) {
      const auto script = by_tls_.find(monitor);
      if (script != by_tls_.end()) return script->second(time);
    }
    if (monitor < servers_.size() && servers_[monitor]) return servers_[monitor](time);
    return well();
  }
  [[nodiscard]] Answer probe_canary(std::uint32_t canary, Duration time) const {
    if (cut_off(time)) return unreachable();
    const auto script = canaries_.find(canary);
    return script == canaries_.end() ? well() : script->second(time);
  }
  [[nodiscard]] Receipt deliver(ChannelNumber channel, const Message& message,
                                Duration time) const {
    if (cut_off(time)) return no_receipt();
    const auto script = receivers_.find(channel);
    return script == receivers_.end() ? Receipt{} : script->second(time, message);
  }

 private:
  struct Outage {
    Duration from{};
    Duration until{};
    Answer answer;
    std::function<bool(MonitorId)> concerns;
  };

  [[nodiscard]] bool cut_off(Duration time) const {
    return std::any_of(own_outages_.begin(), own_outages_.end(), [time](const auto& outage) {
      return time >= outage.first && time < outage.second;
    });
  }

  std::vector<Script> servers_;
  std::unordered_map<MonitorId, Script> by_tls_;
  std::unordered_map<std::uint32_t, Script> canaries_;
  std::unordered_map<ChannelNumber, ReceiverScript> receivers_;
  std::vector<Outage> outages_;
  std::vector<std::pair<Duration, Duration>> own_outages_;
};

}  // namespace mxsweep::watch
