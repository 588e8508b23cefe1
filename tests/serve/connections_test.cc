// SPDX-License-Identifier: MIT
#include "serve/connections.h"

#include "support/catch.h"

namespace mxsweep::serve {
namespace {

using std::chrono::seconds;

constexpr Instant kStart{seconds{1000}};
constexpr Connections::Limits kLimits{.connections = 4,
                                      .connections_of_address = 2,
                                      .request = seconds{10},
                                      .handler = seconds{30},
                                      .taker = seconds{20},
                                      .stream = seconds{100}};

Address peer(std::string_view text) { return *parse_address(text); }

TEST_CASE("a deadline is of all that is waited for, not of silence", "[serve][connections]") {
  Connections connections(kLimits);
  CHECK(connections.next_deadline() == kNever);
  connections.begin(5, peer("192.0.2.1"), kStart);
  CHECK(connections.next_deadline() == kStart + seconds{10});
  CHECK(connections.late(kStart + seconds{9}).empty());
  CHECK(connections.late(kStart + seconds{10}) == std::vector<int>{5});
  connections.wait(5, Waits::handler, kStart + seconds{1});
  CHECK(connections.next_deadline() == kStart + seconds{31});
  connections.wait(5, Waits::taker, kStart + seconds{2});
  CHECK(connections.next_deadline() == kStart + seconds{22});
  connections.wait(5, Waits::request, kStart + seconds{3});
  CHECK(connections.next_deadline() == kStart + seconds{13});
  connections.wait(5, Waits::end, kStart + seconds{4});
  CHECK(connections.next_deadline() == kNever);
  connections.wait(5, Waits::taker, kStart + seconds{5});  // It stays ended.
  CHECK(connections.what(5) == Waits::end);
  connections.end(5);
  connections.end(5);
  CHECK(connections.size() == 0);
}

TEST_CASE("a stream may go on as long as its peer takes it, up to a limit",
          "[serve][connections]") {
  Connections connections(kLimits);
  connections.begin(5, peer("192.0.2.1"), kStart);
  connections.wait(5, Waits::taker, kStart);
  connections.stream(5, kStart);
  CHECK(connections.next_deadline() == kStart + seconds{20});
  connections.wait(5, Waits::taker, kStart + seconds{19});
  CHECK(connections.next_deadline() == kStart + seconds{39});
  connections.wait(5, Waits::handler, kStart + seconds{60});
  CHECK(connections.next_deadline() == kStart + seconds{90});
  connections.wait(5, Waits::taker, kStart + seconds{89});
  CHECK(connections.next_deadline() == kStart + seconds{100});
  CHECK(connections.late(kStart + seconds{100}) == std::vector<int>{5});
  connections.wait(5, Waits::request, kStart + seconds{95});  // Of the next request.
  connections.wait(5, Waits::taker, kStart + seconds{99});
  CHECK(connections.next_deadline() == kStart + seconds{119});
  connections.stream(6, kStart);  // Not known.
}

TEST_CASE("at the limit the one that keeps us waiting longest gives way", "[serve][connections]") {
  Connections connections(kLimits);
  connections.begin(1, peer("192.0.2.1"), kStart);
  connections.begin(2, peer("192.0.2.2"), kStart + seconds{1});
  connections.begin(3, peer("192.0.2.3"), kStart + seconds{2});
  CHECK(connections.room_for(peer("192.0.2.9")).there_is);
  CHECK_FALSE(connections.room_for(peer("192.0.2.9")).instead_of.has_value());
  connections.begin(4, peer("192.0.2.4"), kStart + seconds{3});
  CHECK(connections.room_for(peer("192.0.2.9")).instead_of == 1);
  connections.wait(1, Waits::handler, kStart + seconds{4});  // It waits for us.
  CHECK(connections.room_for(peer("192.0.2.9")).instead_of == 2);
  connections.wait(2, Waits::end, kStart + seconds{4});
  connections.wait(3, Waits::taker, kStart + seconds{4});
  CHECK(connections.room_for(peer("192.0.2.9")).instead_of == 4);
  connections.wait(4, Waits::taker, kStart + seconds{5});
  CHECK(connections.room_for(peer("192.0.2.9")).instead_of == 3);
  connections.wait(3, Waits::handler, kStart + seconds{6});
  connections.wait(4, Waits::handler, kStart + seconds{6});
  CHECK_FALSE(connections.room_for(peer("192.0.2.9")).there_is);
}

TEST_CASE("an address gives way to itself only", "[serve][connections]") {
  Connections connections(kLimits);
  connections.begin(1, peer("192.0.2.2"), kStart);
  connections.begin(2, peer("192.0.2.1"), kStart + seconds{1});
  connections.begin(3, peer("192.0.2.1"), kStart + seconds{2});
  CHECK(connections.room_for(peer("192.0.2.1")).instead_of == 2);
  CHECK(connections.room_for(peer("::ffff:192.0.2.1")).instead_of == 2);
  CHECK_FALSE(connections.room_for(peer("192.0.2.2")).instead_of.has_value());
  connections.end(2);
  CHECK_FALSE(connections.room_for(peer("192.0.2.1")).instead_of.has_value());
}

TEST_CASE("a customer has a /64 of IPv6", "[serve][connections]") {
  CHECK(network_of(peer("2001:db8:1:2:3:4:5:6")) == peer("2001:db8:1:2::"));
  CHECK(network_of(peer("::ffff:192.0.2.1")) == peer("192.0.2.1"));
  Connections connections(kLimits);
  connections.begin(1, peer("2001:db8::1"), kStart);
  connections.begin(2, peer("2001:db8::2"), kStart + seconds{1});
  CHECK(connections.room_for(peer("2001:db8::3")).instead_of == 1);
  CHECK_FALSE(connections.room_for(peer("2001:db8:0:1::3")).instead_of.has_value());
}

}  // namespace
}  // namespace mxsweep::serve
