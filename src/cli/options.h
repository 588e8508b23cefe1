// SPDX-License-Identifier: MIT
// Flags that several subcommands share, and how they are written.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/scan/name_options.h"
#include "mxsweep/scan/trust_store.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::cli {

// "500ms", "30s", "5m". Nothing for anything else.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string write_duration(Duration duration);

enum class DurationLeast : std::uint8_t { one_unit, zero };

// Adds `--NAME DURATION` that writes into `value`, whose present content is the default shown.
void add_duration(CLI::App& app, const std::string& flag, Duration& value, const std::string& what,
                  DurationLeast least = DurationLeast::one_unit);

// How to talk to a server: --helo, --depth, the timeouts, and all about TLS.
struct Manners {
  std::string helo;
  std::string depth = "tls";
  std::string tls = "auto";
  std::string tls_min = "1.0";
  std::string ciphers;
  std::string ca_file;
  std::string ca_path;
  std::string chain = "full";
  bool require_valid = false;
  probe::Plan defaults{""};

  void add_to(CLI::App& app);
  // The plan, or why there is none.
  [[nodiscard]] std::optional<probe::Plan> plan(std::string& why_not) const;
  // Views `trust`, and says why not in TrustStore::error.
  [[nodiscard]] tls::ClientOptions tls_options(const scan::TrustStore& trust) const;
};

// How names become addresses: --resolver, -4, -6, --one-address.
struct NameFlags {
  std::vector<std::string> resolvers;
  bool ipv4_only = false;
  bool ipv6_only = false;
  bool one_address = false;

  void add_to(CLI::App& app);
  [[nodiscard]] scan::NameOptions options() const;
};

}  // namespace mxsweep::cli
