// SPDX-License-Identifier: MIT
#include "monitor/list_terms.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>

#include "monitor/checker.h"
#include "mxsweep/blocklists/zone_watch.h"

namespace mxsweep::monitor {
namespace {

using blocklists::Kind;

constexpr std::chrono::duration<double> kDay = std::chrono::hours{24};

using Subjects = std::array<std::uint64_t, blocklists::kKindCount>;

// What one round of a group asks about, by kind.
std::vector<Subjects> subjects_of(const Loaded& loaded) {
  std::vector<Subjects> all(loaded.settings.groups.size());
  for (const Listed& listed : loaded.targets) {
    Subjects& subjects = all[listed.group];
    const Address& address = listed.target.address;
    const Kind kind = address.family == Family::none ? Kind::ip4 : blocklists::kind_of(address);
    ++subjects[static_cast<std::size_t>(kind)];
    if (listed.domain) ++subjects[static_cast<std::size_t>(Kind::domain)];
  }
  return all;
}

std::uint64_t asked_of(const blocklists::Zone& zone, const Subjects& subjects) {
  std::uint64_t asked = 0;
  for (std::size_t kind = 0; kind < blocklists::kKindCount; ++kind) {
    if (zone.kinds.has(static_cast<Kind>(kind))) asked += subjects[kind];
  }
  return asked;
}

}  // namespace

std::vector<std::string> beyond_terms(const Loaded& loaded) {
  std::vector<std::string> sentences;
  if (!loaded.blocklists) return sentences;
  const std::vector<Subjects> subjects = subjects_of(loaded);
  for (const blocklists::Zone& zone : loaded.blocklists->zones) {
    double questions = 0;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const watch::Group& group = loaded.settings.groups[i];
      if (!plan_of(group).blocklists) continue;
      questions += static_cast<double>(asked_of(zone, subjects[i])) * (kDay / group.checks.every);
    }
    const double allowed = zone.per_day - blocklists::tests_reserve(zone);
    if (questions <= allowed) continue;
    const double longer = std::ceil(questions / allowed * 10) / 10;
    sentences.push_back(fmt::format(
        "blocklist {}: the groups would ask it {:.0f} questions a day, and its per_day leaves "
        "{:.0f} beside its tests: with a checks_every that is {:.1f} times as long they may",
        zone.name, questions, allowed, longer));
  }
  return sentences;
}

}  // namespace mxsweep::monitor
