// SPDX-License-Identifier: MIT
// The checks of the servers of one target: DANE of each host, the names of each address, and
// whether it is on a blocklist.
//
//   Shape    begin() adds the checks to the questioner; settle() when all is answered; then
//            append() for the record of each server, from any thread.
//   Memory   settle() keeps the TLSA records of each host, and the names of each address with what
//             blocklists have on it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/questioner.h"
#include "mxsweep/blocklists/zone.h"
#include "mxsweep/checks/options.h"
#include "mxsweep/checks/survey.h"
#include "mxsweep/core/address.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/dane/host.h"
#include "mxsweep/dane/judge.h"
#include "mxsweep/names/reverse.h"
#include "mxsweep/names/route.h"
#include "mxsweep/results/record.h"

namespace mxsweep::checks {

// Of the MX records that led to the servers.
struct MxFacts {
  // A target that is not reached through MX records is as secure as its own name.
  dns::Validation validation = dns::Validation::secure;
  std::string alias{};
};

// How many blocklists have entries of this kind.
[[nodiscard]] std::size_t lists_of(const Options& options, blocklists::Kind kind);
// Whether anything is asked about servers.
[[nodiscard]] bool asks_servers(const Options& options);

class ServerChecks {
 public:
  // `options` outlives it. `domain`: the next hop; empty: the target is a host.
  ServerChecks(const Options& options, const std::string& domain, std::uint16_t port);
  ~ServerChecks();

  void begin(const std::vector<names::Destination>& destinations, const MxFacts& mx,
             Questioner& questions);
  void settle();

  // Both require: settle() was called. append() appends an object, or nothing if nothing was
  // checked; append_all() a member "servers", without visits.
  void append(const results::Record& record, std::string& json) const;
  void append_all(std::string& json) const;
  // What each check of each server came to, or of the record's alone; the same is required.
  void add_checked(const results::Record* record, std::vector<Checked>& all) const;
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Work;
  struct Server {
    std::string host;
    Address address;
    std::optional<names::ReverseReport> reverse{};
    bool answered = false;  // Its reverse names.
    std::string dnsbl{};    // JSON; empty: no list was asked.
    std::vector<Checked> lists{};
  };
  struct Host {
    dane::HostReport report;
    bool answered = false;
  };
  // What a visit has shown of a server, as far as the checks need it.
  struct Seen {
    std::string_view host{};
    const Server* server = nullptr;  // Null: it is none of those that were asked about.
    std::string_view hello{};        // The name by which it greets; empty: not known.
    dane::Shown shown{};
  };

  void ask_blocklists(Questioner& questions);
  [[nodiscard]] Seen seen_of(const results::Record& record) const;
  void append_object(const Seen& seen, std::string& json) const;
  void add_checked(const Seen& seen, std::vector<Checked>& all) const;
  [[nodiscard]] static FindingReports name_findings(const Seen& seen);
  [[nodiscard]] const Host* host_of(std::string_view name) const;

  const Options& options_;
  const std::string domain_;
  const std::uint16_t port_;
  std::unique_ptr<Work> work_;
  std::vector<Host> hosts_;
  std::vector<Server> servers_;
};

}  // namespace mxsweep::checks
