// SPDX-License-Identifier: MIT
#include "pages/pages_under_test.h"

#include <algorithm>

#include "support/sample_facts.h"

namespace mxsweep::pages {
namespace {

namespace samples = view::samples;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == ':' || c == '_';
}

std::string_view name_at(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_name(text[size])) ++size;
  return text.substr(0, size);
}

constexpr std::string_view kVoid[] = {"meta", "link", "input", "br", "hr", "img"};

}  // namespace

Audience insiders() {
  Audience audience;
  audience.targets = true;
  audience.url = "https://status.example.net/";
  audience.acknowledge = [](watch::IncidentId id) {
    return "/incident/" + std::to_string(id) + "/acknowledge?mac=\"'<>&";
  };
  return audience;
}

Audience strangers() { return {}; }

std::vector<NamedPage> usual_pages(const Audience& audience) {
  return {{"overview, empty", overview(samples::empty_overview(), audience)},
          {"overview, calm", overview(samples::calm_overview(), audience)},
          {"overview, outage", overview(samples::outage_overview(), audience)},
          {"overview, blind", overview(samples::blind_overview(), audience)},
          {"overview, trouble", overview(samples::trouble_overview(), audience)},
          {"overview, large", overview(samples::large_overview(40, 30), audience)},
          {"group, empty", group(samples::empty_group(), audience)},
          {"group, calm", group(samples::calm_group(), audience)},
          {"group, outage", group(samples::outage_group(), audience)},
          {"monitor, empty", monitor(samples::empty_monitor(), audience)},
          {"monitor, up", monitor(samples::up_monitor(), audience)},
          {"monitor, down", monitor(samples::down_monitor(), audience)},
          {"incident, empty", incident(samples::empty_incident(), audience)},
          {"incident, open", incident(samples::open_incident(), audience)},
          {"incident, closed", incident(samples::closed_incident(), audience)},
          {"incidents, empty", incidents(samples::empty_incidents(), audience)},
          {"incidents", incidents(samples::many_incidents(), audience)},
          {"certificates, empty", certificates(samples::empty_certificates(), audience)},
          {"certificates", certificates(samples::many_certificates(), audience)},
          {"acknowledge", acknowledge_form(samples::open_incident(), "/a?b=\"c", audience)},
          {"acknowledged", acknowledged(412, std::chrono::hours{24}, audience)},
          {"notice", notice("Not found", "There is no such page.", audience)}};
}

std::vector<NamedPage> marked_pages(const Audience& audience) {
  return {{"overview", overview(samples::marked_overview(), audience)},
          {"group", group(samples::marked_group(), audience)},
          {"monitor", monitor(samples::marked_monitor(), audience)},
          {"incident", incident(samples::marked_incident(), audience)},
          {"incidents", incidents(samples::marked_incidents(), audience)},
          {"certificates", certificates(samples::marked_certificates(), audience)},
          {"acknowledge", acknowledge_form(samples::marked_incident(), "/a", audience)},
          {"feed", feed(samples::marked_incidents(), audience)}};
}

std::vector<std::string> values_of(std::string_view page, std::string_view attribute) {
  const std::string begin = ' ' + std::string(attribute) + "=\"";
  std::vector<std::string> values;
  for (std::size_t at = page.find(begin); at != page.npos; at = page.find(begin, at + 1)) {
    const std::size_t value = at + begin.size();
    values.emplace_back(page.substr(value, page.find('"', value) - value));
  }
  return values;
}

std::string fault_of(std::string_view page) {
  std::vector<std::string_view> open;
  for (std::size_t at = page.find('<'); at != page.npos; at = page.find('<', at + 1)) {
    if (page.substr(at, 2) == "<!" || page.substr(at, 2) == "<?") continue;
    const bool closes = page.substr(at, 2) == "</";
    const std::string_view name = name_at(page.substr(at + (closes ? 2 : 1)));
    std::size_t end = at + (closes ? 2 : 1) + name.size();
    if (name.empty()) return "a bare <: " + std::string(page.substr(at, 40));
    if (closes) {
      if (open.empty() || open.back() != name || page[end] != '>') return std::string(name);
      open.pop_back();
      continue;
    }
    while (page[end] == ' ') {
      const std::string_view attribute = name_at(page.substr(end + 1));
      const std::size_t value = end + 1 + attribute.size();
      if (attribute.empty() || page.substr(value, 2) != "=\"")
        return "attribute of " + std::string(name);
      end = page.find('"', value + 2) + 1;
    }
    const bool alone = page.substr(end, 2) == "/>";
    if (!alone && page[end] != '>') return "end of " + std::string(name);
    if (!alone && std::ranges::find(kVoid, name) != std::end(kVoid)) return std::string(name);
    if (!alone) open.push_back(name);
  }
  return open.empty() ? "" : std::string(open.back());
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t number = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++number;
  return number;
}

}  // namespace mxsweep::pages
