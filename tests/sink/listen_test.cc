// SPDX-License-Identifier: MIT
#include "mxsweep/sink/listen.h"

#include <unistd.h>

#include <cerrno>

#include "support/catch.h"

namespace mxsweep::sink {
namespace {

std::string why_not(std::string_view text) { return read_listen(text).status().sentence(); }

TEST_CASE("an address to listen on is a loopback address and a port", "[sink][listen]") {
  Listen listen;
  listen = *read_listen("127.0.0.0/8:2525");
  CHECK(listen.address.family == Family::none);
  CHECK(listen.port == 2525);
  listen = *read_listen("127.9.8.7:0");
  CHECK(listen.address == *parse_address("127.9.8.7"));
  CHECK(listen.port == 0);
  listen = *read_listen("[::1]:65535");
  CHECK(listen.address == *parse_address("::1"));
  CHECK(listen.port == 65535);
}

TEST_CASE("the network for benchmarks can be listened on, and nothing beside it",
          "[sink][listen]") {
  const Listen whole = *read_listen("198.18.0.0/15:2525");
  CHECK(whole.address.family == Family::none);
  CHECK(whole.network == Network::benchmark);
  const Listen one = *read_listen("198.19.255.255:2525");
  CHECK(one.address == *parse_address("198.19.255.255"));
  for (const char* const text : {"198.17.255.255:2525", "198.20.0.0:2525", "198.18.0.0/16:2525"}) {
    CHECK(!read_listen(text).ok());
  }
  CHECK(serves(whole, *parse_address("198.18.0.1")));
  CHECK(serves(whole, *parse_address("198.19.255.255")));
  CHECK(!serves(whole, *parse_address("127.0.0.1")));
  CHECK(!serves(whole, *parse_address("198.20.0.1")));
  CHECK(!serves(whole, *parse_address("::1")));
  CHECK(serves(*read_listen("127.0.0.0/8:2525"), *parse_address("127.0.0.1")));
}

TEST_CASE("any other address is refused with a reason", "[sink][listen]") {
  const std::string outside =
      "a simulated fleet answers at loopback addresses, or those for benchmarks (198.18.0.0/15)";
  const std::string not_address =
      "not an address: 127.0.0.0/8, an address of it, [::1], or 198.18.0.0/15 and its addresses";
  CHECK(why_not("0.0.0.0:2525") == outside);
  CHECK(why_not("192.0.2.1:2525") == outside);
  CHECK(why_not("128.0.0.1:2525") == outside);
  CHECK(why_not("[::]:2525") == outside);
  CHECK(why_not("[::ffff:127.0.0.1]:2525") == outside);
  CHECK(why_not("::1:2525") == not_address);
  CHECK(why_not("[127.0.0.1]:2525") == not_address);
  CHECK(why_not("127.0.0.0/9:2525") == not_address);
  CHECK(why_not("localhost:2525") == not_address);
  CHECK(why_not(":2525") == not_address);
  CHECK(why_not("127.0.0.1") == "needs a port, as in 127.0.0.1:2525");
  CHECK(why_not("") == "needs a port, as in 127.0.0.1:2525");
  for (const char* const port :
       {"127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:25x", "127.0.0.1:-1"}) {
    CHECK(why_not(port) == "the port is not 0..65535");
  }
}

TEST_CASE("a port with a listener is not free, although it could be shared", "[sink][listen]") {
  Listen listen = *read_listen("127.0.0.0/8:0");
  CHECK(port_is_free(listen) == 0);
  const int first = open_listener(listen);
  REQUIRE(first >= 0);
  listen.port = port_of(first);
  REQUIRE(listen.port != 0);
  CHECK(port_is_free(listen) == -EADDRINUSE);
  const int second = open_listener(listen);
  CHECK(second >= 0);
  ::close(second);
  ::close(first);
}

}  // namespace
}  // namespace mxsweep::sink
