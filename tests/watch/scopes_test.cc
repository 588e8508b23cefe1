// SPDX-License-Identifier: MIT
#include "watch/scopes.h"

#include <algorithm>

#include "support/catch.h"

namespace mxsweep::watch {
namespace {

Group group_by(std::vector<std::string> fields) {
  Group group;
  group.name = "edge";
  group.group_by = std::move(fields);
  return group;
}

Monitor server(std::string_view address, std::string host = {}, std::string meta = {}) {
  Monitor monitor;
  monitor.key = "edge " + std::string(address);
  monitor.target = address;
  monitor.address = *parse_address(address);
  monitor.host = std::move(host);
  monitor.meta = std::move(meta);
  return monitor;
}

// The watched monitors that have this value; 0: there is no such value.
std::uint32_t watched(const Scopes& scopes, ScopeKind kind, std::string_view text) {
  const ValueNumber value = scopes.find(scope_hash(kind, text));
  return value == kNoValue ? 0 : scopes.watched(value);
}

TEST_CASE("a check has nothing in common with servers", "[watch][scopes]") {
  Scopes scopes;
  Group check;
  check.name = "mailq";
  check.run.emplace();
  Monitor monitor;
  monitor.key = "mailq check:mailq";
  scopes.add(0, server("192.0.2.1"), group_by({}));
  scopes.add(1, monitor, check);
  CHECK(watched(scopes, ScopeKind::everything, "everything") == 1);
  CHECK(watched(scopes, ScopeKind::group, "mailq") == 1);
}

TEST_CASE("monitors are counted for each value that they have", "[watch][scopes]") {
  Scopes scopes;
  const Group group = group_by({"rack"});
  scopes.add(0, server("192.0.2.1", "mx1.mail.example.co.uk", R"({"rack":"b7"})"), group);
  scopes.add(1, server("192.0.2.200", "mx2.example.co.uk", R"({"rack":"b7"})"), group);
  scopes.add(2, server("2001:db8:1:2::3", "mx.example.org"), group);
  CHECK(watched(scopes, ScopeKind::address, "192.0.2.1") == 1);
  CHECK(watched(scopes, ScopeKind::prefix, "192.0.2.0/24") == 2);
  CHECK(watched(scopes, ScopeKind::prefix, "2001:db8:1::/48") == 1);
  CHECK(watched(scopes, ScopeKind::mx_operator, "example.co.uk") == 2);
  CHECK(watched(scopes, ScopeKind::meta, "rack=b7") == 2);
  CHECK(watched(scopes, ScopeKind::group, "edge") == 3);
  CHECK(watched(scopes, ScopeKind::everything, "everything") == 3);
  scopes.remove(1);
  CHECK(watched(scopes, ScopeKind::prefix, "192.0.2.0/24") == 1);
  CHECK(watched(scopes, ScopeKind::address, "192.0.2.200") == 0);
  CHECK(watched(scopes, ScopeKind::everything, "everything") == 2);
}

TEST_CASE("the values of a monitor go from narrow to wide", "[watch][scopes]") {
  Scopes scopes;
  scopes.add(0, server("192.0.2.1", "mx.example.org", R"({"rack":"b7","row":3})"),
             group_by({"row", "rack"}));
  scopes.set_certificate(0, "c0ffee");
  std::vector<ScopeKind> kinds;
  for (const ValueNumber value : scopes.values_of(0)) kinds.push_back(scopes.kind(value));
  CHECK(kinds == std::vector<ScopeKind>{ScopeKind::address, ScopeKind::certificate,
                                        ScopeKind::prefix, ScopeKind::meta, ScopeKind::meta,
                                        ScopeKind::mx_operator, ScopeKind::group,
                                        ScopeKind::everything});
}

TEST_CASE("a mail domain has its MX set, and the operator of its MX", "[watch][scopes]") {
  Scopes scopes;
  Monitor domain;
  domain.domain = "customer.example";
  domain.mx_set = "mx1.example.net mx2.example.net";
  scopes.add(0, domain, group_by({}));
  CHECK(watched(scopes, ScopeKind::mx_set, "mx1.example.net mx2.example.net") == 1);
  CHECK(watched(scopes, ScopeKind::mx_operator, "example.net") == 1);
  CHECK(scopes.value_of(0, ScopeKind::address) == kNoValue);
  CHECK(scopes.value_of(0, ScopeKind::prefix) == kNoValue);
}

TEST_CASE("a certificate is counted until another is shown", "[watch][scopes]") {
  Scopes scopes;
  for (MonitorId id = 0; id < 3; ++id) scopes.add(id, server("192.0.2.1"), group_by({}));
  for (MonitorId id = 0; id < 3; ++id) scopes.set_certificate(id, "old");
  CHECK(watched(scopes, ScopeKind::certificate, "old") == 3);
  CHECK(scopes.name(scopes.value_of(0, ScopeKind::certificate)).text == "old");
  scopes.set_certificate(1, "new");
  scopes.set_certificate(1, "new");
  CHECK(watched(scopes, ScopeKind::certificate, "old") == 2);
  CHECK(watched(scopes, ScopeKind::certificate, "new") == 1);
  scopes.set_certificate(1, "");
  CHECK(watched(scopes, ScopeKind::certificate, "new") == 0);
  scopes.set_certificate(9, "new");  // Not watched.
  CHECK(watched(scopes, ScopeKind::certificate, "new") == 0);
}

TEST_CASE("a monitor that has changed is counted for its new values only", "[watch][scopes]") {
  Scopes scopes;
  scopes.add(0, server("192.0.2.1", "mx.example.org"), group_by({}));
  scopes.set_certificate(0, "c0ffee");
  scopes.add(0, server("198.51.100.1", "mx.example.org"), group_by({}));
  CHECK(watched(scopes, ScopeKind::address, "192.0.2.1") == 0);
  CHECK(watched(scopes, ScopeKind::address, "198.51.100.1") == 1);
  CHECK(watched(scopes, ScopeKind::mx_operator, "example.org") == 1);
  CHECK(watched(scopes, ScopeKind::certificate, "c0ffee") == 1);
  scopes.remove(0);
  CHECK(watched(scopes, ScopeKind::certificate, "c0ffee") == 0);
  CHECK(watched(scopes, ScopeKind::everything, "everything") == 0);
}

TEST_CASE("plain values of meta are values, and nothing else is", "[watch][scopes]") {
  Scopes scopes;
  const Group group = group_by({"v"});
  const auto value = [&](std::string meta) {
    scopes.add(0, server("192.0.2.1", {}, std::move(meta)), group);
    return scopes.value_of(0, ScopeKind::meta) != kNoValue;
  };
  CHECK(value(R"({"v": "text"})"));
  CHECK(watched(scopes, ScopeKind::meta, "v=text") == 1);
  CHECK(value("{\"v\": 17 , \"w\": 1}"));
  CHECK(watched(scopes, ScopeKind::meta, "v=17") == 1);
  CHECK(value(R"({"w":{"v":"inner"},"v":true})"));
  CHECK(watched(scopes, ScopeKind::meta, "v=true") == 1);
  CHECK(value(R"({"v":"\u00e9"})"));
  CHECK(watched(scopes, ScopeKind::meta, "v=\u00e9") == 1);
  for (const char* const meta : {R"({"v":null})", R"({"v":[1]})", R"({"v":{"v":1}})", R"({"v":""})",
                                 R"({"w":1})", R"("v")", "[1]", "17", "{", R"({"v":)", ""}) {
    CAPTURE(meta);
    CHECK_FALSE(value(meta));
  }
  CHECK_FALSE(value(R"({"v":")" + std::string(257, 'x') + "\"}"));
}

TEST_CASE("100,000 monitors cost at most 20 MB", "[watch][scopes]") {
  Scopes scopes;
  const Group group = group_by({"rack", "owner"});
  for (std::uint32_t id = 0; id < 100'000; ++id) {
    Monitor monitor = server(
        "192.0.2.1", "mx" + std::to_string(id) + ".op" + std::to_string(id / 5) + ".example.net");
    monitor.address = ipv4(0x0a000000U + id);
    monitor.host = "mx.op" + std::to_string(id / 5) + ".test";
    monitor.meta = R"({"rack":"r)" + std::to_string(id / 40) + R"(","owner":"o)" +
                   std::to_string(id % 500) + "\"}";
    scopes.add(id, monitor, group);
    scopes.set_certificate(id, std::string(60, 'a') + std::to_string(id / 2));
  }
  CAPTURE(scopes.octets_held());
  CHECK(scopes.octets_held() < 20'000'000);
}

}  // namespace
}  // namespace mxsweep::watch
