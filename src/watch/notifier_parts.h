// SPDX-License-Identifier: MIT
// The inside of the notifier: audiences by incident, lines by channel, and what is due when.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mxsweep/watch/notifier.h"
#include "watch/audience.h"
#include "watch/delivery.h"
#include "watch/line.h"

namespace mxsweep::watch {

// A longer digest would not be read to its end; the rest follows in the next.
inline constexpr std::size_t kDigestMost = 200;

struct Notifier::Parts {
  struct Digest {  // In flight.
    ChannelNumber sent_as = 0;
    std::string channel;
    std::vector<IncidentId> incidents;
  };
  struct Trouble {
    std::string channel;
    std::string error;  // Empty: it works.
  };
  struct Ready {
    IncidentId id = 0;
    const Incident* incident = nullptr;
    Delivery* delivery = nullptr;
  };

  const Settings* settings = nullptr;
  World world;
  std::unordered_map<IncidentId, Audience> audiences;
  std::set<std::pair<Instant, IncidentId>> due;
  std::vector<Line> lines;  // By the number of the channel.
  std::vector<Digest> digests;
  std::vector<Trouble> troubles;
  Effects pending;  // Until the next turn().

  [[nodiscard]] Delivery* in_flight(IncidentId id, ChannelNumber sent_as);
  Audience& audience_of(IncidentId id);
  void wake_at(IncidentId id, Audience& audience, Instant at);
  void touch(IncidentId id, Audience& audience, const Moment& now);  // To be planned now.

  // notifier.cc
  void plan(IncidentId id, Audience& audience, const Moment& now);
  void plan_delivery(IncidentId id, Audience& audience, Delivery& delivery,
                     const Circumstances& circumstances);
  void close_rows(Audience& audience);  // The incident is unknown: nothing is owed of it.

  // notifier_lines.cc
  void flush(ChannelNumber number, const Moment& now, Effects& effects,
             std::vector<IncidentId>& touched);
  void send_one(const Ready& ready, const Moment& now, Effects& effects);
  void send_digest(ChannelNumber number, const std::vector<Ready>& ready, const Moment& now,
                   Effects& effects);
  void answer(IncidentId id, Delivery& delivery, const Delivered& delivered, const Moment& now);
  void answer_digest(const Delivered& delivered, const Moment& now);
  void line_answered(ChannelNumber number, bool ok, Duration retry_after, const Moment& now);
  void hurry(ChannelNumber number, const Moment& now);
};

}  // namespace mxsweep::watch
