// SPDX-License-Identifier: MIT
// What hostile, slow and broken clients can do to a server: nothing but to themselves.
#include <string>
#include <thread>
#include <vector>

#include "mxsweep/ring/socket.h"
#include "mxsweep/serve/server.h"
#include "serve/peer.h"
#include "serve/site.h"
#include "support/catch.h"

namespace mxsweep::serve {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kOther = "127.0.0.9";  // A client that does nothing wrong.

// False only after a time that no passing test needs.
template <typename Condition>
bool eventually(Condition condition) {
  for (int waited_ms = 0; waited_ms < kGenerousMs; waited_ms += 10) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds{10});
  }
  return condition();
}

ServerOptions impatient() {
  ServerOptions options;
  options.request_deadline = milliseconds{300};
  options.answer_deadline = milliseconds{300};
  return options;
}

bool was_closed(const std::string& received) {
  return received.find("nothing came") == std::string::npos;
}

// More than once, because an impatient site may also close a client that this machine holds up.
bool others_are_answered(const Site& site) {
  return eventually([&site] { return status_of(fetch(site.address(), "/other", kOther)) == 200; });
}

TEST_CASE("a request that is never finished ends with its connection", "[serve][abuse]") {
  Site site(impatient());
  for (const std::string_view part :
       {"", "G", "GET / HT", "GET / HTTP/1.1\r\nHost: local", "\r\n\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    INFO(part);
    const Peer peer(site.address());
    peer.send(part);
    CHECK(was_closed(peer.receive()));
  }
  CHECK(eventually([&site] { return site.server.counts().open == 0; }));
  CHECK(site.server.counts().expired >= 6);
}

TEST_CASE("octets that drip do not extend the time of a request", "[serve][abuse]") {
  Site site(impatient());
  for (const std::string_view begin :
       {"GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n"}) {
    const Peer peer(site.address());
    bool open = peer.send(begin);
    CHECK(eventually([&peer, &open] { return !(open = open && peer.send("a")); }));
  }
  CHECK(others_are_answered(site));
}

TEST_CASE("a connection that stays without a request is closed", "[serve][abuse]") {
  Site site(impatient());
  CHECK(eventually([&site] {
    const Peer peer(site.address());
    peer.send(get("/1"));
    const std::string answer = peer.receive();
    return status_of(answer) == 200 && was_closed(answer);
  }));
}

TEST_CASE("10,000 headers are refused", "[serve][abuse]") {
  Site site;
  const Peer peer(site.address());
  std::string headers;
  for (int number = 0; number < 10'000; ++number)
    headers += "X-" + std::to_string(number) + ": a\r\n";
  peer.send(get("/", headers));
  const std::string answer = peer.receive();
  CHECK(was_closed(answer));
  CHECK(status_of(answer) != 200);
  const Peer long_one(site.address());
  long_one.send(get("/", "X: " + std::string(100'000, 'a') + "\r\n"));
  CHECK(status_of(long_one.receive()) != 200);
  CHECK(others_are_answered(site));
}

TEST_CASE("a body that is too large is refused, and not kept", "[serve][abuse]") {
  Site site;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\n";
  const Peer chunked(site.address());
  chunked.send(head + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int count = 0; count < 9; ++count)
    chunked.send("2000\r\n" + std::string(8192, 'a') + "\r\n");
  chunked.send("0\r\n\r\n");
  CHECK(status_of(chunked.receive()) == 413);

  const Peer endless(site.address());
  endless.send(head + "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "100000\r\n" + std::string(0x100000, 'a') + "\r\n";
  CHECK(eventually([&endless, &chunk] { return !endless.send(chunk); }));

  const Peer known(site.address());
  known.send(head + "Content-Length: 99999999999\r\n\r\n");
  CHECK(eventually([&known, &chunk] { return !known.send(chunk); }));
  CHECK(others_are_answered(site));
}

TEST_CASE("tricks with the path are malformed requests", "[serve][abuse]") {
  Site site;
  for (const std::string_view target : {"/../../etc/passwd",
                                        "/%2e%2e/%2e%2e/etc/passwd",
                                        "/..%2f..%2fetc/passwd",
                                        "/a%00.html",
                                        "/a%2fb",
                                        "/a%5cb",
                                        "/a\\b",
                                        "//a",
                                        "/a/",
                                        "/./a",
                                        "/%c0%ae%c0%ae/a",
                                        "/%ff",
                                        "/%",
                                        "/%0d%0a",
                                        "/?a=%",
                                        "/?a=%00",
                                        "http://localhost/",
                                        "*",
                                        "/a#b",
                                        "/\xc0\xae"}) {
    INFO(target);
    CHECK(status_of(fetch(site.address(), target)) == 400);
  }
  CHECK(others_are_answered(site));
}

TEST_CASE("what is no request is not answered as one", "[serve][abuse]") {
  Site site(impatient());
  for (const std::string_view junk :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "\x16\x03\x01\x02\x01\x01",
        "PRI * HTTP/2.0\r\n\r\n", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"}) {
    const Peer peer(site.address());
    peer.send(junk);
    ::shutdown(peer.descriptor(), SHUT_WR);
    const std::string answer = peer.receive();
    CHECK(was_closed(answer));
    CHECK(status_of(answer) != 200);
  }
  CHECK(others_are_answered(site));
}

TEST_CASE("a length beside an encoding is no way past a proxy", "[serve][abuse]") {
  Site site;
  const Peer peer(site.address());
  peer.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
      get("/smuggled", kClose));
  const std::string answer = peer.receive();
  CHECK(was_closed(answer));
  CHECK(answer.find("/smuggled") == std::string::npos);
}

TEST_CASE("a thousand requests in one piece get a thousand answers", "[serve][abuse]") {
  Site site;
  const Peer peer(site.address());
  std::string all;
  for (int number = 0; number < 1000; ++number) all += get("/" + std::to_string(number));
  std::thread sender([&peer, &all] { peer.send(all + get("/last", kClose)); });
  const std::string answers = peer.receive();
  sender.join();
  std::size_t at = 0;
  for (int number = 0; number < 1000; ++number) {
    at = answers.find("localhost /" + std::to_string(number) + " ", at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("1,000 slow clients do not keep others out", "[serve][abuse]") {
  const bool enough = ring::raise_descriptor_limit() >= 5000;
  const int clients = enough ? 1000 : 100;
  ServerOptions options;
  // Below what the slow ones want, so that some have to give way.
  options.connections = enough ? 800 : 80;
  options.request_deadline = std::chrono::minutes{10};
  Site site(options);
  std::vector<Peer> slow;
  for (int number = 0; number < clients; ++number) {
    slow.emplace_back(site.address(), "127.0.1." + std::to_string(1 + number % 20));
    slow.back().send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    if (number % 50 == 0) CHECK(others_are_answered(site));
  }
  for (int count = 0; count < 20; ++count) {
    CHECK(status_of(fetch(site.address(), "/other", kOther)) == 200);
  }
  CHECK(site.server.counts().open <= options.connections + 64);
  CHECK(site.server.counts().expired > 0);
}

TEST_CASE("an address has only so many connections", "[serve][abuse]") {
  ServerOptions options;
  options.connections_of_address = 8;
  Site site(options);
  std::vector<Peer> greedy;
  for (int number = 0; number < 50; ++number) {
    greedy.emplace_back(site.address(), "127.0.1.1");
    greedy.back().send("GET / HTTP/1.1\r\n");
  }
  CHECK(others_are_answered(site));
  CHECK(eventually([&site] { return site.server.counts().open <= 9; }));
}

TEST_CASE("those that wait for the handler are not closed to make room", "[serve][abuse]") {
  ServerOptions options;
  options.connections = 4;
  Site site(options);
  std::vector<Peer> waiting;
  std::vector<Responder> kept;
  for (int number = 0; number < 4; ++number) {
    waiting.emplace_back(site.address());
    waiting.back().send(get("/kept", kClose));
  }
  while (kept.size() < 4) {
    for (Responder& responder : site.take_kept()) kept.push_back(std::move(responder));
  }
  CHECK(fetch(site.address(), "/", kOther).empty());  // There is no room.
  for (Responder& responder : kept) std::move(responder).answer(Answer{});
  for (const Peer& peer : waiting) CHECK(status_of(peer.receive()) == 200);
  CHECK(others_are_answered(site));
}

TEST_CASE("peers that do not read their answer are closed", "[serve][abuse]") {
  Site site(impatient());
  std::vector<Peer> deaf;
  for (const std::string_view target : {"/large", "/large", "/endless", "/endless"}) {
    deaf.emplace_back(site.address());
    deaf.back().send(get(target));
  }
  CHECK(eventually([&site] { return site.server.counts().expired >= 4; }));
  CHECK(eventually([&site] { return site.server.counts().open == 0; }));
  CHECK(others_are_answered(site));
}

TEST_CASE("many threads may answer at once", "[serve][abuse]") {
  Site site;
  std::vector<Peer> peers;
  for (int number = 0; number < 50; ++number) {
    peers.emplace_back(site.address());
    peers.back().send(get("/thread", kClose));
  }
  for (const Peer& peer : peers) CHECK(body_of(peer.receive()) == "of another thread\n");
}

TEST_CASE("peers that vanish while they wait cost nothing", "[serve][abuse]") {
  Site site;
  for (int number = 0; number < 20; ++number) {
    const Peer peer(site.address());
    peer.send(get("/kept"));
  }
  std::vector<Responder> kept;
  while (kept.size() < 20) {
    for (Responder& responder : site.take_kept()) kept.push_back(std::move(responder));
  }
  for (Responder& responder : kept) std::move(responder).answer(Answer{});
  CHECK(eventually([&site] { return site.server.counts().open == 0; }));
  CHECK(others_are_answered(site));
}

}  // namespace
}  // namespace mxsweep::serve
