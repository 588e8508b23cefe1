// SPDX-License-Identifier: MIT
// The flags of the checks of domains and servers: of `mxsweep checks`, and of `mxsweep scan` with
// --checks.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "mxsweep/checks/options.h"
#include "mxsweep/core/status.h"
#include "mxsweep/dnsbl/run.h"
#include "mxsweep/names/name_options.h"

namespace mxsweep::cli {

enum class Validates : std::uint8_t { automatic, yes, no };

struct ChecksFlags {
  checks::Options options;
  Validates validates = Validates::automatic;
  bool wanted = false;
  std::uint16_t https_port = 443;  // Of policies; hidden, for tests.
  std::string blocklists;          // The file of dnsbl:FILE; empty: none.
  // Null until open_blocklists(), or if there is none.
  std::shared_ptr<dnsbl::Run> blocklist_run;

  // `fallback`: what is checked without --checks; empty: nothing.
  void add_to(Command& command, std::string_view fallback);
  // What the fetcher of policies may have open at the same time.
  [[nodiscard]] std::uint32_t descriptors() const;
  // Reads the file of blocklists, if there is one.
  Status open_blocklists();
  // Has the names of a sweep asked about, after finding out whether the resolver validates. What
  // there is to tell of that is in `note`.
  Status set_up(bool visits, names::NameOptions& names, std::string& note) const;
};

}  // namespace mxsweep::cli
