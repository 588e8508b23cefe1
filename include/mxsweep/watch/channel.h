// SPDX-License-Identifier: MIT
// A way to send messages, as the user has configured it: [[channel]].
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/secret.h"

namespace mxsweep::watch {

using ChannelNumber = std::uint16_t;  // Its place in Settings.

enum class Relaying : std::uint8_t { starttls_if_offered, starttls, implicit };

struct Relay {
  std::string host;  // Empty: "mx:", straight to the recipient's MX.
  std::uint16_t port = 587;
  Relaying tls = Relaying::starttls_if_offered;
};

struct Channel {
  std::string name;
  std::string kind;  // "mail", "webhook", "exec", "alertmanager", or a preset of deliver/presets.
  // mail
  std::vector<std::string> to;  // Also the recipients of presets, such as telephone numbers.
  std::string from;
  std::vector<Relay> relays;  // In order.
  std::string user;
  Secret password;
  // HTTP: of webhooks and presets.
  std::string url;
  Secret token;    // Authorization, or what the preset makes of it.
  Secret signing;  // The key of a webhook's HMAC.
  std::map<std::string, std::string, std::less<>> parameters;  // Of the preset's template.
  std::string body;  // A template of the user's own, for kind = "template".
  std::string content_type;
  // exec
  std::vector<std::string> command;
  std::string ca_file;
  Duration timeout = std::chrono::seconds{30};
  std::uint32_t max_per_hour = 0;  // 0: no cap. What exceeds it goes into a digest.
  std::optional<ChannelNumber> fallback;
  std::string time_zone;  // For the times in its messages, beside UTC; empty: UTC alone.
};

}  // namespace mxsweep::watch
