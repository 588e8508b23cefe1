// SPDX-License-Identifier: MIT
// [[channel]].
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "config/reader.h"
#include "config/values.h"

namespace mxsweep::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kChannelsMax = 1000;  // Each has a queue; more than that is a mistake.
constexpr std::string_view kJson = "application/json";

// Keys that mean something for some kinds only. Presets decide themselves what they use of the
// others.
struct Belonging {
  std::string_view key;
  std::string_view kinds;  // With blanks between and around.
};
constexpr std::array kBelongings = {
    Belonging{"relays", " mail "},         Belonging{"command", " exec "},
    Belonging{"signing_key", " webhook "}, Belonging{"signing_key_file", " webhook "},
    Belonging{"body", " template "},       Belonging{"content_type", " template "},
};
// Keys that these kinds have no use for.
constexpr std::array kStrangers = {
    Belonging{"url", " mail exec "},
    Belonging{"token", " mail exec "},
    Belonging{"token_file", " mail exec "},
    Belonging{"parameters", " mail exec webhook "},
    Belonging{"to", " exec webhook "},
    Belonging{"from", " exec webhook "},
    Belonging{"user", " exec "},
    Belonging{"password", " exec "},
    Belonging{"password_file", " exec "},
    Belonging{"ca_file", " exec "},
};

bool has_kind(std::string_view kinds, std::string_view kind) {
  return kinds.find(fmt::format(" {} ", kind)) != std::string_view::npos;
}

void check_belongings(const Fields& fields, std::string_view kind) {
  for (const Belonging& each : kBelongings) {
    if (!fields.has(each.key) || has_kind(each.kinds, kind)) continue;
    fields.complain(each.key,
                    fmt::format("{} is for channels of kind{}only; this one is of kind '{}'",
                                each.key, each.kinds, kind));
  }
  for (const Belonging& each : kStrangers) {
    if (!fields.has(each.key) || !has_kind(each.kinds, kind)) continue;
    fields.complain(each.key,
                    fmt::format("a channel of kind '{}' has no use for {}", kind, each.key));
  }
}

// False: there is no such kind, and what else it needs is not known.
bool read_kind(Fields& fields, const Surroundings& surroundings, std::string& kind) {
  fields.text("kind", kind);
  if (kind.empty()) {
    if (!fields.has("kind")) fields.missing("kind");
    return false;
  }
  if (surroundings.has_channel_kind(kind)) return true;
  std::vector<std::string> known = surroundings.channel_kinds;
  for (const std::string_view word : {"mail", "webhook", "exec", "alertmanager", "template"}) {
    if (std::ranges::find(known, word) == known.end()) known.emplace_back(word);
  }
  fields.complain("kind", fmt::format("there is no channel of kind '{}'{}", fields.written("kind"),
                                      suggestion(kind, known)));
  return false;
}

void read_relays(Fields& fields, Context& context, watch::Channel& channel) {
  for (const Word& word : fields.words("relays")) {
    const std::optional<watch::Relay> relay = read_relay(word.text, !channel.user.empty());
    if (relay) channel.relays.push_back(*relay);
    if (!relay) {
      context.complain(word.where, fmt::format("relays: '{}' is not a relay: write HOST, HOST:587, "
                                               "starttls://HOST, smtps://HOST or mx:",
                                               word.written));
    }
  }
}

void read_recipients(Fields& fields, Context& context, watch::Channel& channel) {
  for (Word& word : fields.words("to")) {
    if (channel.kind == "mail" && !is_mail_address(word.text)) {
      context.complain(word.where, fmt::format("to: '{}' is not a mail address", word.written));
      continue;
    }
    channel.to.push_back(std::move(word.text));
  }
  fields.text("from", channel.from);
  if (channel.kind == "mail" && !channel.from.empty() && !is_mail_address(channel.from)) {
    fields.complain("from",
                    fmt::format("from: '{}' is not a mail address", fields.written("from")));
  }
}

void read_command(Fields& fields, watch::Channel& channel) {
  fields.texts("command", channel.command);
  if (!channel.command.empty() && !channel.command.front().starts_with('/')) {
    fields.complain("command",
                    "command must begin with the whole path of a program, such as \"/usr/bin/x\"");
  }
}

void check_needs(const Fields& fields, const watch::Channel& channel) {
  const auto need = [&](std::string_view key) {
    if (!fields.has(key)) fields.missing(key);
  };
  if (channel.kind == "mail") {
    need("to");
    need("relays");
  }
  if (channel.kind == "webhook" || channel.kind == "alertmanager" || channel.kind == "template") {
    need("url");
  }
  if (channel.kind == "exec") need("command");
  if (channel.kind == "template") need("body");
}

watch::Channel read_channel(Fields& fields, Reading& reading) {
  watch::Channel channel;
  const bool known = read_kind(fields, reading.context.surroundings, channel.kind);
  channel.name = channel.kind;
  fields.text("name", channel.name);
  fields.text("user", channel.user);
  read_recipients(fields, reading.context, channel);
  read_relays(fields, reading.context, channel);
  fields.secret("password", channel.password);
  fields.url("url", channel.url);
  fields.secret("token", channel.token);
  fields.secret("signing_key", channel.signing);
  fields.labels("parameters", channel.parameters);
  fields.text("body", channel.body);
  fields.text("content_type", channel.content_type);
  read_command(fields, channel);
  fields.text("ca_file", channel.ca_file);
  fields.span("timeout", channel.timeout, 1s, 10min);
  fields.number("max_per_hour", channel.max_per_hour, 0, 3600);
  fields.zone("time_zone", channel.time_zone);
  if (known) {
    check_belongings(fields, channel.kind);
    check_needs(fields, channel);
  }
  if (channel.kind == "mail" && channel.from.empty() && !reading.settings.helo.empty()) {
    channel.from = "mxsweep@" + reading.settings.helo;
  }
  if (channel.kind == "template" && channel.content_type.empty()) channel.content_type = kJson;
  return channel;
}

// A channel whose fallbacks lead back to it. Each ring is reported once, where it begins.
void check_rings(const std::vector<Fields>& fields, Reading& reading) {
  const std::vector<watch::Channel>& channels = reading.settings.channels;
  std::set<std::size_t> in_ring;
  for (std::size_t start = 0; start < channels.size(); ++start) {
    if (in_ring.contains(start)) continue;
    std::string path = shown(channels[start].name);
    std::vector<std::size_t> passed = {start};
    std::optional<watch::ChannelNumber> next = channels[start].fallback;
    while (next && *next != start && std::ranges::find(passed, *next) == passed.end()) {
      passed.push_back(*next);
      path += " → " + shown(channels[*next].name);
      next = channels[*next].fallback;
    }
    if (!next || *next != start) continue;
    in_ring.insert(passed.begin(), passed.end());
    fields[start].complain("fallback",
                           fmt::format("fallback leads back to the same channel: {} → {}", path,
                                       shown(channels[start].name)));
  }
}

}  // namespace

std::optional<watch::ChannelNumber> channel_of(const Word& name, Reading& reading) {
  const auto found = reading.channels.find(name.text);
  if (found != reading.channels.end()) return found->second;
  reading.context.complain(name.where,
                           fmt::format("there is no channel '{}'{}", name.written,
                                       suggestion(name.text, names_of(reading.channels))));
  return std::nullopt;
}

void read_channels(const Document& document, Reading& reading) {
  const std::vector<const toml::table*>& tables = document.of("channel");
  if (tables.size() > kChannelsMax) {
    reading.context.complain(tables.back()->source(),
                             fmt::format("there are more than {} channels", kChannelsMax));
    return;
  }
  std::vector<Fields> all;
  for (const toml::table* table : tables) {
    Fields fields(reading.context, "channel", {table});
    watch::Channel channel = read_channel(fields, reading);
    const auto number = static_cast<watch::ChannelNumber>(reading.settings.channels.size());
    const bool first = reading.channels.try_emplace(channel.name, number).second;
    if (!first && !channel.name.empty()) {
      fields.complain("name", fmt::format("there is another channel '{}'", shown(channel.name)));
    }
    reading.settings.channels.push_back(std::move(channel));
    all.push_back(std::move(fields));
  }
  // A fallback may be below the channel that names it.
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (const std::optional<Word> name = all[i].word("fallback")) {
      reading.settings.channels[i].fallback = channel_of(*name, reading);
    }
    all[i].finish();
  }
  check_rings(all, reading);
}

}  // namespace mxsweep::config
