// SPDX-License-Identifier: MIT
// What the monitor takes from its settings and needs of this machine: resolver, source addresses,
// trusted authorities, descriptors, folders.
//
//   Errors   unusable: an address cannot be used, a file cannot be read; machine: with the cure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "monitor/hand.h"
#include "mxsweep/core/status.h"
#include "mxsweep/dnsbl/run.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/probe/sources.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::monitor {

struct Machine {
  names::NameOptions names;
  probe::Sources sources;
  tls::ClientOptions tls;
  std::uint32_t connections = 0;
  std::uint32_t monitors_most = 0;
  std::uint32_t monitors_expected = 0;  // Of the lists as they are.
};

Result<Machine> prepare_machine(const Loaded& loaded);

// "IP", "IP:PORT" or "[IP]:PORT".
Result<dns::Server> read_resolver(const std::string& text);

// The control socket of these settings.
[[nodiscard]] std::string control_path(const watch::Settings& settings);

Status make_state_dir(const std::string& path);

// `present`: the run that is to be replaced, if any: it goes on if it has these lists. Null: there
// are no lists.
Result<std::shared_ptr<dnsbl::Run>> open_blocklists(std::optional<dnsbl::Lists>&& lists,
                                                    const std::shared_ptr<dnsbl::Run>& present);

// What a reload does not change, because it is used since the start; empty: nothing.
[[nodiscard]] std::string needs_restart(const watch::Settings& before,
                                        const watch::Settings& after);

}  // namespace mxsweep::monitor
