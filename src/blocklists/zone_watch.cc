// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/zone_watch.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::blocklists {
namespace {

using namespace std::chrono_literals;

constexpr EnumWord<ZoneState> kStateWords[] = {{ZoneState::untested, "untested"},
                                               {ZoneState::usable, "usable"},
                                               {ZoneState::unusable, "unusable"},
                                               {ZoneState::suspended, "suspended"}};
static_assert(has_each_value(kStateWords, ZoneState::suspended) && words_differ(kStateWords));

constexpr EnumWord<Unasked> kUnaskedWords[] = {{Unasked::none, "none"},
                                               {Unasked::untested, "untested"},
                                               {Unasked::unusable, "unusable"},
                                               {Unasked::suspended, "suspended"},
                                               {Unasked::unverified, "unverified"},
                                               {Unasked::budget, "budget"},
                                               {Unasked::too_long, "too_long"}};
static_assert(has_each_value(kUnaskedWords, Unasked::too_long) && words_differ(kUnaskedWords));

constexpr std::string_view kNoAnswer = "no_answer";
constexpr std::string_view kListsNothing = "lists_nothing";
constexpr std::string_view kListsEverything = "lists_everything";
constexpr std::string_view kListsMost = "lists_most";
constexpr std::string_view kBudget = "budget";

// Of names whose answer the resolver may still have; a name that is forgotten is counted twice.
constexpr std::size_t kCachedNamesMax = 65'536;
constexpr Duration kInFlight = 60s;
constexpr Duration kCachedLeast = 5s;  // The resolver's own bound, however short a TTL is.

// Slots that are closer are waited for together, because all that wait are then woken.
constexpr Duration kSlotsApart = 100ms;

constexpr std::uint32_t kTestQuestions = 2;
constexpr std::uint8_t kListedBit = 1;    // The question that must be answered by a listing,
constexpr std::uint8_t kUnlistedBit = 2;  // and the one that must not.

Address test_address(Kind kind, bool listed) {
  const std::uint8_t last = listed ? 2 : 1;
  if (kind == Kind::ip4) return ipv4(0x7f000000U | last);
  Address address{.octets = {}, .family = Family::ipv6};  // ::FFFF:127.0.0.2
  address.octets[10] = 0xff;
  address.octets[11] = 0xff;
  address.octets[12] = 127;
  address.octets[15] = last;
  return address;
}

std::string_view fault_of(const Reading& listed, const Reading& unlisted) {
  for (const Reading* each : {&listed, &unlisted}) {
    if (each->verdict == Verdict::query_error) return to_string(each->error);
  }
  if (unlisted.verdict == Verdict::listed) return kListsEverything;
  if (listed.verdict == Verdict::not_listed) return kListsNothing;
  const bool answered = listed.verdict == Verdict::listed && unlisted.verdict != Verdict::unknown;
  return answered ? std::string_view() : kNoAnswer;
}

}  // namespace

std::uint32_t tests_reserve(const Zone& zone) {
  return std::max<std::uint32_t>(zone.per_day / 10, kTestQuestions * kKindCount);
}

std::string_view to_string(ZoneState state) { return word_of(kStateWords, state); }
std::string_view to_string(Unasked why) { return word_of(kUnaskedWords, why); }

ZoneWatch::ZoneWatch(std::vector<Zone> zones, DaySpent spent, Duration cached_most)
    : zones_(std::move(zones)),
      accounts_(zones_.size()),
      cached_most_(cached_most),
      cached_(kCachedNamesMax, 1) {
  INVARIANT(zones_.size() <= kZonesMax);
  spent_.day = spent.day;
  for (std::uint32_t i = 0; i < zones_.size(); ++i) {
    const auto known = std::ranges::find(spent.zones, zones_[i].name, &Spent::zone);
    spent_.zones.push_back(
        {.zone = zones_[i].name, .questions = known == spent.zones.end() ? 0 : known->questions});
    for (const Kind kind : {Kind::ip4, Kind::ip6, Kind::domain}) {
      if (!zones_[i].kinds.has(kind)) continue;
      Part part;
      part.zone = i;
      part.kind = kind;
      parts_.push_back(std::move(part));
    }
  }
}

void ZoneWatch::on_time(Instant now, WallTime wall) {
  now_ = now;
  if (now >= slot_wanted_) {
    slot_wanted_ = kNever;
    ++changes_;
  }
  const auto day = std::chrono::floor<std::chrono::days>(wall);
  if (day == spent_.day) return;
  spent_.day = day;
  ++changes_;
  for (Spent& each : spent_.zones) each.questions = 0;
  for (Part& part : parts_) {
    part.networks.clear();
    part.networks_listed = 0;
    part.is_spent = false;
    if (part.state != ZoneState::suspended) continue;
    part.state = ZoneState::untested;
    part.fault = {};
  }
}

Instant ZoneWatch::next_time() const {
  Instant next = slot_wanted_;
  for (const Part& part : parts_) next = std::min(next, due_at(part));
  return next;
}

// When the next test is due; kNever: there is no reason for one, or one is open.
Instant ZoneWatch::due_at(const Part& part) const {
  if (part.begun != part.ended) return kNever;
  switch (part.state) {
    case ZoneState::untested:
      if (!part.wanted) return kNever;
      return part.fault.empty() ? now_ : part.begun_at + kTestAgainAfterTrouble;
    case ZoneState::usable:
      if (!part.asked_since) return kNever;
      if (finishing_) return now_;
      return part.begun_at + (part.listings_new > 0 || part.doubted ? kConfirmAfter : kTestEvery);
    case ZoneState::unusable: return part.wanted ? part.begun_at + kTestEvery : kNever;
    case ZoneState::suspended: break;
  }
  return kNever;
}

bool ZoneWatch::quiet() const {
  return std::ranges::all_of(
      parts_, [&](const Part& part) { return part.begun == part.ended && due_at(part) > now_; });
}

std::string ZoneWatch::test_name(const Part& part, bool listed) const {
  const Zone& zone = zones_[part.zone];
  if (part.kind != Kind::domain) return query_name(zone, test_address(part.kind, listed));
  return query_name(zone, listed ? zone.listed : zone.unlisted);
}

void ZoneWatch::begin_test(Part& part) {
  ++part.begun;
  part.begun_at = now_;
  part.wanted = false;
  part.asked_since = false;
  part.doubted = false;
  part.listings_covered += std::exchange(part.listings_new, 0);
  part.readings = {};
  part.to_ask = kListedBit | kUnlistedBit;
  part.to_answer = part.to_ask;
  const bool names_fit = !test_name(part, true).empty() && !test_name(part, false).empty();
  const bool paid = spent_.zones[part.zone].questions + kTestQuestions <= zones_[part.zone].per_day;
  if (names_fit && paid) return;
  part.state = ZoneState::untested;
  part.fault = names_fit ? kBudget : kNoAnswer;
  withdraw(part);
}

bool ZoneWatch::take_question(dns::Question& question) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    if (due_at(part) <= now_) begin_test(part);
    if (part.to_ask == 0) continue;
    const bool listed = (part.to_ask & kListedBit) != 0;
    part.to_ask = static_cast<std::uint8_t>(part.to_ask & ~(listed ? kListedBit : kUnlistedBit));
    question = {.number = static_cast<std::uint32_t>(2 * i + (listed ? 0 : 1)),
                .name = test_name(part, listed),
                .type = dns::Type::a};
    if (!is_cached(question.name)) charge(part.zone, question.name);
    return true;
  }
  return false;
}

void ZoneWatch::on_answer(std::uint32_t number, const dns::Answer& answer) {
  INVARIANT(number < 2 * parts_.size());
  Part& part = parts_[number / 2];
  const bool listed = number % 2 == 0;
  expect_cached(test_name(part, listed), answer.ttl);
  const std::uint8_t bit = listed ? kListedBit : kUnlistedBit;
  if ((part.to_answer & bit) == 0) return;  // Of a test that a suspension has ended.
  part.to_answer = static_cast<std::uint8_t>(part.to_answer & ~bit);
  part.readings[number % 2] = read_answer(zones_[part.zone], answer);
  if (part.to_answer == 0) conclude(part);
}

void ZoneWatch::conclude(Part& part) {
  part.fault = fault_of(part.readings[0], part.readings[1]);
  if (part.fault.empty()) {
    part.state = ZoneState::usable;
    part.failed = 0;
    end_tests(part, true);
    return;
  }
  ++part.failed;
  part.state = part.fault == kNoAnswer ? ZoneState::untested : ZoneState::unusable;
  withdraw(part);
}

void ZoneWatch::end_tests(Part& part, bool passed) {
  for (; part.ended < part.begun; ++part.ended) {
    part.passed = (part.passed << 1U) | (passed ? 1U : 0U);
  }
  if (!passed) part.withdrawn += part.listings_covered;
  part.listings_covered = 0;
  ++changes_;
}

// All listings that wait. Those that have come since the last test began wait for the next one,
// which may never be: for them there is one that has failed.
void ZoneWatch::withdraw(Part& part) {
  part.to_ask = 0;
  part.to_answer = 0;
  ++part.begun;
  part.listings_covered += std::exchange(part.listings_new, 0);
  end_tests(part, false);
}

ZoneWatch::Permit ZoneWatch::ask(PartNumber number, const std::string& name) {
  Part& part = parts_[number];
  part.wanted = true;
  switch (part.state) {
    case ZoneState::untested:
      if (part.fault.empty()) return {Leave::later, Unasked::none};
      // After a test without an answer, none waits for the next one.
      if (part.fault == kBudget) return refuse_for_budget(part);
      return {Leave::refused, Unasked::untested};
    case ZoneState::unusable: return {Leave::refused, Unasked::unusable};
    case ZoneState::suspended: return {Leave::refused, Unasked::suspended};
    case ZoneState::usable: break;
  }
  if (!is_cached(name)) {
    const Zone& zone = zones_[part.zone];
    if (spent_.zones[part.zone].questions + tests_reserve(zone) >= zone.per_day) {
      return refuse_for_budget(part);
    }
    if (const Instant slot = slot_at(part.zone); slot > now_) {
      slot_wanted_ = std::min(slot_wanted_, std::max(slot, now_ + kSlotsApart));
      return {Leave::later, Unasked::none};
    }
    charge(part.zone, name);
  }
  part.asked_since = true;
  ++part.asked;
  return {Leave::granted, Unasked::none};
}

ZoneWatch::Permit ZoneWatch::refuse_for_budget(Part& part) {
  ++part.over_budget;
  if (!std::exchange(part.is_spent, true)) ++changes_;
  return {Leave::refused, Unasked::budget};
}

ZoneWatch::Ticket ZoneWatch::on_reading(PartNumber number, const std::string& name,
                                        const dns::Answer& answer, const Reading& reading,
                                        std::uint64_t network) {
  Part& part = parts_[number];
  expect_cached(name, answer.ttl);
  const Ticket ticket = part.begun;
  if (reading.verdict != Verdict::listed && reading.verdict != Verdict::not_listed) return ticket;
  const bool listed = reading.verdict == Verdict::listed;
  if (listed) {
    ++part.listed;
    ++part.listings_new;
    part.asked_since = true;
  }
  if (part.state != ZoneState::usable) {  // No longer: it was when the question was asked.
    withdraw(part);
    return ticket;
  }
  count(part, network, listed);
  return ticket;
}

void ZoneWatch::want_test(PartNumber number) {
  Part& part = parts_[number];
  if (part.state != ZoneState::usable) return;
  part.doubted = true;
  part.asked_since = true;
}

void ZoneWatch::count(Part& part, std::uint64_t network, bool listed) {
  bool& known = part.networks[network];
  if (listed && !known) ++part.networks_listed;
  known = known || listed;
  const std::size_t all = part.networks.size();
  if (all > kShareLeast && 2 * part.networks_listed > all) {
    part.state = ZoneState::suspended;
    part.fault = kListsMost;
    withdraw(part);
  }
  if (all >= kShareMost || part.state == ZoneState::suspended) {
    part.networks.clear();
    part.networks_listed = 0;
  }
}

ZoneWatch::Judgement ZoneWatch::judge(PartNumber number, Ticket ticket) const {
  const Part& part = parts_[number];
  if (part.ended <= ticket) return Judgement::waiting;
  const std::uint64_t back = part.ended - (ticket + 1);
  const bool passed = back < 64 && ((part.passed >> back) & 1U) != 0;
  return passed ? Judgement::confirmed : Judgement::withdrawn;
}

bool ZoneWatch::is_cached(const std::string& name) {
  return cached_.find(std::hash<std::string>{}(name),
                      [&](const Instant& until) { return until > now_; }) != nullptr;
}

void ZoneWatch::expect_cached(const std::string& name, Duration span) {
  cached_.keep(std::hash<std::string>{}(name), now_ + std::clamp(span, kCachedLeast, cached_most_),
               1);
}

void ZoneWatch::charge(std::uint32_t zone, const std::string& name) {
  ++spent_.zones[zone].questions;
  const Duration apart = Duration{1s} / zones_[zone].per_second;
  accounts_[zone].next = std::max(accounts_[zone].next, now_) + apart;
  cached_.keep(std::hash<std::string>{}(name), now_ + kInFlight, 1);
}

// After a second without questions, those of a whole second may be sent at once.
Instant ZoneWatch::slot_at(std::uint32_t zone) const {
  const Duration apart = Duration{1s} / zones_[zone].per_second;
  return accounts_[zone].next - (Duration{1s} - apart);
}

std::vector<ZoneReport> ZoneWatch::reports() const {
  std::vector<ZoneReport> reports;
  for (const Part& part : parts_) {
    reports.push_back({.zone = zones_[part.zone].name,
                       .shown = shown_zone(zones_[part.zone]),
                       .kind = part.kind,
                       .state = part.state,
                       .fault = part.fault,
                       .asked = part.asked,
                       .listed = part.listed,
                       .withdrawn = part.withdrawn,
                       .over_budget = part.over_budget,
                       .is_spent = part.is_spent,
                       .failed = part.failed});
  }
  return reports;
}

}  // namespace mxsweep::blocklists
