// SPDX-License-Identifier: MIT
// Finds the TLSA records that hold for one mail server: which questions to ask, in which order, and
// what follows from the answers. Pure: the caller sends the questions.
//
//   Source   RFC 7672 section 2.2 (which hosts, TLSA base), 3.2.2 (names); RFC 7671 section 7
//            (aliases); RFC 6698 section 3 (the name _25._tcp.BASE).
//   Shape    take_question() until it returns false, on_answer() for each question in any order,
//            and so on until done(); then report(). At most eight questions.
//   Order    TLSA is asked only if the host's address records are secure, or, for an alias, its
//            CNAME record: name servers of insecure zones may fail at TLSA, which does no harm to
//            their mail. A question that fails is asked once more before anything follows from it.
//   Errors   trouble of DNS is `unavailable` where it keeps DANE senders away, else `unknown`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/dns/rdata.h"

namespace mxsweep::dane {

// Whether DANE applies to a host.
enum class Lookup : std::uint8_t {
  unknown,      // Not found out: the resolver does not validate, or does not answer.
  none,         // No TLSA record: DANE does not apply.
  insecure,     // The MX records, the host's address or its TLSA records are not signed.
  unavailable,  // Bogus, or no answer from the zone: DANE senders skip the host.
  records,      // There are secure TLSA records.
};
[[nodiscard]] std::string_view to_string(Lookup lookup);

struct HostInput {
  std::string host;    // An MX host; the domain itself if it has no MX records.
  std::string domain;  // The next hop: what mail is addressed to. Empty: only the host is known.
  std::string domain_alias{};  // Where the domain's CNAME chain ended, at the MX lookup.
  // Of the MX records, or of the answer that there are none. A host that is not reached through DNS
  // (it is a target by itself) counts as secure.
  dns::Validation mx = dns::Validation::unknown;
  bool validates = false;  // Whether the resolver has proved that it validates.
  std::uint16_t port = 25;
};

struct HostReport {
  Lookup lookup = Lookup::unknown;
  std::string host{};
  std::string base{};                // The TLSA base,
  std::string tlsa_name{};           // and the name that was asked for: _25._tcp.BASE.
  std::vector<std::string> names{};  // A certificate needs one of them, for usage 2.
  std::vector<dns::Tlsa> records{};  // With lookup `records`.
  bool cut = false;                  // There are more than a dns::Answer keeps.
  dns::Validation addresses{};       // Of the host's A and AAAA records.
  // Which answer decided it, or how a question ended: "mx", "addresses", "tlsa",
  // "bogus", "timeout", "no_address".
  std::string detail{};
  FindingReports findings{};
};

class Host {
 public:
  explicit Host(const HostInput& input);

  [[nodiscard]] bool take_question(dns::Question& question);
  // Requires: the number of a question that was taken and not yet answered.
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return next_ == questions_.size() && open_ == 0; }
  [[nodiscard]] const HostReport& report() const { return report_; }  // Requires: done().

 private:
  enum class Aim : std::uint8_t { ipv4, ipv6, alias, tlsa };
  struct Asked {
    Aim aim{};
    bool again = false;
  };
  // What is known of one kind of address.
  struct Addresses {
    dns::LookupStatus status = dns::LookupStatus::malformed;
    dns::Validation validation = dns::Validation::unknown;
    std::vector<std::string> aliases{};
  };

  void begin();
  void report_below();
  void ask(Aim aim, bool again = false);
  [[nodiscard]] std::string name_for(Aim aim) const;
  void on_alias(const dns::Answer& answer);
  void on_addresses();
  void on_tlsa(const dns::Answer& answer);
  void look_below(std::vector<std::string> bases);
  void look_below_next();
  void end(Lookup lookup, std::string detail = {});
  void end_unavailable(bool bogus, const dns::Answer& answer);
  void note(CheckFinding finding, std::string at, std::string detail = {});

  HostInput input_;
  HostReport report_;
  std::array<std::optional<Addresses>, 2> addresses_{};
  std::vector<std::string> bases_;  // To be tried one after the other,
  std::size_t base_ = 0;            // and the one that is asked for.
  bool insecure_records_ = false;   // There were TLSA records that do not count.
  std::vector<Asked> questions_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
};

}  // namespace mxsweep::dane
