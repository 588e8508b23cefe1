// SPDX-License-Identifier: MIT
#include "mxsweep/watch/uptime.h"

#include <algorithm>
#include <cmath>

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

constexpr hours kTicketWindow{72};  // The longest window of burn().
constexpr std::size_t kMinuteMarks = kTicketWindow / minutes{1} + 2;
// The budget's window is known in so many steps: of an hour, for 30 days.
constexpr std::int64_t kWindowSteps = 720;
constexpr double kAllowedLeast = 1e-9;  // An objective of 100 % is not divided by.

microseconds step_of(microseconds window) {
  return std::max<microseconds>(window / kWindowSteps, minutes{1});
}

std::int64_t number_of(WallTime moment, microseconds every) {
  return moment.time_since_epoch() / every;
}

std::uint64_t between(std::uint64_t a, std::uint64_t b, double part) {
  return a + static_cast<std::uint64_t>(std::llround(static_cast<double>(b - a) * part));
}

double part_of(microseconds part, microseconds whole) {
  if (whole <= microseconds{0}) return 0;
  const double ratio = static_cast<double>(part.count()) / static_cast<double>(whole.count());
  return std::clamp(ratio, 0.0, 1.0);
}

}  // namespace

void Uptime::begin(WallTime now) {
  *this = {};
  at_ = now;
}

void Uptime::set(State state, bool unobserved, bool maintenance, WallTime now) {
  shares_ = shares(now);
  at_ = std::max(at_, now);
  state_ = state;
  unobserved_ = unobserved;
  maintenance_ = maintenance;
}

Shares Uptime::shares(WallTime now) const {
  Shares shares = shares_;
  const microseconds passed = std::max(now - at_, microseconds{0});
  if (maintenance_) {
    shares.maintenance += passed;
  } else if (unobserved_ || state_ == State::unknown) {
    shares.unobserved += passed;
  } else if (state_ == State::down) {
    shares.down += passed;
  } else {
    shares.up += passed;
  }
  return shares;
}

ServiceLevel::Marks::Marks(Span every, std::size_t places, WallTime began)
    : every_(every), began_(began), last_(number_of(began, every)), ring_(places) {}

const ServiceLevel::Sums& ServiceLevel::Marks::sums(std::int64_t number) const {
  return ring_[static_cast<std::size_t>(number) % ring_.size()];
}

void ServiceLevel::Marks::extend(WallTime from, const Sums& at_from, WallTime to,
                                 const Sums& at_to) {
  const std::int64_t newest = number_of(to, every_);
  const auto places = static_cast<std::int64_t>(ring_.size());
  for (std::int64_t number = std::max(last_ + 1, newest - places + 1); number <= newest; ++number) {
    const double part = part_of(mark(number) - from, to - from);
    ring_[static_cast<std::size_t>(number) % ring_.size()] = {
        between(at_from.watched, at_to.watched, part), between(at_from.down, at_to.down, part)};
  }
  last_ = std::max(last_, newest);
}

ServiceLevel::Sums ServiceLevel::Marks::at(WallTime moment, WallTime now,
                                           const Sums& at_now) const {
  if (moment <= began_) return {};
  const auto places = static_cast<std::int64_t>(ring_.size());
  const std::int64_t oldest = std::max(number_of(began_, every_), last_ - places + 1);
  const std::int64_t before = std::clamp(number_of(moment, every_), oldest, last_);
  const WallTime from = std::max(mark(before), began_);
  const WallTime to = before == last_ ? now : mark(before + 1);
  const Sums& a = sums(before);
  const Sums& b = before == last_ ? at_now : sums(before + 1);
  const double part = part_of(moment - from, to - from);
  return {between(a.watched, b.watched, part), between(a.down, b.down, part)};
}

ServiceLevel::ServiceLevel(const Group::Objective& objective, WallTime now)
    : allowed_(std::max(1 - objective.target, kAllowedLeast)),
      window_(std::chrono::duration_cast<Span>(objective.window)),
      began_(now),
      at_(now),
      minutes_(minutes{1}, kMinuteMarks, now),
      whole_(step_of(window_), kWindowSteps + 2, now) {
  downs_.fill(WallTime::min());
}

void ServiceLevel::set(std::uint32_t watched, std::uint32_t down, WallTime now) {
  advance(now);
  watched_ = watched;
  down_ = down;
  if (down_ > 1) several_down_ = at_;
}

void ServiceLevel::note_down(WallTime now) {
  advance(now);
  std::rotate(downs_.begin(), downs_.begin() + 1, downs_.end());
  downs_.back() = at_;
}

void ServiceLevel::advance(WallTime now) {
  now -= stepped_;
  if (now <= at_) return;
  const auto passed = static_cast<std::uint64_t>((now - at_).count());
  const Sums sums{sums_.watched + watched_ * passed, sums_.down + down_ * passed};
  minutes_.extend(at_, sums_, now, sums);
  whole_.extend(at_, sums_, now, sums);
  if (down_ > 1) several_down_ = now;
  at_ = now;
  sums_ = sums;
}

double ServiceLevel::down_share(const Marks& marks, Span window) const {
  const WallTime begin = at_ - window;
  const Sums before = marks.at(begin, at_, sums_);
  const double down = static_cast<double>(sums_.down - before.down);
  double watched = static_cast<double>(sums_.watched - before.watched);
  // Time before the beginning: as if all were well, so that the first minutes are not the whole.
  if (begin < began_) watched += static_cast<double>((began_ - begin).count()) * watched_;
  return watched > 0 ? down / watched : 0;
}

double ServiceLevel::rate(Duration window, WallTime now) {
  advance(now);
  return down_share(minutes_, std::chrono::duration_cast<Span>(window)) / allowed_;
}

double ServiceLevel::budget_left(WallTime now) {
  advance(now);
  return 1 - down_share(whole_, window_) / allowed_;
}

bool ServiceLevel::burns(Span window, Span short_window, double above) const {
  return down_share(minutes_, window) >= above * allowed_ &&
         down_share(minutes_, short_window) >= above * allowed_;
}

bool ServiceLevel::many_failures(Span window) const {
  const WallTime begin = at_ - window;
  return downs_.front() > begin || several_down_ > begin;
}

Burn ServiceLevel::burn(WallTime now) {
  advance(now);
  if (many_failures(hours{1}) && burns(hours{1}, minutes{5}, 14.4)) return Burn::page;
  if (many_failures(hours{6}) && burns(hours{6}, minutes{30}, 6)) return Burn::page;
  return burns(kTicketWindow, hours{6}, 1) ? Burn::ticket : Burn::none;
}

}  // namespace mxsweep::watch
