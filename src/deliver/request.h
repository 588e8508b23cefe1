// SPDX-License-Identifier: MIT
// Makes the HTTP request that carries a message. Pure.
//
//   Source    docs of the products (presets.json); RFC 2104 (HMAC) of webhooks.
//   Shape     the fields of templates: those of watch::Message; url, token, to, from and user of
//             the channel; starts and ends, the times of an alert for Alertmanager.
//   Errors    unusable: as of preset_of().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/template.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/message.h"

namespace mxsweep::deliver {

struct Request {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  // "Name: value", without CR, LF and other controls.
  std::string body;
  std::string user;  // Of basic authentication; empty: none.
  std::string password;
};

// An alert that is not renewed for so long has ended, for an Alertmanager.
inline constexpr std::chrono::minutes kAlertLasts{5};

// Of a field that all templates know; nothing: there is no such field.
[[nodiscard]] std::optional<Origin> origin_of(std::string_view field);

// `recipient`: of Channel::to, for a kind that needs one.
Result<Request> make_request(const watch::Channel& channel, const watch::Message& message,
                             std::string_view recipient, WallTime now);

// "2026-11-26T10:02:00Z"
[[nodiscard]] std::string rfc3339(WallTime time);

}  // namespace mxsweep::deliver
