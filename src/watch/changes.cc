// SPDX-License-Identifier: MIT
#include "mxsweep/watch/changes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <utility>

#include "mxsweep/core/utf8.h"
#include "watch/field_values.h"
#include "watch/texts.h"

namespace mxsweep::watch {
namespace {

constexpr std::uint32_t kAllSeen = 0xffff'ffff;
constexpr std::uint32_t kMinuteMask = 0x7fff'ffff;  // Of Steady::first.
constexpr int kCriticalPercent = 90;
constexpr std::string_view kNo = "no";

using Minutes = std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<60>>>;

// The value that a field has, adopted. Nearly all fields have no other.
struct Steady {
  Texts::Number value = Texts::kNone;
  std::uint32_t seen = 0;        // The latest probe is bit 0.
  std::uint32_t first : 31 = 0;  // Minutes since 1970.
  std::uint32_t has_others : 1 = 0;
};
static_assert(sizeof(Steady) == 12, "100,000 monitors have eight each");

struct Other {
  Texts::Number value = Texts::kNone;
  std::uint32_t seen = 0;
  WallTime first{};
  bool adopted = false;
};

struct Others {
  std::vector<Other> values;
  bool mixed_said = false;
  bool missing_said = false;  // That STARTTLS is missing in nearly all probes.
};

std::uint32_t minute_of(WallTime time) {
  const auto minutes = std::chrono::floor<Minutes::duration>(time.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(minutes, 0));
}
WallTime time_of(std::uint32_t minute) { return WallTime{std::chrono::minutes{minute}}; }

// The probes since the oldest sighting that is remembered. (Its type differs between libraries.)
int span_of(std::uint32_t seen) { return static_cast<int>(std::bit_width(seen)); }

// The share of the probes since the oldest sighting that is remembered.
std::uint8_t percent_of(std::uint32_t seen) {
  if (seen == 0) return 0;
  return static_cast<std::uint8_t>(100 * std::popcount(seen) / span_of(seen));
}

// Whether neither of two values was seen for the last time before the other was seen at all.
bool overlap(std::uint32_t a, std::uint32_t b) {
  return a != 0 && b != 0 && std::countr_zero(a) < span_of(b) && std::countr_zero(b) < span_of(a);
}

std::uint64_t place_of(MonitorId monitor, Field field) {
  return monitor * std::uint64_t{kFieldCount} + static_cast<std::uint64_t>(field);
}

}  // namespace

struct Changes::Parts {
  KeyOf key_of;
  Texts texts;
  std::deque<std::array<Steady, kFieldCount>> monitors;
  std::unordered_map<std::uint64_t, Others> others;

  // What one sighting concerns.
  struct Sighting {
    MonitorId monitor;
    Field field;
    WallTime now;
    std::vector<FieldChange>& changes;
    StateBatch& batch;
  };

  Steady& steady(MonitorId monitor, Field field) {
    if (monitor >= monitors.size()) monitors.resize(monitor + std::size_t{1});
    return monitors[monitor][static_cast<std::size_t>(field)];
  }

  void see(const Sighting& at, std::string_view value);
  void see_unsteady(const Sighting& at, Steady& steady, std::string_view value);
  Other* find_or_add(Others& unsteady, std::string_view value, WallTime now);
  void adopt(const Sighting& at, const Steady& steady, Others& unsteady, Other& other);
  void judge_starttls(const Sighting& at, const Steady& steady, Others& unsteady);
  void drop_unseen(const Sighting& at, Steady& steady, Others& unsteady);
  void forget(MonitorId monitor, Field field);

  void save(const Sighting& at, Texts::Number value, bool adopted, WallTime first,
            std::uint32_t seen) {
    at.batch.fingerprints.push_back({.monitor = std::string(key_of(at.monitor)),
                                     .field = std::string(to_string(at.field)),
                                     .value = std::string(texts.text(value)),
                                     .adopted = adopted,
                                     .first = first,
                                     .last = at.now,
                                     .seen = seen});
  }
  void say(const Sighting& at, FieldChange::What what, Texts::Number value, Texts::Number before,
           std::uint8_t percent, Severity severity) {
    at.changes.push_back({.monitor = at.monitor,
                          .field = at.field,
                          .what = what,
                          .value = std::string(texts.text(value)),
                          .before = std::string(texts.text(before)),
                          .percent = percent,
                          .severity = severity});
  }
};

void Changes::Parts::see(const Sighting& at, std::string_view value) {
  value = cut_between_characters(value, kValueOctetsMax);
  Steady& current = steady(at.monitor, at.field);
  if (current.value == Texts::kNone) {
    current.value = texts.add(value);
    current.seen = 1;
    current.first = minute_of(at.now) & kMinuteMask;
    save(at, current.value, true, at.now, current.seen);
    return;
  }
  if (current.has_others == 0 && texts.text(current.value) == value) {
    current.seen = current.seen << 1U | 1U;
    return;
  }
  see_unsteady(at, current, value);
}

void Changes::Parts::see_unsteady(const Sighting& at, Steady& current, std::string_view value) {
  Others& unsteady = others[place_of(at.monitor, at.field)];
  current.has_others = 1;
  current.seen <<= 1U;
  for (Other& other : unsteady.values) other.seen <<= 1U;
  if (texts.text(current.value) == value) {
    current.seen |= 1U;
  } else {
    Other* const other = find_or_add(unsteady, value, at.now);
    other->seen |= 1U;
    if (!other->adopted && std::popcount(other->seen) >= 2 &&
        at.now - other->first >= kAdoptAfter) {
      other->adopted = true;
      adopt(at, current, unsteady, *other);
    }
  }
  // A value that had been replaced is back.
  for (Other& other : unsteady.values) {
    if (!unsteady.mixed_said && other.adopted && overlap(current.seen, other.seen)) {
      adopt(at, current, unsteady, other);
    }
  }
  judge_starttls(at, current, unsteady);
  drop_unseen(at, current, unsteady);
  if (!unsteady.values.empty()) return;
  current.has_others = 0;
  others.erase(place_of(at.monitor, at.field));
}

Other* Changes::Parts::find_or_add(Others& unsteady, std::string_view value, WallTime now) {
  std::vector<Other>& values = unsteady.values;
  const auto found = std::ranges::find_if(
      values, [&](const Other& other) { return texts.text(other.value) == value; });
  if (found != values.end()) return &*found;
  // A server that shows a new value each time: the one that was not seen for longest makes room.
  if (values.size() + 1 >= kValuesMax) {
    const auto oldest = std::ranges::max_element(values, {}, [](const Other& other) {
      return std::pair(!other.adopted, std::countr_zero(other.seen));
    });
    texts.release(oldest->value);
    values.erase(oldest);
  }
  values.push_back({.value = texts.add(value), .seen = 0, .first = now, .adopted = false});
  return &values.back();
}

// `other` is adopted beside the steady value: either it has replaced that, or both are shown.
void Changes::Parts::adopt(const Sighting& at, const Steady& current, Others& unsteady,
                           Other& other) {
  const bool mixed = overlap(current.seen, other.seen);
  save(at, other.value, true, other.first, other.seen);
  save(at, current.value, true, time_of(current.first), current.seen);
  if (mixed && unsteady.mixed_said) return;
  const bool starttls = at.field == Field::starttls;
  const std::uint8_t percent = percent_of(other.seen);
  Severity severity = Severity::info;
  if (starttls && mixed) severity = Severity::warning;
  if (starttls && !unsteady.missing_said && texts.text(other.value) == kNo &&
      percent >= kCriticalPercent) {
    severity = Severity::critical;
    unsteady.missing_said = true;
  }
  unsteady.mixed_said = mixed;
  say(at, mixed ? FieldChange::What::mixed : FieldChange::What::adopted, other.value, current.value,
      percent, severity);
}

// A pool that loses STARTTLS on one server after the other is mixed at first.
void Changes::Parts::judge_starttls(const Sighting& at, const Steady& current, Others& unsteady) {
  if (at.field != Field::starttls || !unsteady.mixed_said || unsteady.missing_said) return;
  for (const Other& other : unsteady.values) {
    if (!other.adopted) continue;
    const bool is_no = texts.text(other.value) == kNo;
    const std::uint32_t no = is_no ? other.seen : current.seen;
    if (span_of(no) < 32 || percent_of(no) < kCriticalPercent) continue;
    unsteady.missing_said = true;
    say(at, FieldChange::What::mixed, is_no ? other.value : current.value,
        is_no ? current.value : other.value, percent_of(no), Severity::critical);
  }
}

void Changes::Parts::drop_unseen(const Sighting& at, Steady& current, Others& unsteady) {
  const auto by_share = [](const Other& a, const Other& b) {
    return std::pair(a.adopted, std::popcount(a.seen)) <
           std::pair(b.adopted, std::popcount(b.seen));
  };
  const auto lose = [&](Texts::Number value, WallTime first, Texts::Number successor) {
    save(at, value, false, first, 0);
    if (unsteady.mixed_said) {
      say(at, FieldChange::What::lost, value, successor, 0, Severity::info);
    }
  };
  std::vector<Other>& values = unsteady.values;
  if (current.seen == 0 && !values.empty()) {
    const auto successor = std::ranges::max_element(values, by_share);
    if (successor->adopted) {
      lose(current.value, time_of(current.first), successor->value);
      texts.release(current.value);
      current.value = successor->value;
      current.seen = successor->seen;
      current.first = minute_of(successor->first) & kMinuteMask;
      values.erase(successor);
    }
  }
  std::erase_if(values, [&](const Other& other) {
    if (other.seen != 0) return false;
    if (other.adopted) lose(other.value, other.first, current.value);
    texts.release(other.value);
    return true;
  });
}

void Changes::Parts::forget(MonitorId monitor, Field field) {
  Steady& current = steady(monitor, field);
  if (current.value != Texts::kNone) texts.release(current.value);
  current = {};
  const auto found = others.find(place_of(monitor, field));
  if (found == others.end()) return;
  for (const Other& other : found->second.values) texts.release(other.value);
  others.erase(found);
}

Changes::Changes(KeyOf key_of) : parts_(std::make_unique<Parts>()) {
  parts_->key_of = std::move(key_of);
}
Changes::~Changes() = default;

void Changes::restore(const std::vector<FingerprintRow>& rows,
                      const std::unordered_map<std::string, MonitorId>& monitors) {
  for (const FingerprintRow& row : rows) {
    const auto monitor = monitors.find(row.monitor);
    const std::optional<Field> field = field_of(row.field);
    if (monitor == monitors.end() || !field || !row.adopted) continue;
    Steady& current = parts_->steady(monitor->second, *field);
    if (current.value == Texts::kNone) {
      current.value = parts_->texts.add(row.value);
      current.seen = row.seen;
      current.first = minute_of(row.first) & kMinuteMask;
      continue;
    }
    Others& unsteady = parts_->others[place_of(monitor->second, *field)];
    if (unsteady.values.size() + 1 >= kValuesMax) continue;
    current.has_others = 1;
    unsteady.values.push_back({.value = parts_->texts.add(row.value),
                               .seen = row.seen,
                               .first = row.first,
                               .adopted = true});
  }
  for (std::array<Steady, kFieldCount>& fields : parts_->monitors) {
    // The row is of the day when the value was adopted: it was the only one since then.
    for (Steady& current : fields) {
      if (current.has_others == 0 && current.value != Texts::kNone) current.seen = kAllSeen;
    }
  }
  for (auto& [place, unsteady] : parts_->others) {
    const Steady& current = parts_->monitors[place / kFieldCount][place % kFieldCount];
    unsteady.mixed_said = std::ranges::any_of(
        unsteady.values, [&](const Other& other) { return overlap(current.seen, other.seen); });
    unsteady.missing_said = true;  // What was said before the restart is not said again.
  }
}

void Changes::on_record(MonitorId monitor, const results::Record& record, WallTime now,
                        std::vector<FieldChange>& changes, StateBatch& batch) {
  Parts::Sighting at{monitor, Field::greeting, now, changes, batch};
  each_value(record, [&at, parts = parts_.get()](Field field, std::string_view value) {
    at.field = field;
    parts->see(at, value);
  });
}

void Changes::on_value(MonitorId monitor, Field field, std::string_view value, WallTime now,
                       std::vector<FieldChange>& changes, StateBatch& batch) {
  parts_->see({monitor, field, now, changes, batch}, value);
}

void Changes::remove(MonitorId monitor) {
  if (monitor >= parts_->monitors.size()) return;
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    parts_->forget(monitor, static_cast<Field>(field));
  }
}

void Changes::each(MonitorId monitor, const std::function<void(const Shown&)>& visit) const {
  if (monitor >= parts_->monitors.size()) return;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    const Steady& current = parts_->monitors[monitor][i];
    if (current.value == Texts::kNone) continue;
    visit({.field = field,
           .value = parts_->texts.text(current.value),
           .adopted = true,
           .first = time_of(current.first),
           .seen = current.seen,
           .percent = percent_of(current.seen)});
    if (current.has_others == 0) continue;
    for (const Other& other : parts_->others.at(place_of(monitor, field)).values) {
      visit({.field = field,
             .value = parts_->texts.text(other.value),
             .adopted = other.adopted,
             .first = other.first,
             .seen = other.seen,
             .percent = percent_of(other.seen)});
    }
  }
}

std::size_t Changes::octets_held() const {
  std::size_t octets = parts_->texts.octets_held() +
                       parts_->monitors.size() * sizeof(std::array<Steady, kFieldCount>);
  for (const auto& [place, unsteady] : parts_->others) {
    octets += sizeof(place) + sizeof(Others) + unsteady.values.capacity() * sizeof(Other);
  }
  return octets;
}

}  // namespace mxsweep::watch
