// SPDX-License-Identifier: MIT
// The received octets in their block of memory. src/probe/record.cc makes the records.
#include "mxsweep/probe/observation.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/smtp/reply.h"
#include "probe/received.h"

namespace mxsweep::probe {
namespace {

// A greeting, an EHLO reply and a 221 of ordinary size fit into the first block.
constexpr std::size_t kOctetsUsual = 320;

std::uint32_t microseconds(Duration duration, std::uint32_t most) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 0, most));
}

}  // namespace

Observation::Observation(const Plan& plan, targets::TlsMode mode, Protocol protocol)
    : chain_detail_(plan.chain_detail),
      protocol_(protocol),
      starttls_known_(plan.depth >= Depth::ehlo && mode != targets::TlsMode::implicit),
      require_valid_(plan.require_valid) {}

void Observation::Free::operator()(Received* received) const {
  std::pmr::memory_resource& memory = *received->memory;
  const std::size_t octets = sizeof(Received) + received->octets_max;
  std::destroy_at(received);
  memory.deallocate(received, octets, alignof(Received));
}

Observation::Block Observation::allocate(std::size_t octets_max,
                                         std::pmr::memory_resource& memory) {
  void* const block = memory.allocate(sizeof(Received) + octets_max, alignof(Received));
  auto* const received = ::new (block) Received;
  received->memory = &memory;
  received->octets_max = static_cast<std::uint32_t>(octets_max);
  return Block(received);
}

void Observation::reallocate(std::size_t octets_max, std::pmr::memory_resource& memory) {
  Block other = allocate(octets_max, memory);
  const std::string_view octets = received_->view();
  other->times_us = received_->times_us;
  other->replies = received_->replies;
  other->bytes_in = received_->bytes_in;
  other->bytes_out = received_->bytes_out;
  other->tls = std::move(received_->tls);
  std::copy(octets.begin(), octets.end(), other->octets());
  other->size = received_->size;
  received_ = std::move(other);
}

void Observation::move_to(std::pmr::memory_resource& memory) {
  if (received_ != nullptr) reallocate(received_->size, memory);
}

std::size_t Observation::octets_held() const {
  if (received_ == nullptr) return 0;
  std::size_t octets = allocated(sizeof(Received) + received_->octets_max);
  if (received_->tls == nullptr) return octets;
  octets += allocated(sizeof(Tls));
  const tls::Enumeration* const found = received_->tls->enumeration.get();
  return found == nullptr ? octets : octets + allocated(sizeof *found) + tls::octets_held(*found);
}

Observation::Received& Observation::received() {
  if (received_ == nullptr) received_ = allocate(kOctetsUsual, *std::pmr::new_delete_resource());
  return *received_;
}

std::uint32_t Observation::us(Phase phase) const {
  if (phase == Phase::connect || phase == Phase::greeting) {
    return first_us_[phase == Phase::greeting ? 1 : 0];
  }
  return received_ == nullptr ? kNotReachedUs : received_->times_us[index_of(phase)];
}

std::uint32_t& Observation::us(Phase phase) {
  if (phase == Phase::connect || phase == Phase::greeting) {
    return first_us_[phase == Phase::greeting ? 1 : 0];
  }
  return received().times_us[index_of(phase)];
}

void Observation::set_time(Phase phase, Duration took) {
  us(phase) = microseconds(took, kNotReachedUs - 1);
}

void Observation::add_time(Phase phase, Duration more) {
  std::uint32_t& took = us(phase);
  took += microseconds(more, kNotReachedUs - 1 - took);
}

void Observation::decide(Outcome outcome, Cause cause, Phase phase) {
  outcome_ = outcome;
  cause_ = cause;
  phase_ = phase;
}

void Observation::count_received(std::size_t octets) {
  received().bytes_in += static_cast<std::uint32_t>(octets);
}

void Observation::count_sent(std::size_t octets) {
  if (octets != 0) received().bytes_out += static_cast<std::uint32_t>(octets);
}

std::uint32_t Observation::bytes_in() const {
  return received_ == nullptr ? 0 : received_->bytes_in;
}

int Observation::code(Phase phase) const {
  return received_ == nullptr ? 0 : static_cast<int>(received_->replies[index_of(phase)].code);
}

std::string_view Observation::reply(Phase phase) const {
  if (received_ == nullptr) return {};
  const std::size_t begin = received_->begin_of(phase);
  return received_->view().substr(begin, received_->replies[index_of(phase)].end - begin);
}

std::string_view Observation::unfinished() const {
  return received_ == nullptr ? std::string_view{} : received_->view().substr(received_->kept());
}

void Observation::append(std::string_view octets) {
  const std::size_t size = received().size + octets.size();
  if (size > received_->octets_max)
    reallocate(std::max(size, 2 * std::size_t{received_->size}), *received_->memory);
  std::copy(octets.begin(), octets.end(), received_->octets() + received_->size);
  received_->size = static_cast<std::uint32_t>(size);
}

void Observation::cut_unfinished(std::size_t octets_max) {
  if (received_ == nullptr) return;
  const std::size_t size = std::min(std::size_t{received_->size}, received_->kept() + octets_max);
  received_->size = static_cast<std::uint32_t>(size);
}

void Observation::drop_front(std::size_t octets) {
  if (octets != 0) received_->erase(received_->kept(), octets);
}

void Observation::keep_reply(Phase phase, int code) {
  Received& all = *received_;
  // Replies come in the order of their phases, so an earlier reply of this one is the latest.
  const std::size_t begin = all.begin_of(phase);
  if (begin != all.kept()) all.erase(begin, all.kept() - begin);
  for (std::size_t i = index_of(phase); i < kPhaseCount; ++i) {
    all.replies[i].end = all.size & Received::kEndMost;
  }
  all.replies[index_of(phase)].code = static_cast<std::uint32_t>(code) & Received::kCodeMost;
}

void Observation::keep_code(Phase phase, int code) {
  cut_unfinished(0);
  keep_reply(phase, code);
}

void Observation::begin_tls() { received().tls = std::make_unique<Tls>(); }

void Observation::keep(const tls::Enumeration& enumeration) {
  seen_tls().enumeration = std::make_unique<const tls::Enumeration>(enumeration);
}

Observation::Tls& Observation::seen_tls() { return *received_->tls; }

const Observation::Tls* Observation::seen_tls() const {
  return received_ == nullptr ? nullptr : received_->tls.get();
}

const tls::Facts* Observation::tls() const {
  const Tls* const seen = seen_tls();
  return seen == nullptr ? nullptr : &seen->facts;
}

const std::shared_ptr<const tls::Chain>& Observation::chain() const {
  static const std::shared_ptr<const tls::Chain> kNone;
  const Tls* const seen = seen_tls();
  return seen == nullptr ? kNone : seen->chain;
}

}  // namespace mxsweep::probe
