// SPDX-License-Identifier: MIT
// From a mail domain, or a host, to the servers that take its mail: what to ask, and what the
// answers come to. Pure: it does not ask itself.
//
//   Source   RFC 5321 section 5.1 (MX, implicit MX), RFC 7505 (null MX), RFC 2181 section 10.3 (an
//            MX names no alias), RFC 6761 (localhost), RFC 6890 (addresses for special use).
//   Shape    take_question() until there is none, on_answer() for each, in any order, and again,
//            until done(); then destinations(): by preference, then in the order of the answer,
//            IPv4 before IPv6, addresses in the order of the answer. Addresses that no remote
//            host can have are left out; an IPv4-mapped IPv6 address is the IPv4 address.
//   Memory   hosts_max hosts with addresses_max addresses each; answers are let go of at once.
//   Errors   a Cause of the groups local, name, mx or declined, of the whole route or of one
//            destination.
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

namespace mxsweep::names {

enum class RouteKind : std::uint8_t { host, mail_domain };

struct RouteOptions {
  bool ipv4 = true;
  bool ipv6 = true;
  // One address of each host: its first IPv4 address; IPv6 is asked for only if it has none. More
  // machines that run a scanner reach IPv4 than IPv6.
  bool one_address = false;
  std::size_t hosts_max = 16;  // Those that are preferred most.
  std::size_t addresses_max = 16;
};

struct Destination {
  std::string host;  // As asked for; the domain itself where it is its own MX.
  std::uint16_t preference = 0;
  Address address;  // Family::none: the error says why.
  // config_mx_private_ip comes with the address.
  Cause error = Cause::none;
  bool authentic = false;  // All answers that led here were validated by the resolver.
  FindingSet findings;     // Of this host.
};

struct RouteQuestion {
  std::uint32_t number = 0;  // For on_answer().
  std::string_view name;     // Until the next call.
  dns::Type type = dns::Type::a;
};

class Route {
 public:
  Route(RouteKind kind, std::string_view text, const RouteOptions& options);

  [[nodiscard]] bool take_question(RouteQuestion& question);
  // One that was taken, once more.
  [[nodiscard]] RouteQuestion question(std::uint32_t number) const;
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return next_ == questions_.size() && open_ == 0; }
  [[nodiscard]] const dns::Name& name() const { return name_; }
  // Requires, here and below: done(). Of the whole name, before any host was looked for.
  [[nodiscard]] Cause error() const { return error_; }
  [[nodiscard]] FindingSet findings() const { return findings_; }
  // At least one for each host, unless error() says why there is none.
  [[nodiscard]] std::vector<Destination> destinations() const;

 private:
  struct Host {
    std::string name;
    std::uint16_t preference = 0;
    Cause error = Cause::none;
    bool authentic = true;
    FindingSet findings;
    std::vector<Address> addresses[2];  // Of the A and of the AAAA answer.
    bool had_unusable = false;          // Addresses that no remote host can have, left out.
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
  [[nodiscard]] Cause fault_without_address(const Host& host) const;

  RouteKind kind_;
  RouteOptions options_;
  dns::Name name_;
  Cause error_ = Cause::none;
  FindingSet findings_;
  bool authentic_ = true;  // How we came by the hosts.
  std::vector<Host> hosts_;
  std::vector<Question> questions_;
  std::size_t next_ = 0;  // Of questions_.
  std::size_t open_ = 0;  // Asked and not answered.
};

// Whether an address is one that no server on the internet can have.
[[nodiscard]] bool is_special_use(const Address& address);

}  // namespace mxsweep::names
