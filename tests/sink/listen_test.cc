// SPDX-License-Identifier: MIT
#include "mxsweep/sink/listen.h"

#include <unistd.h>

#include <cerrno>

#include "support/catch.h"

namespace mxsweep::sink {
namespace {

TEST_CASE("an address to listen on is a loopback address and a port", "[sink][listen]") {
  Listen listen;
  CHECK(read_listen("127.0.0.0/8:2525", listen) == "");
  CHECK(listen.address.family == Family::none);
  CHECK(listen.port == 2525);
  CHECK(read_listen("127.9.8.7:0", listen) == "");
  CHECK(listen.address == *parse_address("127.9.8.7"));
  CHECK(listen.port == 0);
  CHECK(read_listen("[::1]:65535", listen) == "");
  CHECK(listen.address == *parse_address("::1"));
  CHECK(listen.port == 65535);
}

TEST_CASE("any other address is refused with a reason", "[sink][listen]") {
  Listen listen;
  const std::string outside = "not a loopback address: a simulated fleet answers this machine only";
  const std::string not_address = "not an address: 127.0.0.0/8, an address of it, or [::1]";
  CHECK(read_listen("0.0.0.0:2525", listen) == outside);
  CHECK(read_listen("192.0.2.1:2525", listen) == outside);
  CHECK(read_listen("128.0.0.1:2525", listen) == outside);
  CHECK(read_listen("[::]:2525", listen) == outside);
  CHECK(read_listen("[::ffff:127.0.0.1]:2525", listen) == outside);
  CHECK(read_listen("::1:2525", listen) == not_address);
  CHECK(read_listen("[127.0.0.1]:2525", listen) == not_address);
  CHECK(read_listen("127.0.0.0/9:2525", listen) == not_address);
  CHECK(read_listen("localhost:2525", listen) == not_address);
  CHECK(read_listen(":2525", listen) == not_address);
  CHECK(read_listen("127.0.0.1", listen) == "needs a port, as in 127.0.0.1:2525");
  CHECK(read_listen("", listen) == "needs a port, as in 127.0.0.1:2525");
  for (const char* const port :
       {"127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:25x", "127.0.0.1:-1"}) {
    CHECK(read_listen(port, listen) == "the port is not 0..65535");
  }
}

TEST_CASE("a port with a listener is not free, although it could be shared", "[sink][listen]") {
  Listen listen;
  REQUIRE(read_listen("127.0.0.0/8:0", listen) == "");
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
