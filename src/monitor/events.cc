// SPDX-License-Identifier: MIT
#include "monitor/events.h"

#include <fmt/format.h>

#include "mxsweep/results/json_object.h"

namespace mxsweep::monitor {
namespace {

using results::JsonObject;
using results::timestamp;
// Of syslog: 3 error, 4 warning, 5 notice, 6 information.
int priority_of(std::string_view type) {
  if (type == "opened" || type == "blind" || type == "internal") return 3;
  if (type == "confirmed" || type == "flapping" || type == "clock") return 4;
  if (type == "problem" || type == "told") return 6;
  return 5;
}

// What a peer has sent must not move the cursor of a terminal.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) {
      out += fmt::format("\\x{:02x}", octet);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void append_event_json(const watch::Event& event, std::string& out) {
  JsonObject object;
  object.text("at", timestamp(event.at)).text("event", event.type);
  object.text_if_any("monitor", event.monitor).number_if_any("incident", event.incident);
  object.text_if_any("channel", event.channel).text_if_any("text", event.text);
  out += object.end();
  out += '\n';
}

std::string event_line(const watch::Event& event, bool for_journal) {
  std::string line = for_journal ? fmt::format("<{}>", priority_of(event.type))
                                 : timestamp(event.at).substr(11, 8) + ' ';
  line += event.type;
  if (event.incident != 0) line += fmt::format(" incident {}", event.incident);
  if (!event.monitor.empty()) line += ' ' + printable(event.monitor);
  if (!event.channel.empty()) line += " by " + printable(event.channel);
  if (!event.text.empty()) line += ": " + printable(event.text);
  return line;
}

}  // namespace mxsweep::monitor
