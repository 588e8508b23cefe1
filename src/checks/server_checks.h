// SPDX-License-Identifier: MIT
// The checks of the servers of one target: DANE of each host, the names of each address.
//
//   Shape    begin() adds the checks to the questioner; settle() when all is answered; then
//            append() for the record of each server, from any thread.
//   Memory   settle() keeps the TLSA records of each host and the names of each address.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/questioner.h"
#include "mxsweep/checks/options.h"
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
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Work;
  struct Server {
    std::string host;
    Address address;
    std::optional<names::ReverseReport> reverse{};
  };

  // `hello`: the name by which it greets; empty: not known.
  void append_object(std::string_view host, const Server* server, std::string_view hello,
                     const dane::Shown& shown, std::string& json) const;
  [[nodiscard]] const dane::HostReport* host_of(std::string_view name) const;

  const Options& options_;
  const std::string domain_;
  const std::uint16_t port_;
  std::unique_ptr<Work> work_;
  std::vector<dane::HostReport> hosts_;
  std::vector<Server> servers_;
};

}  // namespace mxsweep::checks
