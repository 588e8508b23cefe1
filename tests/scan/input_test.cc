// SPDX-License-Identifier: MIT
#include "scan/input.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "mxsweep/scope/list.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

// Longer than any slow machine needs: it ends a hang and measures nothing.
constexpr std::chrono::seconds kHang{10};

bool comes_true(const std::function<bool()>& true_now) {
  const auto give_up = std::chrono::steady_clock::now() + kHang;
  while (!true_now()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::microseconds{20});
  }
  return true;
}

// A resolver that knows no name.
class NameServer {
 public:
  NameServer() {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t octets = sizeof here;
    auto* const address = reinterpret_cast<sockaddr*>(&here);
    REQUIRE(::bind(socket_, address, octets) == 0);
    REQUIRE(::getsockname(socket_, address, &octets) == 0);
    port_ = ntohs(here.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~NameServer() {
    ::shutdown(socket_, SHUT_RDWR);  // Ends the wait, although it returns an error.
    thread_.join();
    ::close(socket_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int questions() const { return questions_; }

 private:
  void run() {
    std::array<char, 512> octets{};
    sockaddr_in from{};
    while (true) {
      socklen_t length = sizeof from;
      auto* const client = reinterpret_cast<sockaddr*>(&from);
      const ssize_t count = ::recvfrom(socket_, octets.data(), octets.size(), 0, client, &length);
      if (count < 12) return;
      ++questions_;
      octets[2] = static_cast<char>(0x81);
      octets[3] = static_cast<char>(0x83);  // NXDOMAIN.
      (void)::sendto(socket_, octets.data(), static_cast<std::size_t>(count), 0, client, length);
    }
  }

  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::atomic<int> questions_ = 0;
  std::thread thread_;
};

// A list in a pipe, and the feeder thread that reads it.
class Feeder {
 public:
  explicit Feeder(std::string_view excluded = {}) {
    const scope::ToAscii none = [](std::string_view) { return std::string(); };
    REQUIRE(scope::read_list(excluded, "excluded", none, scope_.excluded).ok());
    scope_.freeze();
    REQUIRE(out_.open("/dev/null").ok());
    options_ = with_resolver();
    input_.emplace(ListsOptions{.sources = {{.path = reading_path(), .words = {}}}, .ports = {25}},
                   options_, scope_, identity_, plan_);
    REQUIRE(input_->open().ok());
    files::Outbox& outbox = out_.add_outbox();
    writer_ = std::thread([this] { out_.run(); });
    thread_ = std::thread([this, &outbox] {
      input_->run({}, {.box = &outbox}, gauges_);
      ended_ = true;
    });
  }
  ~Feeder() {
    ::close(pipe_[1]);
    thread_.join();
    out_.finish();
    writer_.join();
    ::close(pipe_[0]);
  }

  void write(std::string_view line) {
    REQUIRE(::write(pipe_[1], line.data(), line.size()) == std::ssize(line));
  }
  [[nodiscard]] std::uint64_t records(Outcome outcome) const {
    return gauges_.outcomes[static_cast<std::size_t>(outcome)].load();
  }
  [[nodiscard]] int questions() const { return names_.questions(); }
  // False: the feeder does not take the notification.
  [[nodiscard]] bool ring_until_taken() {
    input_->doorbell().notify();
    return comes_true([this] {
      pollfd bell{.fd = input_->doorbell().descriptor(), .events = POLLIN, .revents = 0};
      return ::poll(&bell, 1, 0) == 0;
    });
  }
  [[nodiscard]] bool stops() {
    gauges_.stop = Stop::drain;
    input_->doorbell().notify();
    return comes_true([this] { return ended_.load(); });
  }

 private:
  std::string reading_path() {
    REQUIRE(::pipe(pipe_) == 0);
    return "/dev/fd/" + std::to_string(pipe_[0]);
  }
  names::NameOptions with_resolver() {
    names::NameOptions options;
    options.resolver.servers = {{ipv4(INADDR_LOOPBACK), names_.port()}};
    return options;
  }

  NameServer names_;
  scope::Scope scope_;
  IdentityOptions identity_;  // Nothing is checked.
  probe::Plan plan_{"scanner.test"};
  names::NameOptions options_;
  int pipe_[2] = {-1, -1};
  files::Output out_;
  Gauges gauges_;
  std::optional<Input> input_;
  std::atomic<bool> ended_ = false;
  std::thread writer_;
  std::thread thread_;
};

// More often than the kernel retries a read that lost to another reader. After those retries, the
// kernel hands the read to a worker thread, which may take the next notification.
constexpr std::uint64_t kRings = 200;

bool kernel_has_a_thread_for_us() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream name(task.path() / "comm");
    std::string word;
    if (name >> word && word.starts_with("iou-wrk")) return true;
  }
  return false;
}

TEST_CASE("the doorbell of a feeder that waits for lines and for names has one reader",
          "[scan][input]") {
  Feeder feeder;
  for (std::uint64_t rings = 0; rings < kRings; ++rings) {
    feeder.write("n" + std::to_string(rings) + ".test\n");
    REQUIRE(comes_true([&] { return feeder.records(Outcome::failed) == rings + 1; }));
    REQUIRE(feeder.ring_until_taken());
    REQUIRE_FALSE(kernel_has_a_thread_for_us());
  }
  REQUIRE(feeder.stops());
}

TEST_CASE("what is excluded becomes a record and is dealt to no worker, and no name is looked up",
          "[scan][input]") {
  Feeder feeder("192.0.2.0/24\nexample.org\n");
  // Without a worker, dealing an address would not return.
  feeder.write("192.0.2.7\n10.0.0.1,mx.example.org\n192.0.2.0/30\nmx.example.org\n10.0.0.2\n");
  REQUIRE(comes_true([&] { return feeder.records(Outcome::excluded) == 8; }));
  CHECK(feeder.questions() == 0);
  feeder.write("example.net\n");
  REQUIRE(comes_true([&] { return feeder.records(Outcome::failed) == 1; }));
  CHECK(feeder.questions() > 0);
  REQUIRE(feeder.stops());
}

TEST_CASE("a list whose lines arrive now and then is read as they arrive", "[scan][input]") {
  Feeder feeder;
  const auto read = [&] {
    return feeder.records(Outcome::failed) + feeder.records(Outcome::invalid);
  };
  for (std::uint64_t lines = 0; lines < 100; ++lines) {
    feeder.write(lines % 2 == 0 ? "n" + std::to_string(lines) + ".test\n" : "no target at all\n");
    REQUIRE(comes_true([&] { return read() == lines + 1; }));
  }
  REQUIRE(feeder.stops());
}

}  // namespace
}  // namespace mxsweep::scan
