// SPDX-License-Identifier: MIT
#include "view/days.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/memory.h"

namespace mxsweep::view {
namespace {

using std::chrono::microseconds;
using watch::Shares;

constexpr microseconds kDay = std::chrono::hours{24};
constexpr microseconds kTenth = std::chrono::milliseconds{100};
constexpr microseconds kDownUnit = std::chrono::seconds{2};
constexpr microseconds kOtherUnit = std::chrono::minutes{6};
static_assert(kDay / kDownUnit <= 0xffff && kDay / kOtherUnit < 0xff);

constexpr microseconds Shares::*kParts[] = {&Shares::up, &Shares::down, &Shares::unobserved,
                                            &Shares::maintenance};

microseconds& part(Shares& shares, TimeKind kind) {
  return shares.*kParts[static_cast<std::size_t>(kind)];
}

void add_to_shares(Shares& sum, const Shares& more) {
  for (const auto each : kParts) sum.*each += more.*each;
}

// Not less than nothing in any part.
Shares less(const Shares& shares, const std::array<std::int32_t, 4>& tenths) {
  Shares left = shares;
  for (std::size_t i = 0; i < tenths.size(); ++i) {
    left.*kParts[i] = std::max(shares.*kParts[i] - tenths[i] * kTenth, microseconds{0});
  }
  return left;
}

std::array<std::int32_t, 4> tenths_of(const Shares& shares) {
  std::array<std::int32_t, 4> tenths{};
  for (std::size_t i = 0; i < tenths.size(); ++i) {
    tenths[i] = static_cast<std::int32_t>(shares.*kParts[i] / kTenth);
  }
  return tenths;
}

// Takes `span` away: first from `kind`, and what that does not have from the other parts.
Shares without(Shares shares, microseconds span, TimeKind kind) {
  const auto take = [&span](microseconds& from) {
    const microseconds taken = std::clamp(span, microseconds{0}, std::max(from, microseconds{0}));
    from -= taken;
    span -= taken;
  };
  take(part(shares, kind));
  for (const auto each : kParts) take(shares.*each);
  return shares;
}

std::uint32_t units(microseconds span, microseconds unit) {
  const microseconds bounded = std::clamp(span, microseconds{0}, kDay);
  return static_cast<std::uint32_t>((bounded + unit / 2) / unit);
}

std::uint32_t pack_shares(const Shares& shares) {
  const microseconds unknown = std::max(kDay - shares.whole(), microseconds{0});
  std::uint32_t down = units(shares.down, kDownUnit);
  if (down == 0 && shares.down > microseconds{0}) down = 1;  // A failure must not vanish.
  return down | units(shares.unobserved + unknown, kOtherUnit) << 16U |
         units(shares.maintenance, kOtherUnit) << 24U;
}

Shares unpack_shares(std::uint32_t word) {
  Shares shares;
  shares.down = (word & 0xffffU) * kDownUnit;
  shares.unobserved = std::min((word >> 16U & 0xffU) * kOtherUnit, kDay - shares.down);
  shares.maintenance = std::min((word >> 24U) * kOtherUnit, kDay - shares.down - shares.unobserved);
  shares.up = kDay - shares.down - shares.unobserved - shares.maintenance;
  return shares;
}

std::size_t place(DayNumber day, std::size_t of) {
  const auto count = static_cast<DayNumber>(of);
  return static_cast<std::size_t>((day % count + count) % count);
}

}  // namespace

DayNumber day_of(WallTime time) {
  return static_cast<DayNumber>(
      std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

WallTime begin_of(DayNumber day) { return WallTime{std::chrono::days{day}}; }

TimeKind time_kind(watch::State state, bool unobserved, bool maintenance) {
  if (maintenance) return TimeKind::maintenance;
  if (unobserved || state == watch::State::unknown) return TimeKind::unobserved;
  return state == watch::State::down ? TimeKind::down : TimeKind::up;
}

microseconds step_between(const watch::Moment& before, const watch::Moment& now) {
  const microseconds stepped =
      (now.wall - before.wall) - std::chrono::duration_cast<microseconds>(now.at - before.at);
  return stepped > kStepLeast || stepped < -kStepLeast ? stepped : microseconds{0};
}

void GroupDays::add(DayNumber day, const Shares& shares) {
  const auto count = static_cast<DayNumber>(kDays);
  if (!began_) {
    began_ = true;
    newest_ = day;
  }
  for (; newest_ < day; ++newest_) {
    if (day - newest_ > count) newest_ = day - count;
    days_[place(newest_ + 1, kDays)] = {};
  }
  if (day <= newest_ - count) return;
  add_to_shares(days_[place(day, kDays)], shares);
}

void GroupDays::advance(const watch::GroupCounts& counts, const watch::Moment& now) {
  const watch::GroupCounts before = std::exchange(counts_, counts);
  const watch::Moment from = std::exchange(at_, now);
  if (from.at == Instant{}) return;
  const microseconds stepped = step_between(from, now);
  // What was taken for later days, before the wall clock was set back, is none of this calendar's.
  const DayNumber today = day_of(now.wall);
  if (began_ && today < newest_) {
    const DayNumber last = std::max(today, newest_ - static_cast<DayNumber>(kDays));
    for (DayNumber day = newest_; day > last; --day) days_[place(day, kDays)] = {};
    newest_ = today;
  }
  // Backwards, because the wall clock is right now.
  WallTime end = now.wall;
  microseconds left = now.wall - from.wall - stepped;
  while (left > microseconds{0}) {
    const DayNumber day = day_of(end - microseconds{1});
    const microseconds span = std::min<microseconds>(left, end - begin_of(day));
    add(day, {.up = span * before.up,
              .down = span * before.down,
              .unobserved = span * before.unobserved,
              .maintenance = span * before.maintenance});
    left -= span;
    end -= span;
  }
}

std::array<Day, kDays> GroupDays::days(WallTime now) const {
  std::array<Day, kDays> found{};
  const DayNumber today = day_of(now);
  for (std::size_t i = 0; i < kDays; ++i) {
    const DayNumber day = today - static_cast<DayNumber>(kDays - 1 - i);
    if (!began_ || day > newest_ || day <= newest_ - static_cast<DayNumber>(kDays)) continue;
    found[i] = days_[place(day, kDays)];
  }
  return found;
}

MonitorDays::MonitorDays(std::uint32_t monitors_expected)
    : kept_(monitors_expected > kManyMonitors ? kFewDays : kDays) {}

MonitorDays::Begin& MonitorDays::begin(watch::MonitorId monitor) {
  if (monitor >= begins_.size()) begins_.resize(monitor + std::size_t{1});
  return begins_[monitor];
}

std::uint32_t& MonitorDays::word(watch::MonitorId monitor, DayNumber day) {
  const std::size_t number = monitor / kPageMonitors;
  if (number >= pages_.size()) pages_.resize(number + 1);
  if (pages_[number] == nullptr) {
    const std::size_t words = kPageMonitors * kept_;
    pages_[number] = std::make_unique<std::uint32_t[]>(words);
    std::fill_n(pages_[number].get(), words, kNothing);
    page_octets_ += allocated(words * sizeof(std::uint32_t));
  }
  return pages_[number][monitor % kPageMonitors * kept_ + place(day, kept_)];
}

std::uint32_t MonitorDays::find(watch::MonitorId monitor, DayNumber day) const {
  const std::size_t number = monitor / kPageMonitors;
  if (number >= pages_.size() || pages_[number] == nullptr) return kNothing;
  return pages_[number][monitor % kPageMonitors * kept_ + place(day, kept_)];
}

// The places of the days after one, up to and with another, belong to days long ago.
void MonitorDays::clear(watch::MonitorId monitor, DayNumber after, DayNumber until) {
  if (find(monitor, until) == kNothing && until == after + 1) return;
  const auto count = static_cast<DayNumber>(kept_);
  for (DayNumber day = std::max(after, until - count) + 1; day <= until; ++day) {
    word(monitor, day) = kNothing;
  }
}

// What follows belongs to another day.
void MonitorDays::close_day(watch::MonitorId monitor, Begin& at, const Shares& at_midnight) {
  word(monitor, at.day) = pack_shares(at_midnight);
  const std::array<std::int32_t, 4> more = tenths_of(at_midnight);
  for (std::size_t i = 0; i < more.size(); ++i) at.tenths[i] += more[i];
}

void MonitorDays::advance(watch::MonitorId monitor, const Shares& whole, TimeKind since,
                          WallTime now) {
  Begin& at = begin(monitor);
  const DayNumber today = day_of(now);
  if (at.day >= today) return;
  if (at.day < 0) {
    const microseconds passed = now - begin_of(today);
    at.day = today;
    if (whole.whole() > passed) at.tenths = tenths_of(without(whole, passed, since));
    return;
  }
  while (at.day < today) {
    const Shares left = less(whole, at.tenths);
    const microseconds later = now - begin_of(at.day + 1);
    close_day(monitor, at, without(left, std::min(later, left.whole()), since));
    clear(monitor, at.day, at.day + 1);
    ++at.day;
  }
}

void MonitorDays::step(watch::MonitorId monitor, const Shares& whole, WallTime now) {
  Begin& at = begin(monitor);
  const DayNumber today = day_of(now);
  if (at.day < 0 || at.day == today) return;
  const DayNumber before = at.day;
  close_day(monitor, at, less(whole, at.tenths));
  at.day = today;
  if (today > before) {
    clear(monitor, before, today);
    return;
  }
  // What was counted of this day goes on.
  const std::uint32_t known = find(monitor, today);
  if (known == kNothing || before - today >= static_cast<DayNumber>(kept_)) return;
  const std::array<std::int32_t, 4> earlier = tenths_of(unpack_shares(known));
  for (std::size_t i = 0; i < earlier.size(); ++i) at.tenths[i] -= earlier[i];
  word(monitor, today) = kNothing;
}

bool MonitorDays::restore(watch::MonitorId monitor, DayNumber day, DayNumber began,
                          const Day& shares) {
  const DayNumber age = began - day;
  if (age < 0 || age >= static_cast<DayNumber>(kDays)) return false;
  Begin& at = begin(monitor);
  std::uint32_t& bits = at.restored[static_cast<std::size_t>(age) / 32];
  const std::uint32_t bit = 1U << (static_cast<unsigned>(age) % 32);
  if ((bits & bit) != 0) return false;
  bits |= bit;
  if (day == at.day) {
    const std::array<std::int32_t, 4> before = tenths_of(shares);
    for (std::size_t i = 0; i < before.size(); ++i) at.tenths[i] -= before[i];
    return true;
  }
  if (at.day - day >= static_cast<DayNumber>(kept_) || day > at.day) return true;
  Shares sum = shares;
  // Midnight has passed since this process began: of that day each has a part.
  if (const std::uint32_t known = find(monitor, day); known != kNothing) {
    Shares own = unpack_shares(known);
    own.unobserved = std::max(own.unobserved - shares.whole(), microseconds{0});
    add_to_shares(sum, own);
  }
  word(monitor, day) = pack_shares(sum);
  return true;
}

void MonitorDays::forget(watch::MonitorId monitor) {
  if (monitor < begins_.size()) begins_[monitor] = {};
  const std::size_t number = monitor / kPageMonitors;
  if (number >= pages_.size() || pages_[number] == nullptr) return;
  std::fill_n(pages_[number].get() + monitor % kPageMonitors * kept_, kept_, kNothing);
}

std::array<Day, kDays> MonitorDays::days(watch::MonitorId monitor, const Shares& whole,
                                         WallTime now) const {
  std::array<Day, kDays> found{};
  if (monitor >= begins_.size() || begins_[monitor].day < 0) return found;
  const DayNumber today = day_of(now);
  for (std::size_t i = kDays - kept_; i + 1 < kDays; ++i) {
    const std::uint32_t known = find(monitor, today - static_cast<DayNumber>(kDays - 1 - i));
    if (known != kNothing) found[i] = unpack_shares(known);
  }
  found.back() = less(whole, begins_[monitor].tenths);
  return found;
}

std::size_t MonitorDays::octets_held() const {
  return page_octets_ + begins_.size() * sizeof(Begin) + pages_.size() * sizeof(pages_[0]);
}

}  // namespace mxsweep::view
