// SPDX-License-Identifier: MIT
// Flags that several subcommands share, and how they are written.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "mxsweep/core/status.h"
#include "mxsweep/files/trust_store.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/probe/probe.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::cli {

// How to talk to a server: --helo, --depth, the timeouts, and all about TLS.
struct ConversationFlags {
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

  void add_to(Command& command);
  Result<probe::Plan> plan() const;
  [[nodiscard]] tls::ClientOptions tls_options(const files::TrustStore& trust) const;
};

// How names become addresses: --resolver, -4, -6, --one-address.
struct NameFlags {
  std::vector<std::string> resolvers;
  bool ipv4_only = false;
  bool ipv6_only = false;
  bool one_address = false;

  void add_to(Command& command);
  [[nodiscard]] names::NameOptions options() const;
};

}  // namespace mxsweep::cli
