// SPDX-License-Identifier: MIT
#include "deliver/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "deliver/preset.h"
#include "mxsweep/tls/hmac.h"
#include "mxsweep/tls/sha256.h"

namespace mxsweep::deliver {
namespace {

constexpr std::array<std::string_view, 20> kMessageFields = {
    "subject",  "summary",  "body",   "scope",   "group",    "cause",  "phase",
    "evidence", "since",    "until",  "link",    "severity", "kind",   "incident",
    "revision", "identity", "thread", "members", "targets",  "channel"};
constexpr std::array<std::string_view, 5> kSettingFields = {"url", "token", "to", "from", "user"};
constexpr std::array<std::string_view, 2> kTimeFields = {"starts", "ends"};

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Fields fields_of_message(const watch::Message& message, WallTime now) {
  const std::string present = rfc3339(now);
  const std::string over = message.until.empty() ? present : message.until;
  Fields fields;
  const auto put = [&](std::string_view name, std::string value) {
    fields.emplace(name, Field{std::move(value), origin_of(name).value_or(Origin::message)});
  };
  put("subject", message.subject);
  put("summary", message.summary);
  put("body", message.body);
  put("scope", message.scope);
  put("group", message.group);
  put("cause", message.cause);
  put("phase", message.phase);
  put("evidence", message.evidence);
  put("since", message.since);
  put("until", message.until);
  put("link", message.link);
  put("severity", std::string(to_string(message.severity)));
  put("kind", std::string(to_string(message.kind)));
  put("incident", std::to_string(message.incident));
  put("revision", std::to_string(message.revision));
  put("identity", message.identity);
  put("thread", message.thread);
  put("members", std::to_string(message.members));
  put("targets", joined(message.targets));
  put("json", message.json.empty() ? "{}" : message.json);
  put("starts", message.since.empty() ? present : message.since);
  put("ends", message.resolved ? over : rfc3339(now + kAlertLasts));
  return fields;
}

Fields fields_of(const watch::Channel& channel, const Preset& preset, const watch::Message& message,
                 std::string_view recipient, WallTime now) {
  Fields fields = fields_of_message(message, now);
  const auto put = [&](std::string_view name, std::string value, Origin origin) {
    fields.insert_or_assign(std::string(name), Field{std::move(value), origin});
  };
  for (const auto& [name, value] : channel.parameters) {
    if (!origin_of(name)) put(name, value, Origin::setting);
  }
  put("channel", channel.name, Origin::message);
  const std::string base = channel.url.empty() ? preset.base : channel.url;
  put("url", without_slash(base), Origin::setting);
  put("token", channel.token.reveal(), Origin::setting);
  put("to", std::string(recipient), Origin::setting);
  put("from", channel.from, Origin::setting);
  put("user", channel.user, Origin::setting);
  const std::size_t word =
      message.resolved ? 3 : std::min<std::size_t>(static_cast<std::size_t>(message.severity), 2);
  for (const auto& [name, values] : preset.words) put(name, values[word], Origin::verbatim);
  return fields;
}

std::string header(std::string_view name, std::string_view value) {
  std::string line(name);
  line += ": ";
  append_escaped(line, value, Escaper::header);
  return line;
}

}  // namespace

std::optional<Origin> origin_of(std::string_view field) {
  if (std::ranges::find(kMessageFields, field) != kMessageFields.end()) return Origin::message;
  if (std::ranges::find(kTimeFields, field) != kTimeFields.end()) return Origin::message;
  if (std::ranges::find(kSettingFields, field) != kSettingFields.end()) return Origin::setting;
  if (field == "json") return Origin::verbatim;
  return std::nullopt;
}

Result<Request> make_request(const watch::Channel& channel, const watch::Message& message,
                             std::string_view recipient, WallTime now) {
  const Result<Preset> found = preset_of(channel);
  if (!found.ok()) return found.status();
  const Preset& preset = *found;
  const Fields fields = fields_of(channel, preset, message, recipient, now);
  const bool over = message.resolved && !preset.closing_url.empty();

  Request request;
  request.method = preset.method;
  request.url =
      (over ? preset.closing_url : preset.url).render(fields, Escaper::form, Markup::none);
  request.body =
      (over ? preset.closing_body : preset.body).render(fields, preset.escaper, preset.markup);
  if (!preset.content_type.empty()) {
    request.headers.push_back(header("Content-Type", preset.content_type));
  }
  for (const auto& [name, value] : preset.headers) {
    if (value.lacks_setting(fields)) continue;
    request.headers.push_back(header(name, value.render(fields, Escaper::header, Markup::none)));
  }
  if (preset.login && !channel.user.empty()) {
    request.user = channel.user;
    request.password = (channel.password.empty() ? channel.token : channel.password).reveal();
  }
  if (!channel.signing.empty()) {
    request.headers.push_back(
        "X-Mxsweep-Signature: sha256=" +
        tls::to_hexadecimal(tls::hmac_sha256(channel.signing.reveal(), request.body)));
  }
  return request;
}

std::string rfc3339(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(seconds)};
  const std::chrono::hh_mm_ss clock{seconds - std::chrono::floor<std::chrono::days>(seconds)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace mxsweep::deliver
