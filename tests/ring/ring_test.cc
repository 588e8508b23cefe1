// SPDX-License-Identifier: MIT
#include "mxsweep/ring/ring.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/ring/clock.h"
#include "support/catch.h"

namespace mxsweep::ring {
namespace {

constexpr Duration kPatience = std::chrono::seconds{5};

// A connected pair of sockets: the ring drives ours, plain system calls drive theirs.
struct Pair {
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0); }
  ~Pair() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  [[nodiscard]] int ours() const { return ends[0]; }
  [[nodiscard]] int theirs() const { return ends[1]; }
  void send(std::string_view words) const {
    REQUIRE(::write(ends[1], words.data(), words.size()) == static_cast<ssize_t>(words.size()));
  }
  int ends[2];
};

void open(Ring& ring, const RingOptions& options = {}) {
  const Status opened = ring.open(options);
  INFO(opened.sentence());
  REQUIRE(opened.ok());
}

Completion wait_for_one(Ring& ring) {
  ring.submit_and_wait(1, kPatience);
  const auto completions = ring.completions();
  REQUIRE(completions.size() == 1);
  return completions.front();
}

TEST_CASE("octets from a peer are received in a provided buffer, with their handle", "[ring]") {
  Ring ring;
  open(ring);
  const Pair pair;
  pair.send("220 mx.test\r\n");
  ring.receive(pair.ours(), {.index = 7, .generation = 0xabcdef});
  const Completion completion = wait_for_one(ring);
  CHECK(completion.operation == Operation::receive);
  CHECK(completion.handle == Handle{7, 0xabcdef});
  CHECK(ring.octets(completion) == "220 mx.test\r\n");
  ring.give_back(completion);
}

TEST_CASE("a close by the peer is zero octets, and takes no buffer", "[ring]") {
  Ring ring;
  open(ring);
  Pair pair;
  ::close(pair.ends[1]);
  pair.ends[1] = -1;
  ring.receive(pair.ours(), {});
  const Completion completion = wait_for_one(ring);
  CHECK(completion.result == 0);
  CHECK(ring.octets(completion).empty());
}

TEST_CASE("a send that succeeds has no completion, one that fails has", "[ring]") {
  Ring ring;
  open(ring);
  Pair pair;
  ring.send(pair.ours(), {.index = 1}, "QUIT\r\n");
  ring.submit_and_wait(1, {});
  CHECK(ring.completions().empty());
  char received[16];
  CHECK(::read(pair.theirs(), received, sizeof received) == 6);
  ::close(pair.ends[1]);
  pair.ends[1] = -1;
  ring.send(pair.ours(), {.index = 1}, "QUIT\r\n");
  const Completion completion = wait_for_one(ring);
  CHECK(completion.operation == Operation::send);
  CHECK(completion.result == -EPIPE);
}

TEST_CASE("a cancelled receive completes", "[ring]") {
  Ring ring;
  open(ring);
  const Pair pair;
  ring.receive(pair.ours(), {.index = 3, .generation = 9});
  ring.submit_and_wait(1, {});
  ring.cancel(Operation::receive, {.index = 3, .generation = 9});
  const Completion completion = wait_for_one(ring);
  CHECK(completion.operation == Operation::receive);
  CHECK(completion.result == -ECANCELED);
}

TEST_CASE("cancelling a completed operation does no harm", "[ring]") {
  Ring ring;
  open(ring);
  ring.cancel(Operation::receive, {.index = 3, .generation = 9});
  ring.submit_and_wait(1, std::chrono::milliseconds{1});
  for (const Completion& completion : ring.completions()) {
    CHECK(completion.operation == Operation::cancel);
  }
}

TEST_CASE("returned buffers are used again, and a receive without a buffer fails", "[ring]") {
  Ring ring;
  open(ring, {.submissions = 64, .completions = 64, .buffers = 4, .buffer_octets = 64});
  std::vector<Pair> pairs(6);
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    pairs[i].send("hello");
    ring.receive(pairs[i].ours(), {.index = i});
  }
  ring.submit_and_wait(6, kPatience);
  std::vector<Completion> lent;
  int without = 0;
  for (const Completion& completion : ring.completions()) {
    if (completion.result == -ENOBUFS) ++without;
    if (completion.result > 0) lent.push_back(completion);
  }
  CHECK(lent.size() == 4);
  CHECK(without == 2);
  std::set<const void*> places;
  for (const Completion& completion : lent) {
    CHECK(ring.octets(completion) == "hello");
    places.insert(ring.octets(completion).data());
    ring.give_back(completion);
  }
  CHECK(places.size() == 4);
  for (int round = 0; round < 20; ++round) {
    pairs[0].send("again");
    ring.receive(pairs[0].ours(), {});
    const Completion completion = wait_for_one(ring);
    CHECK(ring.octets(completion).ends_with("again"));
    ring.give_back(completion);
  }
}

TEST_CASE("a full submission queue is submitted early, nothing is dropped", "[ring]") {
  Ring ring;
  open(ring, {.submissions = 4, .completions = 256, .buffers = 64, .buffer_octets = 64});
  std::vector<Pair> pairs(50);
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    pairs[i].send("x");
    ring.receive(pairs[i].ours(), {.index = i});
  }
  std::set<std::uint32_t> completed;
  for (int round = 0; round < 100 && completed.size() < pairs.size(); ++round) {
    ring.submit_and_wait(1, kPatience);
    for (const Completion& completion : ring.completions()) {
      completed.insert(completion.handle.index);
      ring.give_back(completion);
    }
  }
  CHECK(completed.size() == pairs.size());
}

TEST_CASE("a wait ends by its timeout, and at once when the eventfd is written", "[ring]") {
  const int bell = ::eventfd(0, EFD_CLOEXEC);
  Ring ring;
  open(ring, {.wake_descriptor = bell});
  ring.submit_and_wait(1, std::chrono::milliseconds{2});
  CHECK(ring.completions().empty());
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t one = 1;
    REQUIRE(::write(bell, &one, sizeof one) == sizeof one);
    const Instant before = now();
    ring.submit_and_wait(1, kPatience);
    CHECK(now() - before < kPatience);
    CHECK(ring.completions().empty());
  }
  ::close(bell);
}

TEST_CASE("a turn returns a bounded number of completions and reports that there are more",
          "[ring]") {
  Ring ring;
  open(ring);
  const std::uint32_t all = kCompletionsPerTurn + 10;
  for (std::uint32_t i = 0; i < all; ++i) ring.receive(-1, {.index = i});
  ring.submit_and_wait(all, kPatience);
  CHECK(ring.completions().size() == kCompletionsPerTurn);
  CHECK(ring.more());
  CHECK(ring.completions().size() == 10);
  CHECK_FALSE(ring.more());
}

TEST_CASE("a turn without time to wait collects everything that has completed", "[ring]") {
  // Newer kernels return 20 completions in a call that waits for none. A worker that started 256
  // connections per turn fell behind until its deadlines expired, and blamed the servers.
  Ring ring;
  open(ring);
  std::vector<Pair> pairs(200);
  for (std::uint32_t i = 0; i < pairs.size(); ++i) ring.receive(pairs[i].ours(), {.index = i});
  ring.submit_and_wait(1, {});
  REQUIRE(ring.completions().empty());
  CHECK_FALSE(ring.more());
  for (const Pair& pair : pairs) pair.send("x");
  CHECK(ring.more());
  ring.submit_and_wait(1, {});
  const auto completions = ring.completions();
  CHECK(completions.size() == pairs.size());
  for (const Completion& completion : completions) ring.give_back(completion);
}

TEST_CASE("a connection to a port without a listener is refused", "[ring]") {
  Ring ring;
  open(ring);
  const int descriptor = open_tcp(Family::ipv4);
  REQUIRE(descriptor >= 0);
  ring.connect(descriptor, {.index = 5}, socket_address(*parse_address("127.0.0.1"), 1));
  const Completion completion = wait_for_one(ring);
  CHECK(completion.operation == Operation::connect);
  CHECK(completion.result == -ECONNREFUSED);
  ::close(descriptor);
}

TEST_CASE("a connection comes from the address that it is bound to", "[ring]") {
  const int listener = open_tcp(Family::ipv4);
  REQUIRE(listener >= 0);
  SocketAddress at = socket_address(*parse_address("127.0.0.1"), 0);
  auto* const name = reinterpret_cast<sockaddr*>(&at.storage);
  REQUIRE(::bind(listener, name, at.octets) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  REQUIRE(::getsockname(listener, name, &at.octets) == 0);
  const int descriptor = open_tcp(Family::ipv4);
  REQUIRE(bind_source(descriptor, *parse_address("127.0.0.9")) == 0);
  REQUIRE(::connect(descriptor, name, at.octets) == 0);
  SocketAddress from = at;
  const int accepted = ::accept(listener, reinterpret_cast<sockaddr*>(&from.storage), &from.octets);
  REQUIRE(accepted >= 0);
  CHECK(address_of(from.storage) == *parse_address("127.0.0.9"));
  for (const int each : {accepted, descriptor, listener}) ::close(each);
}

TEST_CASE("a source must be an address of this machine", "[ring]") {
  CHECK(check_source(*parse_address("127.0.0.9")).ok());
  const Status foreign = check_source(*parse_address("192.0.2.1"));
  CHECK(foreign.kind() == Status::Kind::machine);
  CHECK(foreign.sentence() == "192.0.2.1 is not an address of this machine");
  CHECK(foreign.cure().find("ip address add 192.0.2.1") != std::string::npos);
}

TEST_CASE("the addresses of the interfaces have the loopback address among them", "[ring]") {
  const std::vector<Address> addresses = interface_addresses();
  CHECK(std::ranges::find(addresses, *parse_address("127.0.0.1")) != addresses.end());
}

TEST_CASE("an address survives conversion to the kernel's form and back", "[ring]") {
  for (const char* text : {"127.0.0.1", "192.0.2.255", "2001:db8::5", "::1"}) {
    const Address address = *parse_address(text);
    CHECK(address_of(socket_address(address, 25).storage) == address);
  }
  CHECK(address_of(socket_address(*parse_address("::ffff:192.0.2.1"), 25).storage) ==
        *parse_address("192.0.2.1"));
}

TEST_CASE("a poll completes once, and again only if it is queued again", "[ring]") {
  Ring ring;
  open(ring);
  Pair pair;
  ring.poll(pair.ours(), {.index = 4, .generation = 2}, POLLIN);
  ring.submit_and_wait(1, {});
  CHECK(ring.completions().empty());
  pair.send("x");
  Completion completion = wait_for_one(ring);
  CHECK(completion.operation == Operation::poll);
  CHECK(completion.handle == Handle{4, 2});
  CHECK(completion.result == POLLIN);
  pair.send("y");
  ring.submit_and_wait(1, {});
  CHECK(ring.completions().empty());
  // Events that were ready before count too.
  ring.poll(pair.ours(), {.index = 4, .generation = 3}, POLLIN | POLLOUT);
  completion = wait_for_one(ring);
  CHECK(completion.handle == Handle{4, 3});
  CHECK(completion.result == (POLLIN | POLLOUT));
  ::close(pair.ends[1]);
  pair.ends[1] = -1;
  ring.poll(pair.ours(), {.index = 4, .generation = 4}, POLLIN);
  CHECK((wait_for_one(ring).result & POLLHUP) != 0);
}

TEST_CASE("a cancelled poll completes", "[ring]") {
  Ring ring;
  open(ring);
  const Pair pair;
  ring.poll(pair.ours(), {.index = 3, .generation = 9}, POLLIN);
  ring.submit_and_wait(1, {});
  ring.cancel(Operation::poll, {.index = 3, .generation = 9});
  const Completion completion = wait_for_one(ring);
  CHECK(completion.operation == Operation::poll);
  CHECK(completion.result == -ECANCELED);
}

TEST_CASE("every refusal of the kernel names a cause and a cure", "[ring]") {
  for (const int error : {EPERM, EACCES, ENOSYS, EINVAL, ENOMEM, EMFILE, ENFILE, EIO}) {
    const Status refusal = explain_refusal(error);
    CHECK_FALSE(refusal.sentence().empty());
    CHECK_FALSE(refusal.cure().empty());
  }
}

}  // namespace
}  // namespace mxsweep::ring
