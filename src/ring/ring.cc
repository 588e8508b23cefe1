// SPDX-License-Identifier: MIT
#include "mxsweep/ring/ring.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "mxsweep/core/invariant.h"

namespace mxsweep::ring {
namespace {

constexpr std::uint16_t kBufferGroup = 0;

// The kernel may be short of memory for a moment. The call is repeated after a pause, for ten
// seconds in all.
constexpr std::uint32_t kShortagesMax = 10'000;
constexpr timespec kShortagePause{.tv_sec = 0, .tv_nsec = 1'000'000};

bool is_shortage(int error) { return error == EAGAIN || error == EBUSY || error == ENOMEM; }

// user_data:  63      56 55            32 31            0
//             operation  generation       slot index
std::uint64_t encode(Operation operation, Handle handle) {
  return std::uint64_t{static_cast<std::uint8_t>(operation)} << 56U |
         std::uint64_t{handle.generation} << 32U | handle.index;
}

Completion decode(const io_uring_cqe& cqe) {
  return {.operation = static_cast<Operation>(cqe.user_data >> 56U),
          .handle = {.index = static_cast<std::uint32_t>(cqe.user_data),
                     .generation = static_cast<std::uint32_t>(cqe.user_data >> 32U) &
                                   ((std::uint32_t{1} << kGenerationBits) - 1)},
          .result = cqe.res,
          .flags = cqe.flags};
}

__kernel_timespec timespec_of(Duration duration) {
  const std::int64_t ns = std::max<std::int64_t>(duration.count(), 0);
  return {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
}

struct Feature {
  std::uint32_t bit;
  const char* name;
};
constexpr Feature kRequired[] = {
    {IORING_FEAT_NODROP, "NODROP"},       {IORING_FEAT_SUBMIT_STABLE, "SUBMIT_STABLE"},
    {IORING_FEAT_FAST_POLL, "FAST_POLL"}, {IORING_FEAT_EXT_ARG, "EXT_ARG"},
    {IORING_FEAT_CQE_SKIP, "CQE_SKIP"},
};

struct Opcode {
  int code;
  const char* name;
};
constexpr Opcode kOpcodes[] = {
    {IORING_OP_CONNECT, "CONNECT"},
    {IORING_OP_RECV, "RECV"},
    {IORING_OP_SEND, "SEND"},
    {IORING_OP_ACCEPT, "ACCEPT"},
    {IORING_OP_ASYNC_CANCEL, "ASYNC_CANCEL"},
    {IORING_OP_CLOSE, "CLOSE"},
    {IORING_OP_READ, "READ"},
    {IORING_OP_POLL_ADD, "POLL_ADD"},
};

// A policy may allow io_uring but forbid some of its operations.
std::optional<Refusal> find_missing_opcode(io_uring& ring) {
  constexpr unsigned kAsked = 256;
  const std::unique_ptr<void, void (*)(void*)> memory(
      std::calloc(1, sizeof(io_uring_probe) + kAsked * sizeof(io_uring_probe_op)), &std::free);
  auto* const probe = static_cast<io_uring_probe*>(memory.get());
  if (probe == nullptr) return explain_refusal(ENOMEM);
  const int result = ::io_uring_register_probe(&ring, probe, kAsked);
  if (result < 0) return explain_refusal(-result, "io_uring_register");
  for (const Opcode& opcode : kOpcodes) {
    if (::io_uring_opcode_supported(probe, opcode.code) != 0) continue;
    return Refusal{std::string("io_uring operation ") + opcode.name + " is not available here",
                   "use Linux 6.1 or newer, and a policy that allows the operation"};
  }
  return std::nullopt;
}

}  // namespace

Ring::~Ring() {
  if (open_) ::io_uring_queue_exit(&ring_);
  if (buffer_ring_ != nullptr) ::munmap(buffer_ring_, buffer_ring_octets_);
  if (buffers_ != nullptr) ::munmap(buffers_, std::size_t{buffer_count_} * buffer_octets_);
}

std::optional<Refusal> Ring::open(const RingOptions& options) {
  INVARIANT(!open_);
  if (auto refusal = set_up(options)) return refusal;
  if (auto refusal = provide_buffers(options)) return refusal;
  // A policy may allow setting up a ring but forbid its use.
  const int entered = ::io_uring_get_events(&ring_);
  if (entered < 0) return explain_refusal(-entered, "io_uring_enter");
  // Left uninitialised, so that a worker with few connections does not touch most of it.
  destinations_ = std::make_unique_for_overwrite<sockaddr_in6[]>(ring_.sq.ring_entries);
  discarded_ = std::make_unique<io_uring_sqe>();
  turn_.reserve(kCompletionsPerTurn);
  wake_descriptor_ = options.wake_descriptor;
  if (wake_descriptor_ >= 0) arm_wake();
  return std::nullopt;
}

std::optional<Refusal> Ring::set_up(const RingOptions& options) {
  io_uring_params params{};
  // Completion work runs only when this thread asks for it, in batches, without interrupting it.
  params.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                 IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                 IORING_SETUP_TASKRUN_FLAG;
  params.cq_entries = options.completions;
  const int result = ::io_uring_queue_init_params(options.submissions, &ring_, &params);
  if (result < 0) return explain_refusal(-result);
  open_ = true;
  features_ = {"SUBMIT_ALL", "SINGLE_ISSUER", "DEFER_TASKRUN", "TASKRUN_FLAG"};
  for (const Feature& feature : kRequired) {
    if ((params.features & feature.bit) == 0) return explain_refusal(EINVAL);
    features_.emplace_back(feature.name);
  }
  if (auto refusal = find_missing_opcode(ring_)) return refusal;
  // Saves the lookup of the ring's descriptor in every call; optional.
  if (::io_uring_register_ring_fd(&ring_) == 1) features_.emplace_back("REGISTERED_RING_FD");
  // No operation of ours should need a kernel worker thread; this limits the effect of a mistake.
  unsigned workers[2] = {1, 1};
  ::io_uring_register_iowq_max_workers(&ring_, workers);
  return std::nullopt;
}

std::optional<Refusal> Ring::provide_buffers(const RingOptions& options) {
  buffer_count_ = options.buffers;
  buffer_octets_ = options.buffer_octets;
  if (buffer_count_ == 0) return std::nullopt;
  INVARIANT((buffer_count_ & (buffer_count_ - 1)) == 0 && buffer_count_ <= 32768);
  const auto map = [](std::size_t octets) {
    void* const memory =
        ::mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
  };
  buffer_ring_octets_ = buffer_count_ * sizeof(io_uring_buf);
  buffer_ring_ = static_cast<io_uring_buf_ring*>(map(buffer_ring_octets_));
  buffers_ = static_cast<char*>(map(std::size_t{buffer_count_} * buffer_octets_));
  if (buffer_ring_ == nullptr || buffers_ == nullptr) return explain_refusal(ENOMEM);

  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uint64_t>(buffer_ring_);
  registration.ring_entries = buffer_count_;
  registration.bgid = kBufferGroup;
  const int result = ::io_uring_register_buf_ring(&ring_, &registration, 0);
  if (result < 0) return explain_refusal(-result, "io_uring_register");
  features_.emplace_back("BUFFER_RING");
  ::io_uring_buf_ring_init(buffer_ring_);
  const int mask = ::io_uring_buf_ring_mask(buffer_count_);
  for (std::uint32_t i = 0; i < buffer_count_; ++i) {
    ::io_uring_buf_ring_add(buffer_ring_, buffers_ + std::size_t{i} * buffer_octets_,
                            buffer_octets_, static_cast<unsigned short>(i), mask,
                            static_cast<int>(i));
  }
  ::io_uring_buf_ring_advance(buffer_ring_, static_cast<int>(buffer_count_));
  return std::nullopt;
}

io_uring_sqe* Ring::next_sqe(Operation operation, Handle handle) {
  io_uring_sqe* sqe = ::io_uring_get_sqe(&ring_);
  while (sqe == nullptr) {
    // A full queue is submitted at once: dropping a cancel or a close would leak a connection.
    if (failure_ == 0) note_result(::io_uring_submit(&ring_));
    sqe = failure_ == 0 ? ::io_uring_get_sqe(&ring_) : discarded_.get();
  }
  // Since liburing 2.2 the io_uring_prep_* functions do not change user_data.
  sqe->user_data = encode(operation, handle);
  return sqe;
}

void Ring::connect(int descriptor, Handle handle, const SocketAddress& to) {
  io_uring_sqe* const sqe = next_sqe(Operation::connect, handle);
  if (sqe == discarded_.get()) return;
  sockaddr_in6& destination = destinations_[static_cast<std::size_t>(sqe - ring_.sq.sqes)];
  destination = to.storage;
  ::io_uring_prep_connect(sqe, descriptor, reinterpret_cast<const sockaddr*>(&destination),
                          to.octets);
}

void Ring::receive(int descriptor, Handle handle) {
  io_uring_sqe* const sqe = next_sqe(Operation::receive, handle);
  ::io_uring_prep_recv(sqe, descriptor, nullptr, buffer_octets_, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = kBufferGroup;
}

io_uring_sqe* Ring::queue_send(int descriptor, Handle handle, std::string_view octets) {
  io_uring_sqe* const sqe = next_sqe(Operation::send, handle);
  ::io_uring_prep_send(sqe, descriptor, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_WAITALL);
  return sqe;
}

void Ring::send(int descriptor, Handle handle, std::string_view octets) {
  queue_send(descriptor, handle, octets)->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

void Ring::send_and_report(int descriptor, Handle handle, std::string_view octets) {
  queue_send(descriptor, handle, octets);
}

void Ring::close(int descriptor) {
  io_uring_sqe* const sqe = next_sqe(Operation::close, {});
  ::io_uring_prep_close(sqe, descriptor);
  sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

void Ring::cancel(Operation operation, Handle handle) {
  io_uring_sqe* const sqe = next_sqe(Operation::cancel, handle);
  ::io_uring_prep_cancel64(sqe, encode(operation, handle), 0);
  sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

void Ring::accept(int listener, Handle handle) {
  io_uring_sqe* const sqe = next_sqe(Operation::accept, handle);
  ::io_uring_prep_multishot_accept(sqe, listener, nullptr, nullptr, SOCK_CLOEXEC);
}

void Ring::poll(int descriptor, Handle handle, std::uint32_t events) {
  io_uring_sqe* const sqe = next_sqe(Operation::poll, handle);
  ::io_uring_prep_poll_add(sqe, descriptor, events);
}

void Ring::arm_wake() {
  io_uring_sqe* const sqe = next_sqe(Operation::wake, {});
  ::io_uring_prep_read(sqe, wake_descriptor_, &wake_value_, sizeof wake_value_, 0);
}

void Ring::submit_and_wait(std::uint32_t least, Duration longest) {
  // Newer kernels run no more completions per call than it waits for (20 if it waits for none),
  // so a call that must not wait asks for many with a timeout of zero.
  if (longest <= Duration::zero()) least = kCompletionsPerTurn;
  __kernel_timespec timeout = timespec_of(longest);
  io_uring_cqe* first = nullptr;
  if (failure_ != 0) return;
  note_result(::io_uring_submit_and_wait_timeout(&ring_, &first, least, &timeout, nullptr));
}

// `result`: of io_uring_enter(2).
void Ring::note_result(int result) {
  // ETIME and EINTR only end a wait early.
  if (result >= 0 || result == -ETIME || result == -EINTR) {
    shortages_ = 0;
  } else if (!is_shortage(-result) || ++shortages_ == kShortagesMax) {
    failure_ = -result;
  } else {
    // Without the pause this would be a busy loop.
    ::nanosleep(&kShortagePause, nullptr);
  }
}

std::span<const Completion> Ring::completions() {
  turn_.clear();
  unsigned head = 0;
  unsigned seen = 0;
  io_uring_cqe* cqe = nullptr;
  bool woken = false;
  io_uring_for_each_cqe(&ring_, head, cqe) {
    if (turn_.size() == kCompletionsPerTurn) break;
    ++seen;
    const Completion completion = decode(*cqe);
    if (completion.operation == Operation::wake) {
      const int error = completion.result < 0 ? -completion.result : 0;
      if (error == 0 || error == EINTR || error == EAGAIN) {
        woken = true;
      } else if (error != ECANCELED) {
        failure_ = error;
      }
    } else {
      turn_.push_back(completion);
    }
  }
  ::io_uring_cq_advance(&ring_, seen);
  if (woken) arm_wake();
  return turn_;
}

bool Ring::more() const {
  return ::io_uring_cq_ready(&ring_) != 0 ||
         (IO_URING_READ_ONCE(*ring_.sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

std::string_view Ring::octets(const Completion& completion) const {
  if ((completion.flags & IORING_CQE_F_BUFFER) == 0 || completion.result <= 0) return {};
  const std::size_t buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
  return {buffers_ + buffer * buffer_octets_, static_cast<std::size_t>(completion.result)};
}

void Ring::give_back(const Completion& completion) {
  if ((completion.flags & IORING_CQE_F_BUFFER) == 0) return;
  const std::uint32_t buffer = completion.flags >> IORING_CQE_BUFFER_SHIFT;
  ::io_uring_buf_ring_add(buffer_ring_, buffers_ + std::size_t{buffer} * buffer_octets_,
                          buffer_octets_, static_cast<unsigned short>(buffer),
                          ::io_uring_buf_ring_mask(buffer_count_), 0);
  ::io_uring_buf_ring_advance(buffer_ring_, 1);
}

}  // namespace mxsweep::ring
