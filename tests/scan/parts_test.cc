// SPDX-License-Identifier: MIT
#include "scan/parts.h"

#include <set>
#include <string>
#include <vector>

#include "support/catch.h"

namespace mxsweep::scan {
namespace {

Resolved server(const std::string& host, std::uint32_t address, Cause cause = Cause::none) {
  Resolved server;
  server.task.target.set_words("example.org", {}, {});
  server.task.target.port = 25;
  if (address != 0) server.task.target.address = ipv4(address);
  server.task.path = std::make_unique<Path>();
  server.task.path->domain = "example.org";
  server.task.path->mx_host = host;
  server.cause = cause;
  return server;
}

std::vector<Resolved> servers_of(const std::vector<std::pair<std::string, std::uint32_t>>& list) {
  std::vector<Resolved> servers;
  for (const auto& [host, address] : list) servers.push_back(server(host, address));
  return servers;
}

// The servers of a first run, all of which were recorded.
checkpoint::Parts recorded(const std::vector<std::pair<std::string, std::uint32_t>>& list) {
  std::vector<Resolved> servers = servers_of(list);
  set_parts(servers, nullptr);
  checkpoint::Parts parts;
  for (const Resolved& one : servers) {
    parts.recorded.push_back({.identity = one.task.path->identity});
  }
  return parts;
}

std::vector<std::string> left(const std::vector<std::pair<std::string, std::uint32_t>>& before,
                              const std::vector<std::pair<std::string, std::uint32_t>>& now) {
  const checkpoint::Parts parts = recorded(before);
  std::vector<Resolved> servers = servers_of(now);
  set_parts(servers, &parts);
  std::vector<std::string> names;
  for (const Resolved& one : servers) {
    CHECK(one.task.path->parts == servers.size());
    names.push_back(one.task.path->mx_host + " " + to_string(one.task.target.address));
  }
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("each server of a name has an identity of its own, also a repeated one",
          "[scan][parts]") {
  const checkpoint::Parts parts =
      recorded({{"mx1", 1}, {"mx1", 2}, {"mx2", 1}, {"mx2", 1}, {"mx3", 0}, {"", 0}});
  std::set<std::uint64_t> identities;
  for (const checkpoint::Part& part : parts.recorded) identities.insert(part.identity);
  CHECK(identities.size() == 6);
}

TEST_CASE("only servers that were not recorded are left", "[scan][parts]") {
  CHECK(left({{"mx1", 1}}, {{"mx1", 1}, {"mx1", 2}, {"mx2", 1}}) ==
        Names{"mx1 0.0.0.2", "mx2 0.0.0.1"});
  CHECK(left({{"mx2", 1}, {"mx1", 1}}, {{"mx1", 1}, {"mx2", 1}}).empty());
  CHECK(left({{"mx1", 1}}, {{"mx1", 1}, {"mx1", 1}}) == Names{"mx1 0.0.0.1"});
}

TEST_CASE("DNS that answers otherwise than before adds servers but no faults", "[scan][parts]") {
  CHECK(left({{"mx1", 1}}, {{"mx1", 0}}).empty());  // It has no address now.
  CHECK(left({{"mx1", 0}}, {{"mx1", 7}}).empty());  // It was recorded as having none.
  CHECK(left({{"mx1", 1}}, {{"", 0}}).empty());     // The name has no server at all now.
  CHECK(left({{"mx1", 1}}, {{"mx9", 0}}) == Names{"mx9 "});
  CHECK(left({{"mx1", 1}}, {{"mx1", 2}}) == Names{"mx1 0.0.0.2"});
}

}  // namespace
}  // namespace mxsweep::scan
