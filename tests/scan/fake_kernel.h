// SPDX-License-Identifier: MIT
// The kernel of a worker in a World: every call is forwarded to the world.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/ring/refusal.h"
#include "mxsweep/ring/ring.h"
#include "mxsweep/ring/socket.h"
#include "scan/world.h"

namespace mxsweep::scan {

// engine/kernel.h, of World::current.
class FakeKernel {
 public:
  FakeKernel() = default;
  FakeKernel(const FakeKernel&) = delete;
  FakeKernel& operator=(const FakeKernel&) = delete;
  ~FakeKernel() { world().close_ring(); }

  static Instant now() { return world().read_clock(); }
  static WallTime wall_at_zero() {
    return WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};
  }
  static int open_tcp(Family /*family*/) { return world().open_tcp(); }
  static int bind_source(int descriptor, const Address& /*source*/) {
    world().touch(descriptor);
    return 0;
  }
  static void close_socket(int descriptor) { world().close_socket(descriptor); }
  static void acknowledge_now(int descriptor) { world().touch(descriptor); }
  static void half_close(int descriptor) { world().half_close(descriptor); }
  static void reset_on_close(int descriptor) { world().touch(descriptor); }

  Status open(const ring::RingOptions& options) {
    world().open_ring(options.wake_descriptor);
    return {};
  }
  [[nodiscard]] const std::vector<std::string>& features() const { return features_; }
  [[nodiscard]] int failure() const { return world().failure(); }
  void connect(int descriptor, Handle handle, const ring::SocketAddress& to) {
    world().submit(ring::Operation::connect, descriptor, handle, {}, ring::address_of(to.storage));
  }
  void receive(int descriptor, Handle handle) {
    world().submit(ring::Operation::receive, descriptor, handle, {}, {});
  }
  void send(int descriptor, Handle handle, std::string_view octets) {
    world().submit(ring::Operation::poll, descriptor, handle, octets, {});
  }
  void send_and_report(int descriptor, Handle handle, std::string_view octets) {
    world().submit(ring::Operation::send, descriptor, handle, octets, {});
  }
  void cancel(ring::Operation operation, Handle handle) { world().cancel(operation, handle); }
  void submit_and_wait(std::uint32_t least, Duration longest) {
    world().submit_and_wait(least, longest);
  }
  std::span<const ring::Completion> completions() { return world().completions(); }
  [[nodiscard]] bool more() const { return world().more(); }
  [[nodiscard]] std::string_view octets(const ring::Completion& completion) const {
    return world().octets(completion);
  }
  void give_back(const ring::Completion& completion) { world().give_back(completion); }

 private:
  static World& world() { return *World::current; }
  std::vector<std::string> features_;
};

}  // namespace mxsweep::scan
