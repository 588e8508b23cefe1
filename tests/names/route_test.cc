// SPDX-License-Identifier: MIT
#include "mxsweep/names/route.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/scope/list.h"
#include "support/catch.h"

namespace mxsweep::names {
namespace {

using dns::Answer;
using dns::LookupStatus;
using dns::MxRecord;
using dns::Type;

// A simulated DNS: a name that is not in it does not exist.
class World {
 public:
  Answer& operator()(const std::string& name, Type type) {
    Answer& answer = answers_[{name, type}];
    answer.status = LookupStatus::found;
    return answer;
  }
  void mx(const std::string& name, std::vector<MxRecord> exchanges) {
    (*this)(name, Type::mx).exchanges = std::move(exchanges);
  }
  void address(const std::string& name, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const Address parsed = *parse_address(text);
      const Type type = parsed.family == Family::ipv4 ? Type::a : Type::aaaa;
      (*this)(name, type).addresses.push_back(parsed);
    }
  }
  void fails(const std::string& name, Type type, LookupStatus status) {
    (*this)(name, type).status = status;
  }
  [[nodiscard]] Answer answer(const std::string& name, Type type) const {
    if (const auto found = answers_.find({name, type}); found != answers_.end()) {
      return found->second;
    }
    Answer answer;
    answer.status = LookupStatus::nxdomain;
    for (const auto& [question, other] : answers_) {
      if (question.first == name) answer.status = LookupStatus::no_data;
    }
    return answer;
  }

 private:
  std::map<std::pair<std::string, Type>, Answer> answers_;
};

// The order in which the answers to simultaneous questions arrive.
enum class Order { first_first, last_first };

Route follow(const World& world, RouteKind kind, std::string_view text, RouteOptions options = {},
             Order order = Order::first_first) {
  Route route(kind, text, options);
  std::vector<std::pair<std::uint32_t, Answer>> asked;
  while (!route.done()) {
    for (RouteQuestion question; route.take_question(question);) {
      asked.emplace_back(question.number, world.answer(std::string(question.name), question.type));
    }
    REQUIRE_FALSE(asked.empty());
    const auto next = order == Order::first_first ? asked.begin() : asked.end() - 1;
    route.on_answer(next->first, next->second);
    asked.erase(next);
  }
  CHECK(asked.empty());
  return route;
}

// "10 mx1.example 192.0.2.1", "10 mx2.example dns.nxdomain".
std::vector<std::string> words(const Route& route) {
  std::vector<std::string> lines;
  for (const Destination& destination : route.destinations()) {
    std::string line = std::to_string(destination.preference) + " " + destination.host;
    if (destination.address.family != Family::none) line += " " + to_string(destination.address);
    if (destination.error != Cause::none) line += " " + std::string(to_string(destination.error));
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("a mail domain leads to its MX hosts by preference, whatever the order of answers",
          "[names][route]") {
  World world;
  world.mx("example", {{20, "mx2.example"}, {10, "mx1.example"}, {10, "mx0.example"}});
  world.address("mx1.example", {"192.175.48.1", "2620:4f:8000::1"});
  world.address("mx0.example", {"2620:4f:8000::2", "192.175.48.3", "192.175.48.2"});
  world.address("mx2.example", {"192.175.48.4"});
  for (const Order order : {Order::first_first, Order::last_first}) {
    const Route route = follow(world, RouteKind::mail_domain, "Example.", {}, order);
    CHECK(route.error() == Cause::none);
    CHECK(route.findings().empty());
    CHECK(words(route) == Lines{"10 mx1.example 192.175.48.1", "10 mx1.example 2620:4f:8000::1",
                                "10 mx0.example 192.175.48.3", "10 mx0.example 192.175.48.2",
                                "10 mx0.example 2620:4f:8000::2", "20 mx2.example 192.175.48.4"});
  }
}

TEST_CASE("a domain without MX is its own mail server", "[names][route]") {
  World world;
  world.address("example", {"192.175.48.1"});
  const Route route = follow(world, RouteKind::mail_domain, "example");
  CHECK(words(route) == Lines{"0 example 192.175.48.1"});
  CHECK(route.findings().has(Finding::implicit_mx));
}

TEST_CASE("a domain with neither MX nor address has no mail server", "[names][route]") {
  World world;
  world("example", Type::txt);
  const Route route = follow(world, RouteKind::mail_domain, "example");
  CHECK(words(route) == Lines{"0 example dns.no_data"});
}

TEST_CASE("the address of a domain that does not exist is not queried", "[names][route]") {
  const Route route = follow({}, RouteKind::mail_domain, "example");
  CHECK(route.error() == Cause::dns_nxdomain);
  CHECK(route.destinations().empty());
}

TEST_CASE("after a failed MX query the domain's address is not used", "[names][route]") {
  World world;
  world.address("example", {"192.175.48.1"});
  for (const auto& [status, error] :
       {std::pair{LookupStatus::servfail, Cause::dns_servfail},
        {LookupStatus::timeout, Cause::dns_timeout},
        {LookupStatus::refused, Cause::dns_refused},
        {LookupStatus::malformed, Cause::dns_malformed},
        {LookupStatus::alias_loop, Cause::dns_alias_loop},
        {LookupStatus::unreachable, Cause::local_resolver_unreachable}}) {
    world.fails("example", Type::mx, status);
    const Route route = follow(world, RouteKind::mail_domain, "example");
    CHECK(route.error() == error);
    CHECK(route.destinations().empty());
  }
}

TEST_CASE("a null MX means that the domain takes no mail, if it is the only MX", "[names][route]") {
  World world;
  world.address("example", {"192.175.48.1"});
  world.mx("example", {{0, ""}});
  Route route = follow(world, RouteKind::mail_domain, "example");
  CHECK(route.error() == Cause::config_null_mx_or_no_mail);
  CHECK(route.destinations().empty());

  world.mx("example", {{0, ""}, {10, "example"}});
  route = follow(world, RouteKind::mail_domain, "example");
  CHECK(route.error() == Cause::none);
  CHECK(route.findings().has(Finding::null_mx_among_others));
  CHECK(words(route) == Lines{"10 example 192.175.48.1"});
}

TEST_CASE("an MX that is not a host name has an error of its own and is not queried",
          "[names][route]") {
  World world;
  const auto error = [&](const std::string& host) {
    world.mx("example", {{5, host}});
    world.address(host, {"192.175.48.1"});
    const auto destinations = follow(world, RouteKind::mail_domain, "example").destinations();
    REQUIRE(destinations.size() == 1);
    return destinations[0].error;
  };
  CHECK(error("192.0.2.1") == Cause::config_mx_is_address);
  CHECK(error("[192.0.2.1]") == Cause::config_mx_is_address);
  CHECK(error("2001:db8::1") == Cause::config_mx_is_address);
  CHECK(error("localhost") == Cause::config_mx_localhost);
  CHECK(error("mx.localhost") == Cause::config_mx_localhost);
  CHECK(error("a\\032b.example") == Cause::dns_name_invalid);
  CHECK(error("mx.example") == Cause::none);
}

TEST_CASE("an MX host without address is distinct from a domain that does not exist",
          "[names][route]") {
  World world;
  world.mx("example", {{1, "gone.example"}, {2, "empty.example"}, {3, "slow.example"}});
  world("empty.example", Type::txt);
  world.fails("slow.example", Type::a, LookupStatus::timeout);
  CHECK(words(follow(world, RouteKind::mail_domain, "example")) ==
        Lines{"1 gone.example dns.mx_no_address", "2 empty.example dns.mx_no_address",
              "3 slow.example dns.timeout"});
}

TEST_CASE("an odd MX host is a finding and is still visited", "[names][route]") {
  World world;
  world.mx("example", {{1, "alias.example"}, {2, "mailhost"}, {3, "m_x.example"}});
  world("alias.example", Type::a).aliases = {"real.example"};
  world.address("alias.example", {"192.175.48.1"});
  world.address("mailhost", {"192.175.48.2"});
  world.address("m_x.example", {"192.175.48.3"});
  const auto destinations = follow(world, RouteKind::mail_domain, "example").destinations();
  REQUIRE(destinations.size() == 3);
  CHECK(destinations[0].findings.has(Finding::mx_is_alias));
  CHECK(destinations[1].findings.has(Finding::mx_single_label));
  CHECK(destinations[2].findings.has(Finding::mx_underscore));
  for (const Destination& destination : destinations) CHECK(destination.error == Cause::none);
}

TEST_CASE("a domain that is an alias is followed, and that is a finding", "[names][route]") {
  World world;
  world.mx("alias.example", {{1, "mx.example"}});
  world("alias.example", Type::mx).aliases = {"example"};
  world.address("mx.example", {"192.175.48.1"});
  const Route route = follow(world, RouteKind::mail_domain, "alias.example");
  CHECK(route.findings().has(Finding::domain_is_alias));
  CHECK(words(route) == Lines{"1 mx.example 192.175.48.1"});
}

TEST_CASE("special-use addresses are distinct from addresses on the internet", "[names][route]") {
  World world;
  world.mx("example", {{1, "mx.example"}});
  world.address("mx.example", {"10.0.0.1", "192.175.48.1", "fd00::1"});
  CHECK(words(follow(world, RouteKind::mail_domain, "example")) ==
        Lines{"1 mx.example 10.0.0.1 config.mx_private_ip", "1 mx.example 192.175.48.1",
              "1 mx.example fd00::1 config.mx_private_ip"});
  // For a host in the list it is no fault of a zone.
  CHECK(words(follow(world, RouteKind::host, "mx.example")) ==
        Lines{"0 mx.example 10.0.0.1 excluded.private", "0 mx.example 192.175.48.1",
              "0 mx.example fd00::1 excluded.private"});
}

scope::Scope scope_of(std::string_view own, std::string_view excluded) {
  const scope::ToAscii none = [](std::string_view) -> Result<std::string> {
    return Status::unusable("is not ASCII");
  };
  scope::Scope scope;
  REQUIRE(scope::read_list(own, "own", none, scope.own).ok());
  REQUIRE(scope::read_list(excluded, "excluded", none, scope.excluded).ok());
  scope.freeze();
  return scope;
}

// The names asked for, in the order of the questions.
Lines asked(const World& world, RouteKind kind, std::string_view text, const scope::Scope& scope) {
  Lines names;
  Route route(kind, text, {.scope = &scope});
  for (RouteQuestion question; route.take_question(question);) {
    names.emplace_back(question.name);
    route.on_answer(question.number, world.answer(std::string(question.name), question.type));
  }
  REQUIRE(route.done());
  return names;
}

TEST_CASE("an excluded name is not queried, whatever its spelling", "[names][route][scope]") {
  const scope::Scope scope = scope_of("", "example.org\nxn--bcher-kva.example\n");
  for (const RouteKind kind : {RouteKind::host, RouteKind::mail_domain}) {
    for (const char* name : {"example.org", "MX.Example.ORG.",
                             "mx.b\xc3\xbc"
                             "cher.example"}) {
      INFO(name);
      CHECK(asked({}, kind, name, scope).empty());
      const Route route = follow({}, kind, name, {.scope = &scope});
      CHECK(route.error() == Cause::excluded_list);
      CHECK(route.excluded_as_listed());
      CHECK(route.destinations().empty());
    }
  }
  CHECK_FALSE(follow({}, RouteKind::host, "example.net", {.scope = &scope}).excluded_as_listed());
}

TEST_CASE("an excluded MX host is not queried, and the others are", "[names][route][scope]") {
  World world;
  world.mx("example", {{1, "MX1.example.org"}, {2, "mx.example"}, {3, "10.0.0.1"}});
  world.address("mx1.example.org", {"192.175.48.2"});
  world.address("mx.example", {"192.175.48.1", "192.175.48.3"});
  const scope::Scope scope = scope_of("", "example.org\n192.175.48.3\n");
  CHECK(words(follow(world, RouteKind::mail_domain, "example", {.scope = &scope})) ==
        Lines{"1 MX1.example.org excluded.list", "2 mx.example 192.175.48.1",
              "2 mx.example 192.175.48.3 excluded.list", "3 10.0.0.1 config.mx_is_address"});
  CHECK(asked(world, RouteKind::mail_domain, "example", scope) ==
        Lines{"example", "mx.example", "mx.example"});
}

TEST_CASE("an alias of an excluded name is excluded when DNS shows it", "[names][route][scope]") {
  World world;
  world.address("mx.example", {"192.175.48.1"});
  world("mx.example", Type::a).aliases = {"mx.example.org"};
  world.mx("alias.example", {{1, "mx.example.net"}});
  world("alias.example", Type::mx).aliases = {"example.org"};
  const scope::Scope scope = scope_of("mx.example\n", "example.org\n");
  CHECK(words(follow(world, RouteKind::host, "mx.example", {.scope = &scope})) ==
        Lines{"0 mx.example excluded.list"});
  const Route domain = follow(world, RouteKind::mail_domain, "alias.example", {.scope = &scope});
  CHECK(domain.error() == Cause::excluded_list);
  CHECK_FALSE(domain.excluded_as_listed());
  CHECK(domain.destinations().empty());
}

TEST_CASE("a server is own by its address or its host's name, not by the mail domain",
          "[names][route][scope]") {
  World world;
  world.mx("example", {{1, "mx.example.org"}});
  world.address("mx.example.org", {"10.0.0.1", "192.175.48.1"});
  const auto owned = [&](std::string_view own) {
    const scope::Scope scope = scope_of(own, "");
    Lines lines;
    const Route route = follow(world, RouteKind::mail_domain, "example", {.scope = &scope});
    for (const Destination& destination : route.destinations()) {
      lines.push_back(std::string(destination.own ? "own " : "foreign ") +
                      std::string(to_string(destination.error)));
    }
    return lines;
  };
  CHECK(owned("") == Lines{"foreign config.mx_private_ip", "foreign none"});
  CHECK(owned("10.0.0.0/8") == Lines{"own none", "foreign none"});
  CHECK(owned("192.175.48.0/24") == Lines{"foreign config.mx_private_ip", "own none"});
  CHECK(owned("example.org") == Lines{"own none", "own none"});
  CHECK(owned("example") == owned(""));
}

TEST_CASE("only the address families that are wanted are queried", "[names][route]") {
  World world;
  world.address("h.example", {"192.175.48.1", "192.175.48.2", "2620:4f:8000::1"});
  CHECK(words(follow(world, RouteKind::host, "h.example", {.ipv6 = false})) ==
        Lines{"0 h.example 192.175.48.1", "0 h.example 192.175.48.2"});
  CHECK(words(follow(world, RouteKind::host, "h.example", {.ipv4 = false})) ==
        Lines{"0 h.example 2620:4f:8000::1"});
  CHECK(words(follow(world, RouteKind::host, "h.example", {.one_address = true})) ==
        Lines{"0 h.example 192.175.48.1"});
  CHECK(words(follow(world, RouteKind::host, "h.example", {.ipv4 = false, .one_address = true})) ==
        Lines{"0 h.example 2620:4f:8000::1"});
  Route route(RouteKind::host, "h.example", {.one_address = true});
  RouteQuestion question;
  REQUIRE(route.take_question(question));
  CHECK(question.type == Type::a);
  CHECK_FALSE(route.take_question(question));
}

TEST_CASE("the one address is of IPv6 if there is none of IPv4", "[names][route]") {
  World world;
  world.address("h.example", {"2620:4f:8000::1", "2620:4f:8000::2"});
  CHECK(words(follow(world, RouteKind::host, "h.example", {.one_address = true})) ==
        Lines{"0 h.example 2620:4f:8000::1"});
}

TEST_CASE("hosts and addresses beyond the limit are dropped, the least preferred first",
          "[names][route]") {
  World world;
  std::vector<MxRecord> exchanges;
  for (std::uint16_t i = 40; i > 0; --i) {
    exchanges.push_back({i, "mx" + std::to_string(i) + ".example"});
    exchanges.push_back({i, "mx" + std::to_string(i) + ".example"});
    world.address(exchanges.back().host, {"192.175.48." + std::to_string(i)});
  }
  world.mx("example", exchanges);
  Route route = follow(world, RouteKind::mail_domain, "example");
  CHECK(route.destinations().size() == 16);
  CHECK(route.destinations().back().host == "mx16.example");
  CHECK(route.findings().has(Finding::hosts_cut));
  CHECK(route.findings().has(Finding::mx_repeated));

  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back("192.175.49." + std::to_string(i));
  for (int i = 1; i < 20; ++i) many.push_back("2620:4f:8000::" + std::to_string(i));
  world.address("many.example", many);
  route = follow(world, RouteKind::host, "many.example");
  CHECK(route.destinations().size() == 16);
  CHECK(route.destinations()[0].findings.has(Finding::addresses_cut));
}

TEST_CASE("an inconclusive answer for one address family is a finding", "[names][route]") {
  World world;
  world.address("h.example", {"192.175.48.1"});
  world.fails("h.example", Type::aaaa, LookupStatus::servfail);
  const auto destinations = follow(world, RouteKind::host, "h.example").destinations();
  REQUIRE(destinations.size() == 1);
  CHECK(destinations[0].error == Cause::none);
  CHECK(destinations[0].findings.has(Finding::family_unknown));
}

TEST_CASE("an inconclusive error outweighs a conclusive one, and our resolver's outweighs both",
          "[names][route]") {
  World world;
  world.fails("h.example", Type::a, LookupStatus::no_data);
  world.fails("h.example", Type::aaaa, LookupStatus::servfail);
  for (const Order order : {Order::first_first, Order::last_first}) {
    CHECK(words(follow(world, RouteKind::host, "h.example", {}, order)) ==
          Lines{"0 h.example dns.servfail"});
  }
  world.fails("h.example", Type::a, LookupStatus::unreachable);
  CHECK(words(follow(world, RouteKind::host, "h.example")) ==
        Lines{"0 h.example local.resolver_unreachable"});
  CHECK(words(follow(world, RouteKind::host, "nowhere.example")) ==
        Lines{"0 nowhere.example dns.nxdomain"});
}

TEST_CASE("a destination is authentic when every answer on the way was", "[names][route]") {
  World world;
  world.mx("example", {{1, "mx.example"}});
  world.address("mx.example", {"192.175.48.1", "2620:4f:8000::1"});
  world("example", Type::mx).authentic = true;
  world("mx.example", Type::a).authentic = true;
  CHECK_FALSE(follow(world, RouteKind::mail_domain, "example").destinations()[0].authentic);
  world("mx.example", Type::aaaa).authentic = true;
  CHECK(follow(world, RouteKind::mail_domain, "example").destinations()[0].authentic);
  world("example", Type::mx).authentic = false;
  CHECK_FALSE(follow(world, RouteKind::mail_domain, "example").destinations()[0].authentic);
}

TEST_CASE("text that is not a name is not queried", "[names][route]") {
  for (const char* text : {"", ".", "a..b", "a b", "192.0.2.1", "user@example", "::1"}) {
    INFO(text);
    const Route route = follow({}, RouteKind::mail_domain, text);
    CHECK(route.done());
    CHECK(route.error() == Cause::dns_name_invalid);
    CHECK(route.destinations().empty());
  }
}

TEST_CASE("an internationalised domain is queried by its A-labels", "[names][route]") {
  World world;
  world.mx("xn--bcher-kva.example", {{1, "mx.example"}});
  world.address("mx.example", {"192.175.48.1"});
  const Route route = follow(world, RouteKind::mail_domain, "bücher.example");
  CHECK(words(route) == Lines{"1 mx.example 192.175.48.1"});
  CHECK(route.name().unicode == "bücher.example");
}

TEST_CASE("addresses that no remote host can have are left out of an answer", "[names][route]") {
  World world;
  world.mx("example", {{10, "mx.example"}});
  world.address("mx.example", {"0.0.0.0", "192.175.48.1", "255.255.255.255", "::", "ff02::1"});
  CHECK(words(follow(world, RouteKind::mail_domain, "example")) ==
        Lines{"10 mx.example 192.175.48.1"});
  CHECK(words(follow(world, RouteKind::host, "mx.example")) == Lines{"0 mx.example 192.175.48.1"});
}

TEST_CASE("a host that has only such addresses has an error of its own", "[names][route]") {
  for (const char* text : {"0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1",
                           "::", "ff02::1", "::ffff:0.0.0.0"}) {
    INFO(text);
    World world;
    world.mx("example", {{10, "mx.example"}});
    world.address("mx.example", {text});
    CHECK(words(follow(world, RouteKind::mail_domain, "example")) ==
          Lines{"10 mx.example dns.unusable_address"});
    CHECK(words(follow(world, RouteKind::host, "mx.example")) ==
          Lines{"0 mx.example dns.unusable_address"});
  }
}

TEST_CASE("an unusable address decides nothing while the other family's answer is inconclusive",
          "[names][route]") {
  World world;
  world.address("mx.example", {"0.0.0.0"});
  world.fails("mx.example", Type::aaaa, LookupStatus::servfail);
  CHECK(words(follow(world, RouteKind::host, "mx.example")) == Lines{"0 mx.example dns.servfail"});
}

TEST_CASE("the one address of a host is a usable one", "[names][route]") {
  RouteOptions one;
  one.one_address = true;
  World world;
  world.address("a.example", {"0.0.0.0", "192.175.48.1"});
  world.address("b.example", {"0.0.0.0", "2620:4f:8000::1"});
  CHECK(words(follow(world, RouteKind::host, "a.example", one)) ==
        Lines{"0 a.example 192.175.48.1"});
  CHECK(words(follow(world, RouteKind::host, "b.example", one)) ==
        Lines{"0 b.example 2620:4f:8000::1"});
}

TEST_CASE("an IPv4-mapped address in an AAAA answer is the IPv4 address, and is visited once",
          "[names][route]") {
  World world;
  world.mx("example", {{10, "mx.example"}});
  world.address("mx.example",
                {"192.175.48.1", "::ffff:192.175.48.1", "::ffff:192.175.48.2", "2620:4f:8000::1"});
  for (const Order order : {Order::first_first, Order::last_first}) {
    CHECK(words(follow(world, RouteKind::mail_domain, "example", {}, order)) ==
          Lines{"10 mx.example 192.175.48.1", "10 mx.example 192.175.48.2",
                "10 mx.example 2620:4f:8000::1"});
  }
  World inside;
  inside.mx("example", {{10, "mx.example"}});
  inside.address("mx.example", {"::ffff:10.0.0.1"});
  CHECK(words(follow(inside, RouteKind::mail_domain, "example")) ==
        Lines{"10 mx.example 10.0.0.1 config.mx_private_ip"});
}

TEST_CASE("every finding is named by a word", "[names][route]") {
  for (std::size_t i = 0; i < kFindingCount; ++i) {
    CHECK_FALSE(to_string(static_cast<Finding>(i)).empty());
  }
}

}  // namespace
}  // namespace mxsweep::names
