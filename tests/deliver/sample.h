// SPDX-License-Identifier: MIT
// Messages and channels to deliver.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/message.h"

namespace mxsweep::deliver {

// 2026-11-26 10:05:07.25 UTC, a Thursday.
inline constexpr WallTime kNow{std::chrono::microseconds{1795687507250000}};

inline watch::Message sample_message(watch::MessageKind kind = watch::MessageKind::opening) {
  watch::Message message;
  message.kind = kind;
  message.incident = 42;
  message.revision = 3;
  message.identity = "42.3." + std::string(watch::to_string(kind));
  message.thread = "42";
  message.resolved = kind == watch::MessageKind::closing || kind == watch::MessageKind::past;
  const std::string mark = message.resolved                       ? "UP after 7 min"
                           : kind == watch::MessageKind::reminder ? "STILL DOWN 3 h, reminder 2"
                                                                  : "DOWN";
  message.subject = "[" + mark + "] 400 hosts in 192.0.2.0/24: connect timeout (since 10:02 UTC)";
  message.summary = "400 hosts in 192.0.2.0/24 do not answer.";
  message.body =
      "400 of 412 hosts in 192.0.2.0/24 are down: connect timeout.\n\n- mx1.example.net\n";
  message.scope = "192.0.2.0/24";
  message.group = "edge";
  message.cause = "net.timeout";
  message.phase = "connect";
  message.evidence = "10:02:00 connect 192.0.2.1:25 timed out\n";
  message.since = "2026-11-26T10:02:00Z";
  if (message.resolved) message.until = "2026-11-26T10:05:00Z";
  message.members = 400;
  message.targets = {"mx1.example.net", "mx2.example.net"};
  message.json = R"({"incident":42,"state":"open"})";
  return message;
}

inline watch::Channel sample_channel(std::string kind) {
  watch::Channel channel;
  channel.name = "ops";
  channel.kind = std::move(kind);
  channel.url = "https://sink.example.net";
  for (const std::string_view whole :
       {"webhook", "slack", "mattermost", "discord", "teams", "googlechat", "template"}) {
    if (channel.kind == whole) channel.url += "/hook?key=k1";
  }
  channel.token = watch::Secret("token-1");
  channel.to = {"+4930123456"};
  channel.from = "+4930654321";
  if (channel.kind.starts_with("twilio")) channel.user = "AC1";
  if (channel.kind == "webhook") channel.signing = watch::Secret("key-1");
  if (channel.kind == "template") channel.body = R"({"text":"{{subject}}","rack":"{{rack}}"})";
  if (channel.kind == "sms")
    channel.url = "https://sms.example.net/?to={{to}}&text={{summary:160}}";
  channel.parameters = {{"rack", "b\"7"}};
  return channel;
}

}  // namespace mxsweep::deliver
