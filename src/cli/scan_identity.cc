// SPDX-License-Identifier: MIT
// The flags of `mxsweep scan` on what this machine is to the servers: its addresses.
#include "cli/certificate_words.h"
#include "cli/scan_flags.h"
#include "mxsweep/core/special_purpose.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::cli {
namespace {

Status read_source(const std::string& text, probe::Sources& sources) {
  const std::optional<Address> source = parse_address(text);
  if (!source) return Status::unusable("'" + printable(text) + "' is not an address");
  if (!can_be_remote_host(*source)) return Status::unusable(text + " is not an address of a host");
  if (sources.contains(*source)) return Status::unusable(text + " is given twice");
  sources.add(*source);
  return {};
}

}  // namespace

void add_identity(Command& command, ScanFlags& flags) {
  command.add_list(
      "--source-ip", "IP,...",
      [&flags](const std::string& text) { return read_source(text, flags.sources); },
      "Connect from these addresses of this machine, each target always from the same; several "
      "allow more connections at once [as the routes say]");
}

Status check_sources(const probe::Sources& sources) {
  for (const Address& source : sources.all()) {
    if (Status checked = ring::check_source(source); !checked.ok()) {
      return checked.behind("--source-ip");
    }
  }
  return {};
}

}  // namespace mxsweep::cli
