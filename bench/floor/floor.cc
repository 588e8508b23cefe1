// SPDX-License-Identifier: MIT
// The yardstick: the least client that the kernel allows for the same conversation. It connects,
// waits for the greeting, sends EHLO, waits for the reply, sends QUIT, waits for the reply and the
// server's close, and closes. It finds the end of a reply and nothing else: no deadline, no record,
// no error beyond a count.
//
//   floor --to 127.0.0.1 --hosts 65536 --port 2525 --count 200000 --in-flight 1000 [--batch 128]
//
// Targets are --hosts addresses from --to on, in turn. Prints one JSON object: conversations,
// failures, seconds, CPU microseconds per conversation, latency percentiles, peak resident octets.
//
// Every choice here was measured against its alternative: normal descriptors, no SQE links, one
// receive at a time into lent buffers, sends without a completion, waiting for --batch completions
// or 1 ms.
#include <arpa/inet.h>
#include <liburing.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr unsigned kBuffers = 1024;
constexpr unsigned kBufferOctets = 2048;
constexpr std::string_view kEhlo = "EHLO scanner.example.net\r\n";
constexpr std::string_view kQuit = "QUIT\r\n";

enum Operation : std::uint64_t { kConnect, kReceive, kSend };

struct Conversation {
  std::int64_t began_ns;
  int descriptor;
  int replies;
};

struct Flags {
  std::uint32_t to = 0x7f000001;
  std::uint32_t hosts = 1;
  std::uint16_t port = 2525;
  std::uint32_t count = 100'000;
  std::uint32_t in_flight = 1000;
  std::uint32_t batch = 128;
};

std::int64_t clock_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// Whether the octets end with the last line of a reply.
bool ends_reply(const char* data, std::size_t size) {
  if (size < 5 || data[size - 1] != '\n') return false;
  const void* const before = ::memrchr(data, '\n', size - 1);
  const char* const line = before != nullptr ? static_cast<const char*>(before) + 1 : data;
  return line[3] != '-';
}

class Floor {
 public:
  explicit Floor(const Flags& flags) : flags_(flags), conversations_(flags.in_flight) {
    latencies_us_.reserve(flags.count);
    for (std::uint32_t i = 0; i < flags.in_flight; ++i) free_.push_back(flags.in_flight - 1 - i);
  }

  void run() {
    open();
    const std::int64_t began = clock_ns(CLOCK_MONOTONIC);
    now_ns_ = began;
    while (finished_ < flags_.count) {
      for (unsigned n = 0; n < 256 && started_ < flags_.count && !free_.empty(); ++n) start();
      wait();
      now_ns_ = clock_ns(CLOCK_MONOTONIC);
      reap();
    }
    print(static_cast<double>(clock_ns(CLOCK_MONOTONIC) - began) / 1e9);
  }

 private:
  void open() {
    io_uring_params params{};
    params.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER |
                   IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    params.cq_entries = 32768;
    if (::io_uring_queue_init_params(4096, &ring_, &params) != 0) die("io_uring");
    ::io_uring_register_ring_fd(&ring_);
    destinations_.resize(ring_.sq.ring_entries);
    buffer_ring_ = static_cast<io_uring_buf_ring*>(map(kBuffers * sizeof(io_uring_buf)));
    buffers_ = static_cast<char*>(map(std::size_t{kBuffers} * kBufferOctets));
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(buffer_ring_);
    registration.ring_entries = kBuffers;
    if (::io_uring_register_buf_ring(&ring_, &registration, 0) != 0) die("buffer ring");
    ::io_uring_buf_ring_init(buffer_ring_);
    for (unsigned i = 0; i < kBuffers; ++i) lend(i, static_cast<int>(i));
    ::io_uring_buf_ring_advance(buffer_ring_, kBuffers);
  }

  [[noreturn]] static void die(const char* what) {
    std::perror(what);
    std::exit(1);
  }

  static void* map(std::size_t octets) {
    void* const memory =
        ::mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory == MAP_FAILED) die("mmap");
    return memory;
  }

  void lend(unsigned buffer, int offset) {
    ::io_uring_buf_ring_add(buffer_ring_, buffers_ + std::size_t{buffer} * kBufferOctets,
                            kBufferOctets, static_cast<unsigned short>(buffer),
                            ::io_uring_buf_ring_mask(kBuffers), offset);
  }

  io_uring_sqe* next_sqe(Operation operation, std::uint32_t index) {
    io_uring_sqe* sqe = ::io_uring_get_sqe(&ring_);
    while (sqe == nullptr) {
      ::io_uring_submit(&ring_);
      sqe = ::io_uring_get_sqe(&ring_);
    }
    sqe->user_data = operation << 32U | index;
    return sqe;
  }

  void start() {
    const std::uint32_t index = free_.back();
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) die("socket");
    free_.pop_back();
    conversations_[index] = {.began_ns = now_ns_, .descriptor = descriptor, .replies = 0};
    io_uring_sqe* const sqe = next_sqe(kConnect, index);
    sockaddr_in& to = destinations_[static_cast<std::size_t>(sqe - ring_.sq.sqes)];
    to.sin_family = AF_INET;
    to.sin_port = htons(flags_.port);
    to.sin_addr.s_addr = htonl(flags_.to + started_ % flags_.hosts);
    ::io_uring_prep_connect(sqe, descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    ++started_;
  }

  void receive(std::uint32_t index) {
    io_uring_sqe* const sqe = next_sqe(kReceive, index);
    ::io_uring_prep_recv(sqe, conversations_[index].descriptor, nullptr, kBufferOctets, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
  }

  void send(std::uint32_t index, std::string_view command) {
    io_uring_sqe* const sqe = next_sqe(kSend, index);
    ::io_uring_prep_send(sqe, conversations_[index].descriptor, command.data(), command.size(),
                         MSG_NOSIGNAL);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
  }

  void wait() {
    const std::uint32_t open = started_ - finished_;
    const std::uint32_t least = std::clamp(open / 8, 1U, flags_.batch);
    __kernel_timespec timeout{.tv_sec = 0, .tv_nsec = least > 1 ? 1'000'000 : 100'000'000};
    io_uring_cqe* first = nullptr;
    ::io_uring_submit_and_wait_timeout(&ring_, &first, least, &timeout, nullptr);
  }

  void reap() {
    unsigned head = 0;
    unsigned seen = 0;
    int returned = 0;
    io_uring_cqe* cqe = nullptr;
    io_uring_for_each_cqe(&ring_, head, cqe) {
      if (seen == 512) break;
      ++seen;
      const auto index = static_cast<std::uint32_t>(cqe->user_data);
      switch (static_cast<Operation>(cqe->user_data >> 32U)) {
        case kConnect:
          if (cqe->res == 0) {
            receive(index);
          } else {
            ++failures_;
            finish(index);
          }
          break;
        case kReceive:
          received(index, *cqe);
          if ((cqe->flags & IORING_CQE_F_BUFFER) != 0) {
            lend(cqe->flags >> IORING_CQE_BUFFER_SHIFT, returned++);
          }
          break;
        case kSend: break;
      }
    }
    ::io_uring_cq_advance(&ring_, seen);
    if (returned > 0) ::io_uring_buf_ring_advance(buffer_ring_, returned);
  }

  void received(std::uint32_t index, const io_uring_cqe& cqe) {
    Conversation& conversation = conversations_[index];
    if (cqe.res <= 0) {
      if (cqe.res == -ENOBUFS) return receive(index);
      if (conversation.replies < 2) ++failures_;
      return finish(index);
    }
    const char* const data =
        buffers_ + std::size_t{cqe.flags >> IORING_CQE_BUFFER_SHIFT} * kBufferOctets;
    if (ends_reply(data, static_cast<std::size_t>(cqe.res))) {
      ++conversation.replies;
      if (conversation.replies == 1) send(index, kEhlo);
      if (conversation.replies == 2) send(index, kQuit);
    }
    receive(index);
  }

  void finish(std::uint32_t index) {
    ::close(conversations_[index].descriptor);
    latencies_us_.push_back(
        static_cast<std::uint32_t>((now_ns_ - conversations_[index].began_ns) / 1000));
    free_.push_back(index);
    ++finished_;
  }

  void print(double seconds) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double cpu_us = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                          static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    std::sort(latencies_us_.begin(), latencies_us_.end());
    const auto at = [&](double part) {
      return latencies_us_[static_cast<std::size_t>(part *
                                                    static_cast<double>(latencies_us_.size() - 1))];
    };
    std::printf(
        "{\"conversations\":%u,\"failures\":%u,\"seconds\":%.3f,\"per_second\":%.0f,"
        "\"cpu_us\":%.2f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"memory_peak_octets\":%ld}\n",
        finished_, failures_, seconds, finished_ / seconds, cpu_us / finished_, at(0.5) / 1e3,
        at(0.99) / 1e3, usage.ru_maxrss * 1024);
  }

  Flags flags_;
  io_uring ring_{};
  io_uring_buf_ring* buffer_ring_ = nullptr;
  char* buffers_ = nullptr;
  std::vector<sockaddr_in> destinations_;
  std::vector<Conversation> conversations_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> latencies_us_;
  std::int64_t now_ns_ = 0;
  std::uint32_t started_ = 0;
  std::uint32_t finished_ = 0;
  std::uint32_t failures_ = 0;
};

Flags read_flags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* const value = argv[i + 1];
    const auto number = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
    in_addr address{};
    if (name == "--to" && ::inet_pton(AF_INET, value, &address) == 1) {
      flags.to = ntohl(address.s_addr);
    } else if (name == "--hosts") {
      flags.hosts = number;
    } else if (name == "--port") {
      flags.port = static_cast<std::uint16_t>(number);
    } else if (name == "--count") {
      flags.count = number;
    } else if (name == "--in-flight") {
      flags.in_flight = number;
    } else if (name == "--batch") {
      flags.batch = number;
    } else {
      std::fprintf(stderr, "floor: what is %s %s?\n", argv[i], value);
      std::exit(2);
    }
  }
  if (flags.to >> 24U != 127) {
    std::fprintf(stderr, "floor: only loopback addresses\n");
    std::exit(2);
  }
  return flags;
}

}  // namespace

int main(int argc, char** argv) {
  Floor floor(read_flags(argc, argv));
  floor.run();
}
