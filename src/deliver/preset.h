// SPDX-License-Identifier: MIT
// How a kind of channel speaks HTTP: the request as templates. Those of known products are data, in
// presets.json; "template" and "sms" take theirs from the channel. Pure.
//
//   Shape    needs    the settings that the channel must have
//            base     what {{url}} is if the channel has none
//            words    fields whose value depends on the severity, or is that of "resolved"
//            escape, markup   see deliver/text.h
//            body     a text; with "escape": "json" a value, in which "{{=word}}" stands for a
//                     number; with "form" an object of the form's fields
//            closing  what differs for the end of an incident
//   Errors   a Status that names the kind and the setting.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/template.h"
#include "deliver/text.h"
#include "mxsweep/core/status.h"
#include "mxsweep/watch/channel.h"

namespace mxsweep::deliver {

// For each severity, and for what is resolved.
using Words = std::map<std::string, std::array<std::string, 4>, std::less<>>;

struct Preset {
  std::string kind;
  std::string method = "POST";
  std::vector<std::string> needs;
  std::string base;
  Words words;
  bool login = false;  // HTTP basic authentication with user and token or password.
  Escaper escaper = Escaper::json;
  Markup markup = Markup::none;
  std::string content_type;
  std::vector<std::pair<std::string, Template>> headers;  // Left out if a setting is empty.
  Template url;
  Template body;
  Template closing_url;
  Template closing_body;

  [[nodiscard]] bool needs_setting(std::string_view name) const;
};

// Of presets.json, or of a text like it.
Result<std::vector<Preset>> read_presets(std::string_view json);
[[nodiscard]] const std::vector<Preset>& presets();

// The channel's preset. unusable: there is no such kind, the channel lacks a setting, or its own
// template is wrong.
Result<Preset> preset_of(const watch::Channel& channel);

}  // namespace mxsweep::deliver
