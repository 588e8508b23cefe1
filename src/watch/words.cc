// SPDX-License-Identifier: MIT
// The words of the monitor's enums, as in messages, events, state.db and `ctl --json`.
#include <string_view>

#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/message.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/state.h"

namespace mxsweep::watch {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::critical: break;
  }
  return "critical";
}

std::string_view to_string(RunKind kind) {
  switch (kind) {
    case RunKind::exec: return "exec";
    case RunKind::script: return "script";
    case RunKind::roundtrip: break;
  }
  return "roundtrip";
}

std::string_view to_string(State state) {
  switch (state) {
    case State::unknown: return "unknown";
    case State::up: return "up";
    case State::degraded: return "degraded";
    case State::down: break;
  }
  return "down";
}

std::string_view to_string(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::down: return "down";
    case IncidentKind::degraded: return "degraded";
    case IncidentKind::flapping: return "flapping";
    case IncidentKind::unobserved: return "unobserved";
    case IncidentKind::check: return "check";
    case IncidentKind::blind: return "blind";
    case IncidentKind::internal: return "internal";
    case IncidentKind::certificate: return "certificate";
    case IncidentKind::change: return "change";
    case IncidentKind::digest: break;
  }
  return "digest";
}

std::string_view to_string(ScopeKind kind) {
  switch (kind) {
    case ScopeKind::monitor: return "monitor";
    case ScopeKind::address: return "address";
    case ScopeKind::certificate: return "certificate";
    case ScopeKind::mx_set: return "mx_set";
    case ScopeKind::prefix: return "prefix";
    case ScopeKind::meta: return "meta";
    case ScopeKind::mx_operator: return "operator";
    case ScopeKind::group: return "group";
    case ScopeKind::everything: return "everything";
    case ScopeKind::several: break;
  }
  return "several";
}

std::string_view to_string(MessageKind kind) {
  switch (kind) {
    case MessageKind::opening: return "opening";
    case MessageKind::update: return "update";
    case MessageKind::reminder: return "reminder";
    case MessageKind::closing: return "closing";
    case MessageKind::past: return "past";
    case MessageKind::notice: return "notice";
    case MessageKind::digest: return "digest";
    case MessageKind::test: break;
  }
  return "test";
}

}  // namespace mxsweep::watch
