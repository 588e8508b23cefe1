// SPDX-License-Identifier: MIT
// Any octets as a file of blocklists: it is read, or there are problems, each with a sentence of
// one line and without the key. Every zone that was read makes names that can be asked, or none.
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/blocklists/zone.h"
#include "mxsweep/config/blocklists.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/message.h"

namespace {

using mxsweep::Result;
using mxsweep::blocklists::Zone;

constexpr std::string_view kKey = "k9q3zx7vbn2";

mxsweep::config::Surroundings surroundings() {
  return {
      [](const std::string&) -> Result<std::string> { return std::string(kKey) + "\n"; },
      [](const std::string&) -> std::optional<std::string> { return std::string(kKey); },
      {},
      {},
      {},
  };
}

void check_zone(const Zone& zone, bool given) {
  for (const std::string_view domain : {"example.org", "test"}) {
    const std::string name = query_name(zone, domain);
    INVARIANT(name.empty() || mxsweep::dns::is_name(name));
    if (!given) continue;
    INVARIANT(shown_name(zone, domain).find(kKey) == std::string::npos);
    INVARIANT(line_of(zone).find(kKey) == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const bool given = text.find(kKey) == std::string::npos;  // By the surroundings alone.
  const auto configured = mxsweep::config::read_blocklists({"lists.toml", text}, surroundings());
  INVARIANT(configured.zones.has_value() == configured.problems.empty());
  for (const auto& problem : configured.problems) {
    INVARIANT(!problem.sentence.empty());
    INVARIANT(problem.sentence.find('\n') == std::string::npos);
    INVARIANT(!given || problem.sentence.find(kKey) == std::string::npos);
  }
  if (!configured.zones) return 0;
  INVARIANT(configured.zones->size() <= mxsweep::blocklists::kZonesMax);
  for (const Zone& zone : *configured.zones) check_zone(zone, given);
  return 0;
}
