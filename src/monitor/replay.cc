// SPDX-License-Identifier: MIT
#include "mxsweep/monitor/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

#include "monitor/load.h"
#include "monitor/read_record.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/files/list.h"
#include "mxsweep/results/json_object.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/watch/sample.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::monitor {
namespace {

using results::timestamp;
constexpr std::size_t kLineOctetsMost = 4 * 1024 * 1024;    // Of a record; real ones have 4 KiB.
constexpr Duration kAfterwards = std::chrono::minutes{10};  // For what waits at the last record.

class Replay {
 public:
  Replay(Loaded&& loaded, const std::function<void(std::string_view line)>& print)
      : loaded_(std::move(loaded)), print_(print) {
    for (std::size_t i = 0; i < loaded_.targets.size(); ++i) {
      const targets::Target& target = loaded_.targets[i].target;
      const bool is_name = target.address.family == Family::none;
      listed_[is_name ? place(target.text(), target.port)
                      : place(to_string(target.address), target.port)]
          .push_back(i);
    }
  }

  Status run(const std::string& path);
  [[nodiscard]] std::string summary() const {
    return fmt::format("{} of {}, {} of no target of the configuration; {}",
                       counted(records_, "record"), counted(monitors_.size(), "monitor"), foreign_,
                       counted(messages_, "message"));
  }

 private:
  Status each_record(const std::string& path,
                     const std::function<void(const results::Record&)>& on_record);
  static std::string place(std::string_view host, std::uint16_t port) {
    return fmt::format("{} {}", host, port);
  }
  // The targets of the lists that the record may be of.
  [[nodiscard]] std::vector<std::size_t> listed_as(const results::Record& record) const;
  void add(const results::Record& record);
  void play(const results::Record& record);
  void go_on_until(Instant until);
  void take_effects();
  [[nodiscard]] watch::Moment moment() const { return {now_, wall_at_zero_ + to_us(now_)}; }
  static std::chrono::microseconds to_us(Instant instant) {
    return std::chrono::duration_cast<std::chrono::microseconds>(instant.time_since_epoch());
  }

  Loaded loaded_;
  const std::function<void(std::string_view line)>& print_;
  std::unordered_map<std::string, std::vector<std::size_t>> listed_;  // By place().
  std::unordered_map<std::string, watch::Monitor> monitors_;          // By key.
  std::unique_ptr<watch::Watch> watch_;
  Instant now_{std::chrono::hours{1}};
  WallTime wall_at_zero_{};
  WallTime first_{};
  std::uint64_t records_ = 0;
  std::uint64_t foreign_ = 0;
  std::uint64_t messages_ = 0;
};

Status Replay::each_record(const std::string& path,
                           const std::function<void(const results::Record&)>& on_record) {
  files::List list;
  if (Status opened = list.open({.path = path, .words = {}}); !opened.ok()) {
    return opened.behind(path);
  }
  if (!list.regular()) return Status::unusable(path + ": not a regular file");
  RecordReader reader;
  std::string line;
  while (true) {
    std::string_view octets;
    switch (list.read(octets)) {
      case files::List::Read::octets: break;
      case files::List::Read::nothing_yet: continue;
      case files::List::Read::end: return {};
      case files::List::Read::failed: return list.failure().behind(path);
    }
    for (std::size_t end = octets.find('\n'); end != std::string_view::npos;
         end = octets.find('\n')) {
      line.append(octets.substr(0, end));
      octets.remove_prefix(end + 1);
      if (reader.read(line)) on_record(reader.record());
      line.clear();
    }
    line.append(octets);
    if (line.size() > kLineOctetsMost) return Status::unusable(path + ": a line is too long");
  }
}

std::vector<std::size_t> Replay::listed_as(const results::Record& record) const {
  std::vector<std::size_t> all;
  for (const std::string& key :
       {place(record.target, record.port), place(to_string(record.ip), record.port)}) {
    if (const auto found = listed_.find(key); found != listed_.end()) {
      all.insert(all.end(), found->second.begin(), found->second.end());
    }
  }
  return all;
}

// The keys of the monitors that this record belongs to, each with its target of the lists.
void each_key(const results::Record& record, const Loaded& loaded,
              const std::vector<std::size_t>& listed,
              const std::function<void(std::string&& key, const Listed& target)>& on_key) {
  for (const std::size_t i : listed) {
    const Listed& target = loaded.targets[i];
    const std::string& group = loaded.settings.groups[target.group].name;
    const bool same_list = record.list.empty() || record.list == group ||
                           record.list == loaded.settings.groups[target.group].targets ||
                           record.list == loaded.settings.groups[target.group].domains;
    const Address& address = target.target.address;
    if (!same_list || (address.family != Family::none && address != record.ip)) continue;
    std::string key = key_of(group, target);
    const bool of_name = address.family == Family::none && !target.domain;
    if (of_name && record.ip.family != Family::none) key += ' ' + to_string(record.ip);
    on_key(std::move(key), target);
  }
}

void Replay::add(const results::Record& record) {
  ++records_;
  if (first_ == WallTime{} || record.at < first_) first_ = record.at;
  const std::vector<std::size_t> listed = listed_as(record);
  if (listed.empty()) ++foreign_;
  each_key(record, loaded_, listed, [&](std::string&& key, const Listed& its) {
    if (monitors_.contains(key)) return;
    watch::Monitor monitor;
    monitor.key = key;
    monitor.group = its.group;
    monitor.target = record.target;
    monitor.port = record.port;
    monitor.meta = its.target.meta();
    if (its.domain) {
      monitor.domain = record.domain.empty() ? record.target : record.domain;
    } else {
      monitor.address = record.ip;
      monitor.host = record.name;
    }
    monitors_.emplace(std::move(key), std::move(monitor));
  });
}

void Replay::play(const results::Record& record) {
  const Instant at{record.at - wall_at_zero_};
  if (at > now_) go_on_until(at);
  each_key(record, loaded_, listed_as(record), [&](std::string&& key, const Listed& listed) {
    const watch::MonitorId id = watch_->find(key);
    if (id == watch::kNoMonitor) return;
    const watch::Group& group = watch_->settings().groups[listed.group];
    watch_->on_result(id, watch::sample_of(record, group.page_on), moment());
  });
  watch_->turn(moment());
  take_effects();
}

// Everything that is due before that moment, in its order.
void Replay::go_on_until(Instant until) {
  constexpr Duration kStepLeast = std::chrono::milliseconds{1};
  while (now_ < until) {
    now_ = std::min(until, std::max(watch_->next(), now_ + kStepLeast));
    while (watch_->next_probe(moment())) continue;  // The records are the answers.
    while (const auto canary = watch_->next_canary(moment())) {
      watch_->on_canary(*canary, true, moment());
    }
    watch_->turn(moment());
    take_effects();
  }
}

void Replay::take_effects() {
  for (watch::Effects effects = watch_->take_effects(); !effects.empty();
       effects = watch_->take_effects()) {
    for (const watch::Send& send : effects.sends) {
      const watch::Channel& channel = watch_->settings().channels[send.channel];
      ++messages_;
      print_(fmt::format("{}  {:<16}  {}", timestamp(moment().wall).substr(0, 19) + 'Z',
                         channel.name, send.message.subject));
      watch_->on_delivered({.channel = send.channel,
                            .incident = send.message.incident,
                            .kind = send.message.kind,
                            .revision = send.message.revision,
                            .ok = true,
                            .text = {}},
                           moment());
    }
    if (!effects.sends.empty()) watch_->turn(moment());
  }
}

Status Replay::run(const std::string& path) {
  if (Status read = each_record(path, [this](const results::Record& record) { add(record); });
      !read.ok()) {
    return read;
  }
  if (records_ == 0) return Status::unusable(path + ": there is no record in it");
  wall_at_zero_ = first_ - to_us(now_);
  // What the checks would have found is not in the records.
  for (watch::Group& group : loaded_.settings.groups) group.checks = {};
  watch_ =
      std::make_unique<watch::Watch>(loaded_.settings, std::move(loaded_.zones),
                                     static_cast<std::uint32_t>(monitors_.size() + 1), 0, moment());
  watch_->restore({}, moment());
  std::vector<std::string> keys;
  for (const auto& [key, monitor] : monitors_) keys.push_back(key);
  std::ranges::sort(keys);  // So that the same file always gives the same messages.
  for (const std::string& key : keys) {
    watch::Monitor monitor = monitors_[key];
    watch_->add(std::move(monitor), std::hash<std::string>{}(key), moment());
  }
  watch_->end_of_monitors(moment());
  Status played = each_record(path, [this](const results::Record& record) { play(record); });
  if (played.ok()) go_on_until(now_ + kAfterwards);
  return played;
}

}  // namespace

Replayed replay(const std::string& config, const std::string& records,
                const std::function<void(std::string_view line)>& print) {
  Loading loading = load(config, {}, true, ring::wall_now());
  Replayed replayed{.problems = std::move(loading.problems), .failure = {}, .summary = {}};
  if (!loading.loaded) return replayed;
  const auto play = std::make_unique<Replay>(*std::move(loading.loaded), print);
  replayed.failure = play->run(records);
  replayed.summary = play->summary();
  return replayed;
}

}  // namespace mxsweep::monitor
