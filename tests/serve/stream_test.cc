// SPDX-License-Identifier: MIT
// Answers whose parts come later.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "serve/peer.h"
#include "serve/site.h"
#include "support/catch.h"

namespace mxsweep::serve {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kEnd = "\r\n0\r\n\r\n";

std::size_t parts_in(std::string_view answer) {
  std::size_t parts = 0;
  while (answer.find(std::to_string(parts) + "...") != std::string_view::npos) ++parts;
  return parts;
}

Wake wake_of(Site& site) {
  std::vector<Wake> wakes;
  while (wakes.empty()) wakes = site.take_wakes();
  return wakes.front();
}

TEST_CASE("parts that come later from other threads are all sent", "[serve][stream]") {
  Site site;
  const std::string answer = fetch(site.address(), "/later");
  CHECK(status_of(answer) == 200);
  CHECK(parts_in(answer) == 10);
  CHECK(answer.ends_with(kEnd));

  const Peer old(site.address());
  old.send("GET /later HTTP/1.0\r\nHost: localhost\r\n\r\n");
  CHECK(body_of(old.receive()).size() == 10 * 3002);

  // The connection is good for what follows.
  const Peer peer(site.address());
  peer.send(get("/later") + get("/later") + get("/after", kClose));
  const std::string answers = peer.receive();
  CHECK(parts_in(answers) == 10);
  CHECK(answers.find("localhost /after ") != std::string::npos);
}

TEST_CASE("a stream that is cut after any part is seen not to be whole", "[serve][stream]") {
  Site site;
  for (std::size_t parts = 0; parts < 10; ++parts) {
    INFO(parts);
    const std::string answer = fetch(site.address(), "/later?cut=" + std::to_string(parts));
    CHECK(status_of(answer) == 200);
    CHECK(parts_in(answer) == parts);
    CHECK_FALSE(answer.ends_with("0\r\n\r\n"));
  }
  CHECK(status_of(fetch(site.address(), "/")) == 200);
}

TEST_CASE("the head of a stream has no parts", "[serve][stream]") {
  Site site;
  const Peer peer(site.address());
  peer.send("HEAD /held HTTP/1.1\r\nHost: localhost\r\n" + std::string(kClose) + "\r\n");
  const std::string answer = peer.receive();
  CHECK(status_of(answer) == 200);
  CHECK(body_of(answer).empty());
  CHECK(site.take_wakes().empty());
}

TEST_CASE("a peer that leaves while its stream waits leaves nothing behind", "[serve][stream]") {
  Site site;
  Wake wake;
  {
    const Peer peer(site.address());
    peer.send(get("/held"));
    wake = wake_of(site);
    CHECK(site.held_streams() == 1);
  }
  wake();
  while (site.held_streams() > 0) std::this_thread::yield();
  wake();  // Of a stream that is gone.
  CHECK(status_of(fetch(site.address(), "/")) == 200);
}

TEST_CASE("a stream that is never woken is cut off", "[serve][stream]") {
  ServerOptions options;
  options.patience = milliseconds{200};
  Site site(options);
  const std::string answer = fetch(site.address(), "/held");
  CHECK(status_of(answer) == 200);
  CHECK_FALSE(answer.ends_with("0\r\n\r\n"));
  while (site.held_streams() > 0) std::this_thread::yield();
}

TEST_CASE("a stream without an end is cut off", "[serve][stream]") {
  ServerOptions options;
  options.stream_deadline = milliseconds{200};
  Site site(options);
  const std::string answer = fetch(site.address(), "/endless");
  CHECK(status_of(answer) == 200);
  CHECK_FALSE(answer.ends_with(kEnd));
  CHECK(site.server.counts().expired == 1);
}

TEST_CASE("little is made of a stream that its peer does not take", "[serve][stream]") {
  ServerOptions options;
  options.answer_deadline = milliseconds{300};
  Site site(options);
  const Peer peer(site.address());
  const int octets = 4096;
  REQUIRE(::setsockopt(peer.descriptor(), SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets) == 0);
  peer.send(get("/endless"));
  while (site.server.counts().expired == 0) std::this_thread::yield();
  CHECK(site.octets_made < 1'000'000);
}

TEST_CASE("stop() ends streams that wait", "[serve][stream]") {
  Site site;
  const Peer first(site.address());
  first.send(get("/held"));
  const Wake wake = wake_of(site);
  const Peer second(site.address());
  second.send(get("/held"));
  wake_of(site);  // Dropped.
  site.server.stop();
  CHECK(site.held_streams() == 0);
  CHECK(first.receive().find("nothing came") == std::string::npos);
  CHECK_FALSE(second.receive().ends_with("0\r\n\r\n"));
  wake();
}

}  // namespace
}  // namespace mxsweep::serve
