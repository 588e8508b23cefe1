// SPDX-License-Identifier: MIT
// Name resolution against real servers: Unbound, with NSD as the authority.
#include "dns/real_resolver.h"

#include <string>
#include <vector>

#include "dns/asker.h"
#include "mxsweep/dns/resolver.h"
#include "mxsweep/names/route.h"
#include "support/catch.h"

namespace mxsweep::names {
namespace {

using dns::Answer;
using dns::Asker;
using dns::Finished;
using dns::LookupStatus;
using dns::on_loopback;
using dns::RealResolver;
using dns::ResolverOptions;
using dns::Type;

std::string zone() {
  std::string records =
      "good.example. MX 20 mx2.good.example.\n"
      "good.example. MX 10 MX1.good.example.\n"
      "mx1.good.example. A 192.175.48.1\n"
      "mx1.good.example. AAAA 2620:4f:8000::1\n"
      "mx2.good.example. A 192.175.48.2\n"
      "implicit.example. A 192.175.48.3\n"
      "null.example. MX 0 .\n"
      "nothing.example. TXT \"no mail here\"\n"
      "alias.example. CNAME good.example.\n"
      "loop1.example. CNAME loop2.example.\n"
      "loop2.example. CNAME loop1.example.\n"
      "odd.example. MX 1 mxalias.example.\n"
      "odd.example. MX 2 192.0.2.1.\n"
      "odd.example. MX 3 localhost.\n"
      "odd.example. MX 4 gone.example.\n"
      "odd.example. MX 5 private.example.\n"
      "odd.example. MX 6 m_x.example.\n"
      "mxalias.example. CNAME mx1.good.example.\n"
      "private.example. A 10.0.0.1\n"
      "m_x.example. A 192.175.48.6\n"
      "xn--bcher-kva.example. MX 1 mx2.good.example.\n"
      "_25._tcp.mx1.good.example. TYPE52 \\# 4 03010102\n"
      "1.48.175.192.in-addr.arpa. PTR mx1.good.example.\n"
      "broken.example. NS ns.broken.example.\n"
      "ns.broken.example. A 127.0.0.1\n";
  // More than the UDP payload size that we advertise.
  for (int i = 0; i < 120; ++i) {
    records += "large.example. A 192.175.49." + std::to_string(i) + "\n";
  }
  for (int i = 0; i < 100; ++i) {
    records += "n" + std::to_string(i) + ".many.example. A 192.175.50." + std::to_string(i) + "\n";
  }
  return records;
}

ResolverOptions options_for(const RealResolver& real) {
  ResolverOptions options;
  options.servers = {on_loopback(real.port())};
  options.second_try = std::chrono::milliseconds{100};  // Unbound still has the failure cached.
  return options;
}

std::vector<std::string> follow(Asker& asker, RouteKind kind, std::string_view text) {
  Route route(kind, text, {});
  while (!route.done()) {
    for (RouteQuestion question; route.take_question(question);) {
      asker.begin(question.name, question.type, question.number);
    }
    const Finished finished = asker.wait();
    route.on_answer(static_cast<std::uint32_t>(finished.ticket), *finished.answer);
  }
  std::vector<std::string> lines;
  if (route.error() != Cause::none) lines.emplace_back(to_string(route.error()));
  for (const Destination& destination : route.destinations()) {
    std::string line = std::to_string(destination.preference) + " " + destination.host;
    if (destination.address.family != Family::none) line += " " + to_string(destination.address);
    if (destination.error != Cause::none) line += " " + std::string(to_string(destination.error));
    if (destination.findings.has(Finding::mx_is_alias)) line += " (alias)";
    if (destination.findings.has(Finding::mx_underscore)) line += " (underscore)";
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;
const Lines kGood{"10 mx1.good.example 192.175.48.1", "10 mx1.good.example 2620:4f:8000::1",
                  "20 mx2.good.example 192.175.48.2"};

TEST_CASE("real name servers lead from a domain to its mail servers", "[dns][real]") {
  if (!RealResolver::available()) return;
  const RealResolver real(zone());
  Asker asker(options_for(real));
  const auto domain = [&](std::string_view text) {
    return follow(asker, RouteKind::mail_domain, text);
  };
  CHECK(domain("good.example") == kGood);
  CHECK(domain("GOOD.example.") == kGood);
  CHECK(domain("alias.example") == kGood);
  CHECK(domain("implicit.example") == Lines{"0 implicit.example 192.175.48.3"});
  CHECK(domain("null.example") == Lines{"config.null_mx_or_no_mail"});
  CHECK(domain("nothing.example") == Lines{"0 nothing.example dns.no_data"});
  CHECK(domain("gone.example") == Lines{"dns.nxdomain"});
  CHECK(domain("bücher.example") == Lines{"1 mx2.good.example 192.175.48.2"});
  CHECK(domain("odd.example") ==
        Lines{"1 mxalias.example 192.175.48.1 (alias)", "1 mxalias.example 2620:4f:8000::1 (alias)",
              "2 192.0.2.1 config.mx_is_address", "3 localhost config.mx_localhost",
              "4 gone.example dns.mx_no_address", "5 private.example 10.0.0.1 config.mx_private_ip",
              "6 m_x.example 192.175.48.6 (underscore)"});
  CHECK(follow(asker, RouteKind::host, "private.example") ==
        Lines{"0 private.example 10.0.0.1 excluded.private"});
}

TEST_CASE("answers of real servers are read: raw types, large ones, alias loops", "[dns][real]") {
  if (!RealResolver::available()) return;
  const RealResolver real(zone());
  Asker asker(options_for(real));
  CHECK(asker.ask("nothing.example", Type::txt)->data ==
        std::vector<std::string>{"\014no mail here"});
  CHECK(asker.ask("_25._tcp.mx1.good.example", Type::tlsa)->data ==
        std::vector<std::string>{"\3\1\1\2"});
  CHECK(asker.ask("1.48.175.192.in-addr.arpa", Type::ptr)->data ==
        std::vector<std::string>{"mx1.good.example"});
  const auto large = asker.ask("large.example", Type::a);
  CHECK(large->status == LookupStatus::found);
  CHECK(large->addresses.size() == 120);
  CHECK(asker.resolver().counts().tcp == 1);
  const auto gone = asker.ask("gone.example", Type::a);
  CHECK(gone->status == LookupStatus::nxdomain);
  CHECK(gone->ttl > Duration::zero());
  CHECK(gone->ttl <= std::chrono::seconds{60});
  // Some resolvers answer SERVFAIL, some return the loop.
  const LookupStatus loop = asker.ask("loop1.example", Type::mx)->status;
  CHECK((loop == LookupStatus::servfail || loop == LookupStatus::alias_loop));
}

TEST_CASE("a server that is no resolver refuses", "[dns][real]") {
  if (!RealResolver::available()) return;
  const RealResolver real(zone());
  ResolverOptions options;
  options.servers = {on_loopback(real.authority_port())};
  Asker asker(options);
  CHECK(asker.ask("mx.broken.example", Type::a)->status == LookupStatus::refused);
}

TEST_CASE("a real resolver that ends in mid-sweep is unreachable, and cached answers stay",
          "[dns][real]") {
  if (!RealResolver::available()) return;
  RealResolver real(zone());
  Asker asker(options_for(real));
  CHECK(follow(asker, RouteKind::mail_domain, "good.example") == kGood);
  for (std::uint64_t i = 0; i < 100; ++i) {
    asker.begin("n" + std::to_string(i) + ".many.example", Type::a, i);
    if (i == 50) real.end_resolver();
  }
  std::size_t found = 0;
  std::size_t unreachable = 0;
  for (const Finished& finished : asker.wait_for(100)) {
    if (finished.answer->status == LookupStatus::found) ++found;
    if (finished.answer->status == LookupStatus::unreachable) ++unreachable;
  }
  CHECK(found + unreachable == 100);
  CHECK(unreachable >= 49);
  CHECK_FALSE(asker.resolver().reachable());
  CHECK(follow(asker, RouteKind::mail_domain, "good.example") == kGood);
}

TEST_CASE("a zone whose servers are down fails its own names only", "[dns][real]") {
  if (!RealResolver::available()) return;
  RealResolver real(zone());
  ResolverOptions options = options_for(real);
  Asker asker(options);
  CHECK(asker.ask("good.example", Type::mx)->status == LookupStatus::found);
  real.end_authority();
  const LookupStatus status = asker.ask("n1.many.example", Type::a)->status;
  CHECK((status == LookupStatus::servfail || status == LookupStatus::timeout));
  CHECK(asker.resolver().reachable());
}

}  // namespace
}  // namespace mxsweep::names
