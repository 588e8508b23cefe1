// SPDX-License-Identifier: MIT
#include "mxsweep/serve/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "serve/peer.h"
#include "serve/site.h"
#include "support/catch.h"

namespace mxsweep::serve {
namespace {

using std::chrono::milliseconds;

bool has(std::string_view answer, std::string_view line) {
  return answer.find("\r\n" + std::string(line) + "\r\n") != std::string_view::npos;
}

void check_common_headers(std::string_view answer) {
  CHECK(has(answer,
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; "
            "base-uri 'none'"));
  CHECK(has(answer, "X-Content-Type-Options: nosniff"));
  CHECK(has(answer, "Referrer-Policy: no-referrer"));
  CHECK(has(answer, "Cross-Origin-Resource-Policy: same-origin"));
  CHECK(has(answer, "Cache-Control: no-store"));
  CHECK(answer.find("\r\nServer:") == std::string_view::npos);
}

TEST_CASE("a request gets the handler's answer", "[serve][server]") {
  Site site;
  const std::string answer = fetch(site.address(), "/group/%C3%BCber");
  CHECK(status_of(answer) == 200);
  CHECK(has(answer, "Content-Type: text/plain; charset=utf-8"));
  CHECK(body_of(answer) == "localhost /group/\u00fcber 127.0.0.1\n");
  check_common_headers(answer);
  CHECK(has(fetch(site.address(), "/own"), "Cross-Origin-Resource-Policy: cross-origin"));
  CHECK(fetch(site.address(), "/own").find("same-origin") == std::string::npos);
}

TEST_CASE("an address that cannot be bound is an error with its name", "[serve][server]") {
  Site site;
  Server other([](Request&&, Responder&&) {});
  const Status taken = other.open({.listen = site.address(), .hosts = {}});
  CHECK(taken.kind() == Status::Kind::unusable);
  CHECK(taken.sentence() == site.address() + ": Address already in use");
  for (const std::string_view wrong : {"", "8025", ":8025", "localhost:8025", "127.0.0.1", "::1:80",
                                       "127.0.0.1:65536", "127.0.0.1:", "[127.0.0.1]:80"}) {
    INFO(wrong);
    CHECK_FALSE(other.open({.listen = std::string(wrong), .hosts = {}}).ok());
  }
}

TEST_CASE("HEAD is GET without the body", "[serve][server]") {
  Site site;
  for (const std::string_view target : {"/large", "/stream"}) {
    const Peer peer(site.address());
    peer.send("HEAD " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
              std::string(kClose) + "\r\n");
    const std::string answer = peer.receive();
    CHECK(status_of(answer) == 200);
    CHECK(body_of(answer) == "");
    if (target == "/large") CHECK(has(answer, "Content-Length: 33554432"));
  }
}

TEST_CASE("a body reaches the handler whole, however it is cut", "[serve][server]") {
  Site site;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  const std::string whole = head + "Content-Length: 11\r\n\r\nhello=world";
  for (std::size_t cut = 1; cut < whole.size(); cut += 7) {
    const Peer peer(site.address());
    peer.send(whole.substr(0, cut));
    peer.send(whole.substr(cut));
    CHECK(body_of(peer.receive()) == "hello=world");
  }
  const Peer chunked(site.address());
  chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n=world\r\n0\r\n\r\n");
  CHECK(body_of(chunked.receive()) == "hello=world");
}

TEST_CASE("requests of one connection are answered in their order", "[serve][server]") {
  Site site;
  const Peer peer(site.address());
  peer.send(get("/1") + get("/thread") + get("/stream") + get("/same") + get("/2", kClose));
  const std::string all = peer.receive();
  const std::size_t thread = all.find("of another thread\n");
  const std::size_t stream = all.find("begin\n");
  REQUIRE(thread != std::string::npos);
  REQUIRE(stream != std::string::npos);
  CHECK(all.find("localhost /1 ") < thread);
  CHECK(thread < stream);
  CHECK(stream < all.find("localhost /2 "));
  CHECK(all.find("HTTP/1.1 304 ") != std::string::npos);
}

TEST_CASE("a streamed answer has all of its parts", "[serve][server]") {
  Site site;
  const Peer old(site.address());
  old.send("GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n");
  const std::string answer = old.receive();
  const std::string_view body = body_of(answer);
  CHECK(body.starts_with("begin\ncccc"));
  CHECK(body.size() == 6 + 20 * 10'001);
  CHECK(fetch(site.address(), "/stream").ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("a right to answer that is dropped is an answer of 503", "[serve][server]") {
  Site site;
  const std::string answer = fetch(site.address(), "/dropped");
  CHECK(status_of(answer) == 503);
  check_common_headers(answer);

  const Peer peer(site.address());
  peer.send(get("/kept", kClose));
  std::vector<Responder> kept;
  while (kept.empty()) kept = site.take_kept();
  kept.clear();
  CHECK(status_of(peer.receive()) == 503);
}

TEST_CASE("a header that would break the line is not sent", "[serve][server]") {
  Site site;
  const std::string answer = fetch(site.address(), "/break");
  CHECK(status_of(answer) == 500);
  CHECK(answer.find("Set-Cookie") == std::string::npos);
}

TEST_CASE("a request that is refused gets its reason and the common headers", "[serve][server]") {
  Site site;
  const auto exchange = [&site](const std::string& request) {
    const Peer peer(site.address());
    peer.send(request);
    return peer.receive();
  };
  const std::string close(kClose);
  const std::string wrong_host = exchange("GET / HTTP/1.1\r\nHost: a.example\r\n" + close + "\r\n");
  CHECK(status_of(wrong_host) == 421);
  check_common_headers(wrong_host);
  const std::string other_method =
      exchange("PUT / HTTP/1.1\r\nHost: localhost\r\n" + close + "\r\n");
  CHECK(status_of(other_method) == 405);
  CHECK(has(other_method, "Allow: GET, HEAD, POST"));
  check_common_headers(other_method);
  const std::string two_hosts =
      exchange("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n" + close + "\r\n");
  CHECK(status_of(two_hosts) == 400);
  const std::string no_host = exchange("GET / HTTP/1.0\r\n\r\n");
  CHECK(no_host.find(" 400 ") != std::string::npos);
  const std::string length =
      exchange("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n");
  CHECK(status_of(length) == 413);
  check_common_headers(length);
  const std::string target = exchange(get("/" + std::string(5000, 'a'), kClose));
  CHECK(status_of(target) == 414);
  check_common_headers(target);
  CHECK(site.server.counts().requests >= 6);
  CHECK(site.server.counts().refused >= 6);
}

TEST_CASE("stop() ends while requests are open", "[serve][server]") {
  Site site;
  std::vector<Peer> peers;
  for (int count = 0; count < 5; ++count) peers.emplace_back(site.address());
  peers[0].send("GET / HT");
  peers[1].send(get("/kept"));
  peers[2].send(get("/endless"));
  peers[3].send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab");
  std::vector<Responder> kept;
  while (kept.empty()) kept = site.take_kept();
  CHECK_FALSE(peers[2].receive("begin").empty());
  site.server.stop();
  for (const Peer& peer : peers) CHECK(peer.receive().find("nothing came") == std::string::npos);
  // It comes too late, and does no harm.
  std::move(kept.front()).answer(Answer{});
  CHECK(site.server.counts().open == 0);
}

TEST_CASE("a server that was not started can be stopped", "[serve][server]") {
  Server never([](Request&&, Responder&&) {});
  never.stop();
  Server bound([](Request&&, Responder&&) {});
  REQUIRE(bound.open({.listen = "127.0.0.1:0", .hosts = {}}).ok());
  bound.stop();
  bound.stop();
}

TEST_CASE("IPv6 is served too", "[serve][server]") {
  ServerOptions options;
  options.listen = "[::1]:0";
  if (Server never([](Request&&, Responder&&) {}); !never.open(options).ok()) return;  // No IPv6.
  Site site(options);
  REQUIRE(site.address().starts_with("[::1]:"));
  const Peer peer(site.address());
  peer.send("GET / HTTP/1.1\r\nHost: " + site.address() + "\r\n" + std::string(kClose) + "\r\n");
  CHECK(body_of(peer.receive()) == "::1 / ::1\n");
}

TEST_CASE("a handler that does not answer in time is not waited for", "[serve][server]") {
  ServerOptions options;
  options.patience = milliseconds{200};
  Site site(options);
  const Peer peer(site.address());
  peer.send(get("/kept") + get("/after", kClose));
  const std::string answers = peer.receive();
  CHECK(status_of(answers) == 503);
  CHECK(answers.find("localhost /after ") != std::string::npos);
  for (Responder& responder : site.take_kept()) std::move(responder).answer(Answer{});
  CHECK(status_of(fetch(site.address(), "/")) == 200);
}

TEST_CASE("a shortage of descriptors passes", "[serve][server]") {
  Server server([](Request&&, Responder&& responder) { std::move(responder).answer(Answer{}); });
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  REQUIRE(server.open(options).ok());
  std::vector<Peer> peers;
  for (int count = 0; count < 5; ++count) {
    peers.emplace_back(server.address());
    peers.back().send(get("/", kClose));
  }
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int next = ::dup(peers.back().descriptor());  // What accept() would be given.
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Status started = server.start();
  std::this_thread::sleep_for(milliseconds{50});
  const std::uint32_t open = server.counts().open;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(started.ok());
  CHECK(open == 0);
  for (const Peer& peer : peers) CHECK(status_of(peer.receive()) == 200);
}

}  // namespace
}  // namespace mxsweep::serve
