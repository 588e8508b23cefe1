// SPDX-License-Identifier: MIT
// Finds the servers of a mail domain, or the addresses of a host: which questions to ask, and what
// follows from the answers. Pure: the caller sends the questions.
//
//   Source   RFC 5321 section 5.1 (MX, implicit MX), RFC 7505 (null MX), RFC 2181 section 10.3 (an
//            MX must not name an alias), RFC 6761 (localhost), RFC 6890 (special-use addresses).
//   Shape    take_question() until it returns false, on_answer() for each question in any order,
//            and so on until done(); then destinations(). Hosts are ordered by preference, hosts of
//            equal preference as in the answer; the addresses of a host are ordered IPv4 before
//            IPv6, then as in the answer. Addresses that no remote host can have are left out, and
//            an IPv4-mapped IPv6 address becomes the IPv4 address.
//   Scope    A name in an exclusion list is not queried, be it the target's, an MX host's or an
//            alias on the way, and none of its addresses is returned.
//   Memory   hosts_max hosts with addresses_max addresses each; answers are not kept.
//   Errors   a Cause of the groups local, name, mx or declined, for the whole route (error()) or
//            for one destination.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/scope/scope.h"

namespace mxsweep::names {

enum class RouteKind : std::uint8_t { host, mail_domain };

struct RouteOptions {
  bool ipv4 = true;
  bool ipv6 = true;
  // Only one address of each host: the first IPv4 address; AAAA is queried only if there is none.
  // IPv4 comes first because some machines that run a scanner have no IPv6 connectivity.
  bool one_address = false;
  std::size_t hosts_max = 16;  // The most preferred ones are kept.
  std::size_t addresses_max = 16;
  // Outlives the routes. Null: nothing is own or excluded.
  const scope::Scope* scope = nullptr;
};

struct Destination {
  std::string host;  // The queried name; the domain itself if it is its own mail server.
  std::uint16_t preference = 0;
  Address address;  // Family::none: there is none, for the reason in `error`.
  // With an address: none, excluded_list, excluded_private or, of a mail domain,
  // config_mx_private_ip.
  Cause error = Cause::none;
  bool authentic = false;  // All answers that led here were validated by the resolver.
  bool own = false;        // The address, the host or the mail domain is own.
  FindingSet findings;     // Of this host.
};

struct RouteQuestion {
  std::uint32_t number = 0;  // For on_answer().
  std::string_view name;     // Valid until the next call to the Route.
  dns::Type type = dns::Type::a;
};

class Route {
 public:
  Route(RouteKind kind, std::string_view text, const RouteOptions& options);

  [[nodiscard]] bool take_question(RouteQuestion& question);
  // A question that was taken before.
  [[nodiscard]] RouteQuestion question(std::uint32_t number) const;
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  // Whether the name itself is excluded, so that there was no question.
  [[nodiscard]] bool excluded_as_listed() const {
    return error_ == Cause::excluded_list && questions_.empty();
  }
  [[nodiscard]] bool done() const { return next_ == questions_.size() && open_ == 0; }
  [[nodiscard]] const dns::Name& name() const { return name_; }
  // The functions from here on require done(). Why the name leads to no host at all; else none.
  [[nodiscard]] Cause error() const { return error_; }
  [[nodiscard]] FindingSet findings() const { return findings_; }  // Of the whole name.
  // At least one for each host; empty if error() is set.
  [[nodiscard]] std::vector<Destination> destinations() const;

 private:
  struct Host {
    std::string name;
    std::uint16_t preference = 0;
    Cause error = Cause::none;
    bool authentic = true;
    FindingSet findings;
    std::vector<Address> addresses[2];  // Of the A and of the AAAA answer.
    bool own = false;
    bool excluded = false;      // The host or one of its aliases.
    bool had_unusable = false;  // There were addresses that no remote host can have.
  };
  struct Question {
    std::size_t host;  // kDomain: of the domain itself.
    dns::Type type;
  };
  static constexpr std::size_t kDomain = SIZE_MAX;

  void ask_for(std::size_t host);
  void on_exchanges(const dns::Answer& answer);
  void on_addresses(std::size_t index, dns::Type type, const dns::Answer& answer);
  static void take_addresses(Host& host, dns::Type type, const dns::Answer& answer,
                             std::size_t most);
  void add_hosts(std::vector<dns::MxRecord> exchanges);
  void add_host(const dns::MxRecord& exchange);
  void add_domain_as_host();
  [[nodiscard]] const scope::Scope& scope() const;
  [[nodiscard]] bool excludes(std::string_view name) const;
  [[nodiscard]] bool excludes_any(const std::vector<std::string>& names) const;
  [[nodiscard]] Cause error_of(const scope::Verdict& verdict) const;
  [[nodiscard]] Cause fault_without_address(const Host& host) const;

  RouteKind kind_;
  RouteOptions options_;
  dns::Name name_;
  Cause error_ = Cause::none;
  FindingSet findings_;
  bool own_ = false;       // The name is own.
  bool authentic_ = true;  // The answers that gave the hosts were validated.
  std::vector<Host> hosts_;
  std::vector<Question> questions_;
  std::size_t next_ = 0;  // Of questions_.
  std::size_t open_ = 0;  // Asked and not answered.
};

}  // namespace mxsweep::names
