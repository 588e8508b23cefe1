// SPDX-License-Identifier: MIT
#include "deliver/preset.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "deliver/request.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::deliver {
namespace {

bool has_setting(const watch::Channel& channel, std::string_view name) {
  if (name == "url") return !channel.url.empty();
  if (name == "token") return !channel.token.empty();
  if (name == "to") return !channel.to.empty();
  if (name == "from") return !channel.from.empty();
  if (name == "user") return !channel.user.empty();
  if (name == "body") return !channel.body.empty();
  INVARIANT(false);
}

Escaper escaper_for(std::string_view content_type) {
  if (content_type.find("json") != std::string_view::npos) return Escaper::json;
  if (content_type.find("form") != std::string_view::npos) return Escaper::form;
  if (content_type.find("xml") != std::string_view::npos) return Escaper::xml;
  if (content_type.find("html") != std::string_view::npos) return Escaper::xml;
  return Escaper::none;
}

// Of a channel whose request is its own.
Status read_own(const watch::Channel& channel, Preset& preset) {
  const Template::Known known = [&](std::string_view name) -> std::optional<Origin> {
    if (channel.parameters.contains(name)) return Origin::setting;
    return origin_of(name);
  };
  preset.login = !channel.user.empty();
  preset.content_type = channel.content_type;
  if (preset.content_type.empty() && !channel.body.empty()) {
    preset.content_type = "application/json";
  }
  preset.escaper = escaper_for(preset.content_type);
  if (channel.body.empty()) preset.method = "GET";
  Result<Template> url = Template::read(channel.url, known);
  if (!url.ok()) return url.status().behind("url");
  Result<Template> body = Template::read(channel.body, known);
  if (!body.ok()) return body.status().behind("body");
  preset.url = *std::move(url);
  preset.body = *std::move(body);
  // Unless the request has the token elsewhere.
  if (!preset.login && !preset.url.names("token") && !preset.body.names("token")) {
    preset.headers.emplace_back("Authorization", *Template::read("Bearer {{token}}", known));
  }
  return {};
}

}  // namespace

bool Preset::needs_setting(std::string_view name) const {
  return std::ranges::find(needs, name) != needs.end();
}

Result<Preset> preset_of(const watch::Channel& channel) {
  const auto found = std::ranges::find(presets(), channel.kind, &Preset::kind);
  if (found == presets().end()) {
    return Status::unusable("there is no kind of channel called '" + channel.kind + "'");
  }
  for (const std::string& setting : found->needs) {
    if (!has_setting(channel, setting)) {
      return Status::unusable("kind '" + channel.kind + "' needs '" + setting + "'");
    }
  }
  Preset preset = *found;
  if (preset.url.empty()) {
    if (const Status own = read_own(channel, preset); !own.ok()) return own;
  }
  return preset;
}

}  // namespace mxsweep::deliver
