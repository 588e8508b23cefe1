// SPDX-License-Identifier: MIT
#include "monitor/station.h"

#include <algorithm>
#include <utility>

#include "monitor/hand.h"
#include "monitor/showing.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::monitor {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds{1};     // At what may have failed.
constexpr Duration kHistoryEvery = std::chrono::seconds{1};  // A transaction of history.db.
constexpr std::uint32_t kNoNumber = UINT32_MAX;
constexpr std::size_t kHistoryRowsMost = 100'000;
constexpr std::size_t kProgramOctetsMax = 4096;  // Of the output: its first line counts.

}  // namespace

Station::Station(const StationOptions& options, const watch::Settings& settings,
                 const Machine& machine, Service& service)
    : options_(options),
      service_(service),
      names_(machine.names, bell_),
      surveys_(machine.names, settings.ca_file, bell_),
      programs_(bell_),
      trips_(settings.helo, machine, bell_),
      courier_({.helo = settings.helo, .resolver = settings.resolver, .ca_file = settings.ca_file},
               bell_),
      keeper_([this](watch::Send&& send) { carry(std::move(send)); }, bell_) {
  use(settings, {});
}

Station::~Station() = default;

Result<watch::Saved> Station::open(const watch::Settings& settings, WallTime now) {
  if (Status opened = outputs_.open(options_.records, options_.events); !opened.ok()) return opened;
  return keeper_.open(settings.state_dir, settings.history_octets_max, now);
}

Status Station::start() {
  Status started = courier_.start();
  if (started.ok()) started = keeper_.start();
  if (started.ok()) started = outputs_.start();
  return started;
}

void Station::use(const watch::Settings& settings, std::shared_ptr<const trips::Recipes> recipes) {
  trips_.use(std::move(recipes));
  channels_ = std::make_shared<const std::vector<watch::Channel>>(settings.channels);
  courier_.reload(settings.channels);
  dead_man_ = settings.dead_man;
  dead_man_every_ = settings.dead_man_every;
}

void Station::post(Command&& command) {
  {
    const std::lock_guard lock(lock_);
    commands_.push_back(std::move(command));
    ++posted_;
  }
  bell_.notify();
}

void Station::post(Trouble&& trouble) {
  {
    const std::lock_guard lock(lock_);
    troubles_.push_back(std::move(trouble));
    ++posted_;
  }
  bell_.notify_if_waiting();
}

void Station::note_from_outside(const std::string& key, const std::string& text) {
  const std::lock_guard lock(lock_);
  outer_troubles_[key] = text;
}

void Station::send_test(const watch::Channel& channel, watch::Message&& message,
                        std::shared_ptr<std::promise<watch::Delivered>> result) {
  message.revision = ++test_;
  tests_.emplace(test_, std::move(result));
  std::vector<watch::Send> sends;
  sends.push_back({.channel = 0, .message = std::move(message)});
  submit({}, std::move(sends),
         std::make_shared<const std::vector<watch::Channel>>(std::vector{channel}));
}

void Station::submit(watch::StateBatch&& batch, std::vector<watch::Send>&& sends,
                     const Channels& channels) {
  {
    const std::lock_guard lock(lock_);
    carried_.insert(carried_.end(), sends.size(), channels);
  }
  history_at_ = kNever;
  keeper_.submit(std::move(batch), std::move(sends), std::exchange(history_, {}));
}

// In the keeper's thread, in the order of submit().
void Station::carry(watch::Send&& send) {
  Channels channels;
  {
    const std::lock_guard lock(lock_);
    channels = std::move(carried_.front());
    carried_.pop_front();
  }
  courier_.send((*channels)[send.channel], std::move(send));
}

void Station::ask(targets::Target&& name, bool domain) { names_.ask(std::move(name), domain); }

bool Station::take(std::vector<names::Resolved>& servers) { return names_.take(servers); }

void Station::ask_checks(targets::Target&& target, const CheckPlan& plan) {
  surveys_.ask(std::move(target), plan);
}

bool Station::take_checked(std::vector<names::Resolved>& servers) { return surveys_.take(servers); }

void Station::run(std::uint64_t number, const watch::Group& group) {
  if (group.run->kind != watch::RunKind::exec) return trips_.run(number, group.name);
  programs_.run({.number = number,
                 .command = group.run->command,
                 .timeout = group.run->timeout,
                 .keep = {.octets_max = kProgramOctetsMax}});
}

bool Station::take(RunResult& result) {
  if (trips_.take(result)) return true;
  ProgramResult ended;
  if (!programs_.take(ended)) return false;
  result = {.number = ended.number, .began = ended.began, .took = ended.took};
  judge_program(ended.end, result);
  return true;
}

void Station::show(watch::MonitorId id, const RunResult& result) {
  if (showing_ != nullptr) showing_->on_run(id, result);
}

void Station::record(const results::Record& record, Instant now) {
  outputs_.add(record, now);
  if (showing_ != nullptr) showing_->on_record(record);
}

void Station::keep(watch::MonitorId id, const watch::Monitor& monitor, watch::HistoryRow&& row) {
  if (showing_ != nullptr) showing_->on_result(id, row);
  if (history_.size() >= kHistoryRowsMost) return;
  if (id >= numbers_.size()) numbers_.resize(std::size_t{id} + 1, kNoNumber);
  if (numbers_[id] == kNoNumber) numbers_[id] = keeper_.number_of(monitor.key);
  row.monitor = numbers_[id];
  if (history_.empty()) history_at_ = kNever;
  history_.push_back(row);
}

void Station::forget(watch::MonitorId id) {
  if (showing_ != nullptr) showing_->forget(id);
  if (id < numbers_.size()) numbers_[id] = kNoNumber;
}

void Station::pass_on(watch::Effects&& effects, const watch::Settings& /*settings*/, Instant now) {
  for (const watch::Event& event : effects.events) {
    outputs_.add(event, now);
    options_.show(event);
  }
  if (showing_ != nullptr) showing_->on_effects(effects);
  if (effects.batch.empty() && effects.sends.empty()) return;
  submit(std::move(effects.batch), std::move(effects.sends), channels_);
}

bool Station::take(watch::Delivered& delivered) {
  while (std::optional<watch::Delivered> done = courier_.take()) {
    if (is_test(*done)) continue;
    delivered = *std::move(done);
    // A reload may have removed the channel meanwhile.
    if (showing_ != nullptr && delivered.channel < channels_->size()) {
      showing_->on_delivered((*channels_)[delivered.channel].name, delivered.ok);
    }
    return true;
  }
  return false;
}

bool Station::is_test(const watch::Delivered& delivered) {
  if (delivered.kind != watch::MessageKind::test) return false;
  const auto found = tests_.find(delivered.revision);
  if (found == tests_.end()) return true;
  found->second->set_value(delivered);
  tests_.erase(found);
  return true;
}

bool Station::take(Trouble& trouble) {
  const std::lock_guard lock(lock_);
  if (troubles_.empty()) return false;
  trouble = std::move(troubles_.front());
  troubles_.pop_front();
  --posted_;
  return true;
}

bool Station::take(Command& command) {
  if (posted_ == 0) return false;
  const std::lock_guard lock(lock_);
  if (commands_.empty()) return false;
  command = std::move(commands_.front());
  commands_.pop_front();
  --posted_;
  return true;
}

bool Station::has_work() const {
  return posted_ > 0 || names_.has_answers() || surveys_.has_answers() || programs_.has_results() ||
         trips_.has_results();
}

Instant Station::flush(Instant now) {
  if (!history_.empty() && history_at_ == kNever) history_at_ = now + kHistoryEvery;
  if (now >= history_at_) submit({}, {}, channels_);
  return std::min(outputs_.flush(now), history_at_);
}

void Station::on_turn(Instant now) {
  service_.watchdog(now);
  if (showing_ != nullptr) showing_->on_turn(now);
  if (now < look_at_) return;
  look_at_ = now + kLookEvery;
  look_for_troubles();
  if (dead_man_.empty() || now < ping_at_ || is_impaired()) return;
  ping_at_ = now + dead_man_every_;
  post([this](Hand& hand) {
    const std::vector<watch::Watch::ChannelState> channels = hand.watch().channels();
    // An error remains until the message that has it, or a newer one, was accepted.
    const bool delivers = std::ranges::all_of(
        channels, [](const auto& channel) { return channel.last_error.empty(); });
    if (delivers && !dead_man_.empty()) courier_.ping(dead_man_);
  });
}

// A list of others that is not usable keeps the monitor from nothing else.
bool Station::is_impaired() const {
  return std::ranges::any_of(known_troubles_, [](const auto& trouble) {
    return !trouble.first.starts_with(dnsbl::kTroubleOfList);
  });
}

void Station::look_for_troubles() {
  const store::Troubles stores = keeper_.troubles();
  note("state.db", stores.state);
  note("history.db", stores.history);
  note("output", outputs_.failure().sentence());
  note("resolver", names_.failure().line("; "));
  note("checks", surveys_.failure().line("; "));
  for (const auto& [list, text] : surveys_.troubles()) note(list, text);
  note("round trips", trips_.failure().line("; "));
  std::map<std::string, std::string> outer;
  {
    const std::lock_guard lock(lock_);
    outer = outer_troubles_;
  }
  for (const auto& [key, text] : outer) note(key, text);
}

// Each is told once, when it begins, and again when it ends.
void Station::note(const std::string& key, const std::string& text) {
  const auto known = known_troubles_.find(key);
  if (text.empty()) {
    if (known == known_troubles_.end()) return;
    post(Trouble{.key = key, .text = {}, .ends = true});
    known_troubles_.erase(known);
  } else if (known == known_troubles_.end()) {
    post(Trouble{.key = key, .text = text, .ends = false});
    known_troubles_.emplace(key, text);
  }
}

}  // namespace mxsweep::monitor
