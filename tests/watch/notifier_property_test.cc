// SPDX-License-Identifier: MIT
// The three promises of the notifier in random worlds: incidents, silences, acknowledgements,
// receivers that fail or whose answers are lost, reloads, and crashes at any moment.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/watch/notifier.h"
#include "support/cases.h"
#include "support/catch.h"
#include "watch/notifier_scene.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr IncidentId kOpenMost = 12;

// What a receiver knows of one incident.
struct Known {
  bool open = false;  // An opening without an end.
  bool given_up = false;
  std::uint32_t openings = 0;
  std::uint32_t ends = 0;
  std::uint32_t doubles = 0;
  std::uint32_t lost = 0;  // Accepted, but the notifier cannot know.
  std::uint32_t revision = 0;
};

struct Flight {
  Send send;
  std::string channel;  // By name: a reload gives new numbers.
};

class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed)
      : random_(seed), scene_({"mail", "chat", "sms", "phone", "pager"}) {
    Settings& settings = scene_.settings;
    settings.channels[2].max_per_hour = 3;
    settings.channels[0].fallback = 3;
    settings.routes[0].to = {0, 1};
    settings.routes[0].reminder = hours{2};
    settings.routes[0].escalate.push_back({minutes{20}, {4}});
    Route critical;
    critical.match.severity = Severity::critical;
    critical.to = {2};
    settings.routes.push_back(critical);
    renumbered_ = settings;
    for (auto& channel : renumbered_.channels) {
      if (channel.fallback) channel.fallback = renumber(*channel.fallback);
    }
    std::reverse(renumbered_.channels.begin(), renumbered_.channels.end());
    for (Route& route : renumbered_.routes) {
      for (auto& channel : route.to) channel = renumber(channel);
      for (auto& step : route.escalate) {
        for (auto& channel : step.to) channel = renumber(channel);
      }
    }
    start();
  }

  void step() {
    switch (random_.below(16)) {
      case 0: open(); break;
      case 1: grow(); break;
      case 2: close(); break;
      case 3: acknowledge(); break;
      case 4: hold(); break;
      case 5:
        if (random_.below(4) == 0) reload();
        break;
      case 6:
        if (random_.below(3) == 0) crash();
        break;
      case 7: break_or_repair(); break;
      case 8:
      case 9:
      case 10: advance(); break;
      default: answer_one(); break;
    }
    turn();
    forget();
  }

  // All receivers work, nothing is held, and time goes on.
  void quiet() {
    broken_.clear();
    free_.insert(scene_.silenced.begin(), scene_.silenced.end());
    scene_.silenced.clear();
    notifier().on_holds_changed(scene_.now);
    settle();
    for (const auto& [id, incident] : scene_.incidents) {
      if (!incident.open()) continue;
      for (const ChannelNumber number : notifier().audience(incident)) {
        const std::string& channel = current().channels[number].name;
        const Known& known = known_[{id, channel}];
        if (known.given_up) continue;
        INFO(channel << " of incident " << id);
        CHECK(known.open);
        CHECK(known.revision == incident.revision);
      }
    }
    for (auto& [id, incident] : scene_.incidents) {
      if (!incident.open()) continue;
      ++incident.revision;
      incident.closed = scene_.now.wall;
      notifier().on_change(id, scene_.now);
    }
    settle();
    forget();
    CHECK(scene_.incidents.empty());
    CHECK(notifier().next() == kNever);
    for (const auto& [key, known] : known_) {
      if (known.given_up) continue;
      INFO(key.second << " of incident " << key.first);
      CHECK_FALSE(known.open);
      CHECK((known.openings > 0) == (known.ends > 0));
    }
  }

  std::uint64_t doubles() const {
    std::uint64_t sum = 0;
    for (const auto& [key, known] : known_) sum += known.doubles;
    return sum;
  }
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t crashes() const { return crashes_; }

 private:
  static ChannelNumber renumber(ChannelNumber channel) {
    return static_cast<ChannelNumber>(4 - channel);
  }
  Notifier& notifier() { return *scene_.notifier; }
  const Settings& current() const { return renumbered_now_ ? renumbered_ : scene_.settings; }

  void start() {
    scene_.notifier = std::make_unique<Notifier>(current(), scene_.world());
    std::vector<DeliveryRow> saved;
    for (const auto& [key, row] : scene_.rows) saved.push_back(row);
    notifier().restore(saved, scene_.now);
    for (const auto& each : scene_.incidents) notifier().on_change(each.first, scene_.now);
  }

  // One pick among the incidents; null: there are none.
  Incident* any() {
    if (scene_.incidents.empty()) return nullptr;
    auto at = scene_.incidents.begin();
    std::advance(at, random_.below(static_cast<std::uint32_t>(scene_.incidents.size())));
    return &at->second;
  }

  void open() {
    if (scene_.incidents.size() >= kOpenMost) return;
    const IncidentId id = ++last_;
    Incident& incident = scene_.incidents[id];
    incident.id = id;
    incident.opened = scene_.now.wall;
    incident.severity = random_.below(2) == 0 ? Severity::critical : Severity::warning;
    if (random_.below(3) == 0) scene_.silenced.insert(id);
    if (scene_.silenced.count(id) == 0) free_.insert(id);
    notifier().on_change(id, scene_.now);
  }
  void grow() {
    Incident* const incident = any();
    if (incident == nullptr || !incident->open()) return;
    ++incident->revision;
    if (random_.below(8) == 0) incident->acknowledged.reset();
    notifier().on_change(incident->id, scene_.now);
  }
  void close() {
    Incident* const incident = any();
    if (incident == nullptr || !incident->open() || random_.below(2) == 0) return;
    ++incident->revision;
    incident->closed = scene_.now.wall;
    notifier().on_change(incident->id, scene_.now);
  }
  void acknowledge() {
    Incident* const incident = any();
    if (incident == nullptr || !incident->open()) return;
    Acknowledgement acknowledgement;
    acknowledgement.until = scene_.now.wall + minutes(random_.below(300));
    incident->acknowledged = acknowledgement;
    notifier().on_change(incident->id, scene_.now);
  }
  void hold() {
    const Incident* const incident = any();
    if (incident == nullptr) return;
    if (scene_.silenced.erase(incident->id) == 0) scene_.silenced.insert(incident->id);
    if (scene_.silenced.count(incident->id) == 0) free_.insert(incident->id);
    notifier().on_holds_changed(scene_.now);
  }
  void break_or_repair() {
    const std::string& channel = scene_.settings.channels[random_.below(5)].name;
    if (broken_.erase(channel) == 0) broken_.insert(channel);
  }
  void reload() {
    renumbered_now_ = !renumbered_now_;
    notifier().reload(current(), scene_.now);
  }

  void advance() {
    constexpr Duration kAdvances[] = {milliseconds{1}, seconds{1}, seconds{7},
                                      minutes{1},      minutes{6}, minutes{40}};
    const Instant until = scene_.now.at + kAdvances[random_.below(6)];
    for (int i = 0; i < 50 && notifier().next() <= until; ++i) {
      scene_.now = scene_.now + (std::max(notifier().next(), scene_.now.at) - scene_.now.at);
      turn();
    }
    scene_.now = scene_.now + std::max(Duration{}, until - scene_.now.at);
  }

  void turn() {
    int turns = 0;
    while (notifier().next() <= scene_.now.at) {
      REQUIRE(++turns < 100);
      Effects effects;
      notifier().turn(scene_.now, effects);
      if (!settling_ && random_.below(300) == 0) {  // It dies before the commit.
        lose_uncommitted();
        restart();
        continue;
      }
      for (const Event& event : effects.events) {
        if (event.type == "internal") known_[{event.incident, event.channel}].given_up = true;
      }
      uncommitted_.clear();
      std::vector<Send> sends = std::exchange(effects.sends, {});
      scene_.commit(effects);
      for (Send& send : sends) {
        const std::string channel = current().channels[send.channel].name;
        for (const Flight& flight : flights_) {  // At most one of an incident and channel.
          const bool other = flight.channel != channel ||
                             flight.send.message.kind == MessageKind::digest ||
                             send.message.kind == MessageKind::digest ||
                             flight.send.message.incident != send.message.incident;
          if (!other) FAIL(channel << " has two messages of one incident in flight");
        }
        flights_.push_back({std::move(send), channel});
      }
    }
  }

  // What the receiver gets: "ID.REVISION.KIND", several of them in a digest.
  void receive(const Flight& flight, bool known_to_notifier) {
    std::istringstream items(flight.send.message.json);
    std::string item;
    ++accepted_;
    while (items >> item) {
      std::istringstream fields(item);
      IncidentId id = 0;
      std::uint32_t revision = 0;
      char dot = 0;
      std::string kind;
      fields >> id >> dot >> revision >> dot >> kind;
      Known& known = known_[{id, flight.channel}];
      INFO(flight.channel << " gets " << item);
      CHECK(free_.count(id) == 1);  // It was held all its life.
      CHECK(revision >= known.revision);
      if (kind == "opening") {
        if (known.open) ++known.doubles;
        ++known.openings;
        known.open = true;
      } else if (kind == "past") {
        CHECK((!known.open || known.lost > 0));
        ++known.openings;
        ++known.ends;
        known.open = false;
      } else if (kind == "closing") {
        CHECK((known.open || known.lost > 0));
        ++known.ends;
        known.open = false;
      } else {
        CHECK(known.open);
      }
      CHECK(known.doubles <= known.lost);
      known.revision = revision;
      uncommitted_.push_back({id, flight.channel});
      if (!known_to_notifier) ++known.lost;
    }
  }

  void answer_one() {
    if (flights_.empty()) return;
    const std::size_t at = random_.below(static_cast<std::uint32_t>(flights_.size()));
    const Flight flight = std::move(flights_[at]);
    flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(at));
    Delivered delivered;
    delivered.channel = flight.send.channel;
    delivered.incident = flight.send.message.incident;
    delivered.kind = flight.send.message.kind;
    delivered.revision = flight.send.message.revision;
    const bool works = broken_.count(flight.channel) == 0;
    delivered.ok = works && (settling_ || random_.below(8) != 0);
    if (!delivered.ok && !settling_) {
      delivered.permanent = random_.below(6) == 0;
      if (random_.below(10) == 0) delivered.retry_after = seconds(random_.below(600));
      delivered.text = "no";
    }
    // A connection that breaks after the message: accepted, and reported as an error.
    const bool lost = !delivered.ok && random_.below(8) == 0;
    if (delivered.ok || lost) receive(flight, delivered.ok);
    notifier().on_delivered(delivered, scene_.now);
  }

  // Answers that the notifier has, but that no commit has kept.
  void lose_uncommitted() {
    for (const auto& key : std::exchange(uncommitted_, {})) ++known_[key].lost;
  }
  void crash() {
    if (random_.below(2) == 0) turn();
    lose_uncommitted();
    // Some of what was in flight has arrived.
    for (const Flight& flight : flights_) {
      if (random_.below(4) == 0) receive(flight, false);
    }
    uncommitted_.clear();
    restart();
  }
  void restart() {
    ++crashes_;
    flights_.clear();
    if (random_.below(3) == 0) renumbered_now_ = !renumbered_now_;
    scene_.now = scene_.now + seconds(random_.below(100));
    start();
  }

  void forget() {
    for (auto at = scene_.incidents.begin(); at != scene_.incidents.end();) {
      if (at->second.open() || !notifier().settled(at->first)) {
        ++at;
        continue;
      }
      const IncidentId id = at->first;
      std::erase_if(scene_.rows, [&](const auto& row) { return row.first.first == id; });
      at = scene_.incidents.erase(at);
    }
  }

  void settle() {
    settling_ = true;
    const Instant end = scene_.now.at + hours{30};
    while (scene_.now.at < end) {
      turn();
      while (!flights_.empty()) {
        answer_one();
        turn();
      }
      const Instant next = notifier().next();
      if (next > end) break;
      scene_.now = scene_.now + (next - scene_.now.at);
    }
    settling_ = false;
  }

  Random random_;
  Scene scene_;
  Settings renumbered_;
  bool renumbered_now_ = false;
  bool settling_ = false;
  IncidentId last_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t crashes_ = 0;
  std::set<std::string> broken_;
  std::set<IncidentId> free_;  // Incidents that were not held at some time.
  std::vector<Flight> flights_;
  std::map<std::pair<IncidentId, std::string>, Known> known_;
  std::vector<std::pair<IncidentId, std::string>> uncommitted_;
};

TEST_CASE("the promises of the notifier hold in random worlds", "[watch][notifier][random]") {
  std::uint64_t accepted = 0;
  std::uint64_t crashes = 0;
  constexpr std::uint64_t kWorlds = cases_of(100);
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    INFO("seed " << seed);
    RandomWorld world(seed);
    for (int step = 0; step < 3000; ++step) world.step();
    world.quiet();
    accepted += world.accepted();
    crashes += world.crashes();
  }
  // The worlds are worth their name.
  CHECK(accepted > kWorlds * 100);
  CHECK(crashes > kWorlds * 10);
}

}  // namespace
}  // namespace mxsweep::watch
