// SPDX-License-Identifier: MIT
#include "mxsweep/scope/scope.h"

#include "mxsweep/core/special_purpose.h"
#include "mxsweep/scope/list.h"
#include "support/catch.h"

namespace mxsweep::scope {
namespace {

constexpr Verdict kOwn{Standing::own, Cause::none};
constexpr Verdict kForeign{Standing::foreign, Cause::none};
constexpr Verdict kListed{Standing::excluded, Cause::excluded_list};
constexpr Verdict kPrivate{Standing::excluded, Cause::excluded_private};

struct Names {
  const char* own = "";
  const char* excluded = "";
  bool allow_private = false;
};

Scope scope_of(const Names& names) {
  const ToAscii none = [](std::string_view) -> Result<std::string> {
    return Status::unusable("is not ASCII");
  };
  Scope scope;
  REQUIRE(read_list(names.own, "own", none, scope.own).ok());
  REQUIRE(read_list(names.excluded, "excluded", none, scope.excluded).ok());
  scope.allow_private = names.allow_private;
  scope.freeze();
  return scope;
}

Verdict of(const Scope& scope, const char* address, bool own_by_name = false) {
  return scope.verdict(*parse_address(address), own_by_name);
}

TEST_CASE("without any list every global address is foreign and every private one excluded",
          "[scope]") {
  const Scope scope;
  CHECK(of(scope, "8.8.8.8") == kForeign);
  CHECK(of(scope, "2600::1") == kForeign);
  CHECK(of(scope, "127.0.0.1") == kPrivate);
  CHECK(of(scope, "10.0.0.1") == kPrivate);
  CHECK(of(scope, "::1") == kPrivate);
  CHECK(of(scope, "::ffff:192.168.0.1") == kPrivate);
  CHECK(scope.verdict("mx.example.org") == kForeign);
}

TEST_CASE("each row of the registries is visited if it is global, and else only on request",
          "[scope]") {
  const Scope by_default;
  const Scope allowing = scope_of({.allow_private = true});
  for (const SpecialPurpose& row : special_purposes()) {
    if (row.reach == AddressClass::unusable || row.network.octets[0] == 0x20) continue;
    INFO(to_string(row.network) << "/" << row.bits);
    Address address = row.network;
    address.octets[address.family == Family::ipv4 ? 3 : 15] |= row.bits % 32 == 0 ? 0 : 1;
    if (special_purpose_of(address) != &row || without_mapping(address) != address) continue;
    if (row.name == "IPv4-IPv6 Translat.") continue;  // The IPv4 address in it decides.
    const bool is_global = row.reach == AddressClass::global;
    CHECK(by_default.verdict(address) == (is_global ? kForeign : kPrivate));
    CHECK(allowing.verdict(address) == kForeign);
  }
}

TEST_CASE("what is own may be private, and what is near it stays foreign", "[scope]") {
  const Scope scope = scope_of({.own = "10.1.0.0/16\nexample.org\n8.8.8.0/24\n"});
  CHECK(of(scope, "10.1.2.3") == kOwn);
  CHECK(of(scope, "10.2.0.0") == kPrivate);
  CHECK(of(scope, "8.8.8.8") == kOwn);
  CHECK(of(scope, "8.8.9.0") == kForeign);
  CHECK(of(scope, "10.2.0.0", true) == kOwn);
  CHECK(scope.verdict("mx.example.org") == kOwn);
  CHECK(scope.verdict("example.net") == kForeign);
}

TEST_CASE("exclusion wins over everything", "[scope]") {
  const Scope scope = scope_of({.own = "10.0.0.0/8\nexample.org\n",
                                .excluded = "10.0.0.1\n8.8.8.0/24\nno.example.org\n",
                                .allow_private = true});
  CHECK(of(scope, "10.0.0.1") == kListed);
  CHECK(of(scope, "10.0.0.1", true) == kListed);
  CHECK(of(scope, "10.0.0.2") == kOwn);
  CHECK(of(scope, "8.8.8.8") == kListed);
  CHECK(of(scope, "192.168.0.1") == kForeign);
  CHECK(scope.verdict("mx.no.example.org") == kListed);
  CHECK(scope.verdict("mx.example.org") == kOwn);
}

TEST_CASE("an IPv4 address is judged behind a translator and a relay, too", "[scope]") {
  const Scope scope = scope_of({.own = "10.0.0.0/8\n", .excluded = "8.8.8.0/24\n"});
  CHECK(of(scope, "64:ff9b::8.8.8.8") == kListed);
  CHECK(of(scope, "64:ff9b::8.8.9.9") == kForeign);
  CHECK(of(scope, "64:ff9b::192.168.0.1") == kPrivate);
  CHECK(of(scope, "64:ff9b::10.0.0.1") == kOwn);
  CHECK(of(scope, "2002:808:808::1") == kListed);
  CHECK(of(scope, "2002:7f00:1::1") == kPrivate);
  CHECK(of(scope, "2002:909:909::1") == kForeign);
}

}  // namespace
}  // namespace mxsweep::scope
