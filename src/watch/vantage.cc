// SPDX-License-Identifier: MIT
#include "mxsweep/watch/vantage.h"

#include <algorithm>

namespace mxsweep::watch {
namespace {

// "2 of 20 healthy servers", "1 of 1 canary".
std::string share(std::uint32_t answered, std::uint32_t all, std::string_view one,
                  std::string_view many) {
  return std::to_string(answered) + " of " + std::to_string(all) + ' ' +
         std::string(all == 1 ? one : many);
}

}  // namespace

VantageCheck::VantageCheck(const Vantage& settings, PickWell pick_well)
    : settings_(settings), pick_well_(std::move(pick_well)) {}

template <typename Id>
void VantageCheck::Asked<Id>::on_answer(Id id, bool good) {
  const auto found = std::ranges::find(open, id);
  if (found == open.end()) return;
  open.erase(found);
  ++(good ? answered : failed);
}

template <typename Id>
std::optional<bool> VantageCheck::Asked<Id>::reaches(std::uint32_t needed) const {
  if (answered >= needed) return true;
  if (all - failed < needed) return false;
  return std::nullopt;
}

void VantageCheck::forget_before(Instant now) {
  while (!failures_.empty() && failures_.front().first + kWindow <= now) {
    recent_.erase(failures_.front().second);
    failures_.pop_front();
  }
}

void VantageCheck::on_soft(MonitorId monitor, std::uint32_t watched, const Moment& now) {
  forget_before(now.at);
  const std::uint64_t most =
      std::max<std::uint64_t>(kFailuresLeast, std::uint64_t{watched} * kFailuresPercent / 100);
  // Enough to doubt is enough to keep.
  if (recent_.size() <= most && recent_.insert(monitor).second) {
    failures_.emplace_back(now.at, monitor);
  }
  if (recent_.size() > most && sight_ == Sight::clear) {
    sight_ = Sight::doubtful;
    round_at_ = now.at;
  }
}

void VantageCheck::begin_blind(const Moment& now) {
  sight_ = Sight::blind;
  round_at_ = now.at;
}

std::optional<VantageCheck::Round> VantageCheck::take_round(const Moment& now) {
  give_up_old(now);
  if (sight_ == Sight::clear || now.at < round_at_) return std::nullopt;
  const auto canaries = static_cast<std::uint32_t>(settings_.canaries.size());
  Round round{.number = ++last_round_, .canaries = {}, .neighbours = {}};
  for (std::uint32_t canary = 0; canary < canaries; ++canary) round.canaries.push_back(canary);
  // Canaries that answer end our blindness by themselves.
  if (canaries == 0 || sight_ == Sight::doubtful) round.neighbours = choose_neighbours();
  if (canaries == 0 && round.neighbours.empty()) {
    explanation_ = "there are no canaries, and no healthy servers elsewhere to compare with";
    end_doubt();
    return std::nullopt;
  }
  round_at_ = sight_ == Sight::blind ? now.at + kRoundEvery : kNever;
  if (rounds_.size() == kRoundsMost) rounds_.erase(rounds_.begin());
  rounds_.push_back({.number = round.number,
                     .since = now.at,
                     .canaries = Asked<std::uint32_t>(round.canaries),
                     .neighbours = Asked<MonitorId>(round.neighbours)});
  return round;
}

// Empty: too few to say anything.
std::vector<MonitorId> VantageCheck::choose_neighbours() {
  std::vector<MonitorId> chosen = pick_well_(kNeighbours);
  if (chosen.size() > kNeighbours) chosen.resize(kNeighbours);
  if (chosen.size() >= kNeighboursLeast) return neighbours_ = std::move(chosen);
  // While we are blind, those that showed it can show its end.
  return sight_ == Sight::blind ? neighbours_ : std::vector<MonitorId>();
}

VantageCheck::Running* VantageCheck::running(std::uint32_t round) {
  const auto found = std::ranges::find(rounds_, round, &Running::number);
  return found == rounds_.end() ? nullptr : &*found;
}

void VantageCheck::on_canary(std::uint32_t round, std::uint32_t canary, bool answered,
                             const Moment& now) {
  Running* const it = running(round);
  if (it == nullptr) return;
  it->canaries.on_answer(canary, answered);
  decide(*it, now);
}

void VantageCheck::on_neighbour(std::uint32_t round, MonitorId monitor, bool answered,
                                const Moment& now) {
  Running* const it = running(round);
  if (it == nullptr) return;
  it->neighbours.on_answer(monitor, answered);
  decide(*it, now);
}

// Nothing: the answers that are missing decide.
std::optional<bool> VantageCheck::is_good(const Running& round) const {
  const std::optional<bool> canaries =
      round.canaries.all == 0 ? true : round.canaries.reaches(settings_.quorum);
  const std::optional<bool> neighbours = round.neighbours.reaches((round.neighbours.all + 1) / 2);
  if (canaries == false || neighbours == false) return false;
  if (canaries == true && neighbours == true) return true;
  return std::nullopt;
}

void VantageCheck::decide(const Running& round, const Moment& now) {
  const std::optional<bool> good = is_good(round);
  if (!good) return;
  explanation_.clear();
  if (round.canaries.all > 0) {
    explanation_ = share(round.canaries.answered, round.canaries.all, "canary", "canaries");
  }
  if (round.neighbours.all > 0) {
    if (!explanation_.empty()) explanation_ += " and ";
    explanation_ +=
        share(round.neighbours.answered, round.neighbours.all, "healthy server", "healthy servers");
  }
  const std::uint32_t all = round.canaries.all + round.neighbours.all;
  explanation_ += all == 1 ? " answers" : " answer";
  if (*good) return end_doubt();
  const bool blind_before = sight_ == Sight::blind;
  const std::uint32_t number = round.number;
  const Instant since = round.since;
  std::erase_if(rounds_, [&](const Running& other) { return other.number == number; });
  if (blind_before) return;
  sight_ = Sight::blind;
  round_at_ = std::max(now.at, since + kRoundEvery);
}

void VantageCheck::give_up_old(const Moment& now) {
  while (!rounds_.empty() && rounds_.front().since + kRoundPatience <= now.at) {
    Running& oldest = rounds_.front();
    oldest.canaries.failed += static_cast<std::uint32_t>(oldest.canaries.open.size());
    oldest.canaries.open.clear();
    oldest.neighbours.failed += static_cast<std::uint32_t>(oldest.neighbours.open.size());
    oldest.neighbours.open.clear();
    decide(oldest, now);
  }
}

void VantageCheck::end_doubt() {
  sight_ = Sight::clear;
  round_at_ = kNever;
  rounds_.clear();
  failures_.clear();
  recent_.clear();
}

Instant VantageCheck::next() const {
  if (rounds_.empty()) return round_at_;
  return std::min(round_at_, rounds_.front().since + kRoundPatience);
}

}  // namespace mxsweep::watch
