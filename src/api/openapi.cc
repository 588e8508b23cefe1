// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string>

#include "api/openapi.json.h"
#include "mxsweep/api/api.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/message.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/state.h"

namespace mxsweep::api {
namespace {

// The words of an enum up to its value `last`, with a comma between.
template <typename Enum>
std::string words_to(Enum last) {
  std::string list;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i) {
    if (i > 0) list += ", ";
    list += '"';
    list += to_string(static_cast<Enum>(i));
    list += '"';
  }
  return list;
}

std::string word_list(std::string_view name) {
  if (name == "causes") return words_to(static_cast<Cause>(kCauseCount - 1));
  if (name == "phases") return words_to(Phase::quit);
  if (name == "outcomes") return words_to(Outcome::local);
  if (name == "states") return words_to(watch::State::down);
  if (name == "severities") return words_to(watch::Severity::critical);
  if (name == "scopes") return words_to(watch::ScopeKind::several);
  if (name == "incidents") return words_to(watch::IncidentKind::digest);
  INVARIANT(name == "messages");
  return words_to(watch::MessageKind::test);
}

// In the file a placeholder such as "@causes@" stands for the words of a closed list.
std::string filled_in() {
  constexpr std::string_view kOpen = "\"@";
  constexpr std::string_view kClose = "@\"";
  std::string text;
  std::string_view rest = kOpenapi;
  while (true) {
    const std::size_t open = rest.find(kOpen);
    text += rest.substr(0, open);
    if (open == rest.npos) return text;
    rest.remove_prefix(open + kOpen.size());
    const std::size_t close = rest.find(kClose);
    text += word_list(rest.substr(0, close));
    rest.remove_prefix(close + kClose.size());
  }
}

}  // namespace

std::string_view openapi() {
  static const std::string text = filled_in();
  return text;
}

}  // namespace mxsweep::api
