// SPDX-License-Identifier: MIT
#include "config/alert_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "config/values.h"

namespace mxsweep::config {
namespace {

using watch::Channel;
using watch::ChannelNumber;
using watch::Settings;
using watch::Severity;

constexpr std::array kSeverities = {Severity::critical, Severity::warning, Severity::info};

enum class Match : std::uint8_t { no, sometimes, always };

Match match_of(const watch::Selector& selector, const watch::Group& group, Severity severity) {
  if (selector.group && *selector.group != group.name) return Match::no;
  if (selector.severity && *selector.severity != severity) return Match::no;
  Match match = selector.target && *selector.target != "*" ? Match::sometimes : Match::always;
  for (const auto& [name, value] : selector.labels) {
    const auto label = group.labels.find(name);
    if (label != group.labels.end() && label->second == value) continue;
    match = Match::sometimes;  // A field of meta may have this text.
  }
  return match;
}

void add(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

// Channels that some message may go to: by routes, escalations and their fallbacks.
std::set<ChannelNumber> used_channels(const Settings& settings) {
  std::set<ChannelNumber> used;
  const auto use = [&](const std::vector<ChannelNumber>& channels) {
    for (const ChannelNumber number : channels) {
      std::optional<ChannelNumber> next = number;
      while (next && used.insert(*next).second) next = settings.channels[*next].fallback;
    }
  };
  for (const watch::Route& route : settings.routes) {
    use(route.to);
    for (const watch::Escalation& step : route.escalate) use(step.to);
  }
  return used;
}

std::string_view domain_of(std::string_view recipient) {
  return recipient.substr(recipient.rfind('@') + 1);
}

bool mx_is_watched(const Channel& channel, const Watched& watched) {
  return std::ranges::all_of(channel.to, [&watched](const std::string& recipient) {
    return watched.has_mx_of(domain_of(recipient));
  });
}

bool all_relays_watched(const Channel& channel, const Watched& watched) {
  return std::ranges::all_of(channel.relays, [&](const watch::Relay& relay) {
    return relay.host.empty() ? mx_is_watched(channel, watched) : watched.has_server(relay.host);
  });
}

struct AlertPath {
  bool other_kinds = false;
  std::vector<const Channel*> mail;
  std::vector<const Channel*> depending;  // Of `mail`: all their relays are watched.
};

AlertPath alert_path_of(const Settings& settings, const Watched& watched) {
  AlertPath path;
  for (const ChannelNumber number : used_channels(settings)) {
    const Channel& channel = settings.channels[number];
    if (channel.kind != "mail") {
      path.other_kinds = true;
      continue;
    }
    path.mail.push_back(&channel);
    if (all_relays_watched(channel, watched)) path.depending.push_back(&channel);
  }
  return path;
}

void remark_on_mail(const Settings& settings, const Watched& watched,
                    std::vector<Remark>& remarks) {
  const AlertPath path = alert_path_of(settings, watched);
  const bool nothing_else = !path.other_kinds && path.depending.size() == path.mail.size();
  for (const Channel* channel : path.depending) {
    remarks.push_back(
        {nothing_else ? Remark::Weight::error : Remark::Weight::warning,
         fmt::format("every relay of the channel '{}' is a server that is watched{}",
                     shown(channel->name),
                     nothing_else ? ", and messages have no other way: when it fails, no alert "
                                    "arrives; add a relay elsewhere or a channel of another kind"
                                  : "")});
  }
  for (const Channel* channel : path.mail) {
    std::set<std::string_view> domains;
    for (const std::string& recipient : channel->to) domains.insert(domain_of(recipient));
    for (const std::string_view domain : domains) {
      if (!watched.has_mx_of(domain)) continue;
      remarks.push_back({Remark::Weight::warning,
                         fmt::format("the channel '{}' sends to {}, whose MX is a server that is "
                                     "watched: while it is down, messages wait",
                                     shown(channel->name), shown(domain))});
    }
  }
}

void remark_on_http(const Settings& settings, std::vector<Remark>& remarks) {
  const watch::Http& http = settings.http;
  const auto warn = [&remarks](std::string sentence) {
    remarks.push_back({Remark::Weight::warning, std::move(sentence)});
  };
  if (http.listen.empty()) return;
  const bool local = http.listen.starts_with("127.") || http.listen.starts_with("[::1]");
  if (!local) {
    warn(
        fmt::format("the status page listens at {} without TLS: the token and all that is shown "
                    "can be read on the way",
                    http.listen));
  }
  if (http.token.empty()) {
    warn(
        "[http] has no token: nothing can be acknowledged or silenced over HTTP but by the links "
        "of messages");
  }
}

}  // namespace

std::vector<Reach> reaches_of(const Settings& settings) {
  std::vector<Reach> reaches;
  const auto name_of = [&settings](ChannelNumber number) { return settings.channels[number].name; };
  for (const watch::Group& group : settings.groups) {
    for (const Severity severity : kSeverities) {
      Reach& reach = reaches.emplace_back();
      reach.group = group.name;
      reach.severity = severity;
      for (const watch::Route& route : settings.routes) {
        const Match match = match_of(route.match, group, severity);
        if (match == Match::no) continue;
        for (const ChannelNumber number : route.to) {
          add(match == Match::always ? reach.at_once : reach.sometimes, name_of(number));
        }
        for (const watch::Escalation& step : route.escalate) {
          for (const ChannelNumber number : step.to) add(reach.later, name_of(number));
        }
      }
    }
  }
  return reaches;
}

std::vector<Remark> remarks_on(const Settings& settings, const Watched& watched,
                               const std::vector<Reach>& reaches) {
  std::vector<Remark> remarks;
  const auto warn = [&remarks](std::string sentence) {
    remarks.push_back({Remark::Weight::warning, std::move(sentence)});
  };
  if (settings.channels.empty()) {
    warn("there is no channel: nothing will be reported, except by `mxsweep ctl status`");
  }
  if (settings.vantage.canaries.empty()) {
    warn(
        "there are no canaries ([vantage]): a fault of this machine's network looks like a fault "
        "of the servers");
  }
  const std::set<ChannelNumber> used = used_channels(settings);
  for (std::size_t i = 0; i < settings.channels.size(); ++i) {
    if (used.contains(static_cast<ChannelNumber>(i))) continue;
    warn(fmt::format("no route leads to the channel '{}'", shown(settings.channels[i].name)));
  }
  for (std::size_t i = 0; i < settings.groups.size(); ++i) {
    const watch::Group& group = settings.groups[i];
    if (watched.monitors[i] == 0) {
      warn(fmt::format("the group '{}' has no target", shown(group.name)));
    }
    const auto of_failures = std::ranges::find_if(reaches, [&group](const Reach& reach) {
      return reach.group == group.name && reach.severity == group.severity;
    });
    const bool unreported = of_failures != reaches.end() && of_failures->at_once.empty();
    if (!settings.channels.empty() && unreported) {
      warn(fmt::format("no route takes every failure of the group '{}'", shown(group.name)));
    }
  }
  remark_on_mail(settings, watched, remarks);
  remark_on_http(settings, remarks);
  return remarks;
}

}  // namespace mxsweep::config
