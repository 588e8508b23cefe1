// SPDX-License-Identifier: MIT
// All checks of one target: of its mail domain and of its servers. Pure.
//
//   Shape     a names::Inquiry: its questions go beside those of the path, and what they show is
//             written into the records of the servers ("checks") and into the domain's line. With
//             Options::http it also requests the policy of MTA-STS, and waits for it.
//   Memory    while it asks, what the checks need (some KiB); then the JSON of the domain, the TLSA
//             records of each host, the names of each address with what blocklists have on it, and
//             a policy that was fetched.
//   Errors    a failure of DNS is "unknown" or "temperror" in what is written. Beyond the limit of
//             questions nothing more is asked, and "cut" is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/checks/options.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/fetch/fetcher.h"
#include "mxsweep/names/inquiry.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::checks {

// What one check came to, for those who hold it against what it came to before.
struct Checked {
  std::string check{};    // "spf", "names 192.0.2.1", "dane mx1.example.net 192.0.2.1".
  bool answered = false;  // All of it is known: what is not among the findings is not so.
  FindingReports findings{};
};

class DomainChecks;
class ServerChecks;

class Survey final : public names::Inquiry {
 public:
  // `domain`: the mail domain, in A-labels; empty: the target is a host or an address.
  Survey(std::shared_ptr<const Options> options, const targets::Target& target,
         const std::string& domain);
  ~Survey() override;

  [[nodiscard]] bool take_question(dns::Question& question) override;
  void on_answer(std::uint32_t number, const dns::Answer& answer) override;
  void on_destinations(const std::vector<names::Destination>& destinations) override;
  [[nodiscard]] bool take_request(fetch::Request& request) override;
  void on_fetched(fetch::Fetched&& fetched) override;
  void wake() override;
  [[nodiscard]] bool done() const override { return settled_; }

  void append_server(const results::Record& record, std::string& json) const override;
  void append_domain(const results::DomainLine& line, std::string& json) const override;
  [[nodiscard]] std::size_t octets_held() const override;

  // All checks of the domain and of its servers, without visits.
  [[nodiscard]] std::vector<Checked> checked() const;
  // Those of the server that the record is of, with what the visit has shown.
  [[nodiscard]] std::vector<Checked> checked(const results::Record& record) const;

 private:
  struct Work;  // What is needed until all questions are answered.

  void begin_servers(const std::vector<names::Destination>& destinations);
  void settle();

  std::shared_ptr<const Options> options_;
  std::unique_ptr<Work> work_;            // Null once all is answered.
  std::unique_ptr<DomainChecks> domain_;  // Null: the target is no mail domain.
  std::unique_ptr<ServerChecks> servers_;
  bool settled_ = false;
};

}  // namespace mxsweep::checks
