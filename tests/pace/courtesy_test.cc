// SPDX-License-Identifier: MIT
#include "mxsweep/pace/courtesy.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/cases.h"
#include "support/catch.h"

namespace mxsweep::pace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Address address_in(std::uint8_t network, std::uint8_t host) {
  return ipv4(std::uint32_t{10} << 24U | std::uint32_t{network} << 8U | host);
}

// Workers with one Courtesy, in virtual time.
class Visits {
 public:
  explicit Visits(const CourtesyLimits& limits, std::uint32_t workers = 1)
      : courtesy(limits, workers), workers_(workers) {}

  // Returns the visit's number.
  std::uint32_t request(const Address& address, std::uint64_t operator_key = 0) {
    const auto number = static_cast<std::uint32_t>(tickets_.size());
    tickets_.push_back(kNoTicket);
    addresses_.push_back(address);
    courtesy.request(worker_of(address), number, address, operator_key, now);
    return number;
  }
  void end(std::uint32_t visit, Duration back_off = Duration::zero()) {
    courtesy.give_back(tickets_[visit], now, back_off);
  }
  // The numbers of the visits that may start now.
  std::vector<std::uint32_t> started() {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t worker = 0; worker < workers_; ++worker) {
      courtesy.advance(worker, now);
      while (const auto granted = courtesy.take_granted(worker)) {
        tickets_[granted->place] = granted->ticket;
        numbers.push_back(granted->place);
      }
    }
    return numbers;
  }
  [[nodiscard]] Instant next() const {
    Instant next = kNever;
    for (std::uint32_t worker = 0; worker < workers_; ++worker) {
      next = std::min(next, courtesy.next(worker));
    }
    return next;
  }
  [[nodiscard]] std::uint32_t worker_of(const Address& address) const {
    return static_cast<std::uint32_t>(hash(address) % workers_);
  }

  Courtesy courtesy;
  Instant now{seconds{1000}};

 private:
  std::uint32_t workers_;
  std::vector<Ticket> tickets_;
  std::vector<Address> addresses_;
};

using Numbers = std::vector<std::uint32_t>;

TEST_CASE("an address has one visit at a time, and rests after it", "[pace][courtesy]") {
  CourtesyLimits limits = kNoLimits;
  limits.per_address = 1;
  limits.rest = seconds{30};
  Visits visits(limits);
  const std::uint32_t first = visits.request(address_in(1, 1));
  const std::uint32_t second = visits.request(address_in(1, 1));
  const std::uint32_t other = visits.request(address_in(1, 2));
  CHECK(visits.started() == Numbers{first, other});
  CHECK(visits.next() == kNever);
  visits.now += seconds{5};
  visits.end(first);
  CHECK(visits.started().empty());
  CHECK(visits.next() == visits.now + seconds{30});
  visits.now += seconds{30} - Duration{1};
  CHECK(visits.started().empty());
  visits.now += Duration{1};
  CHECK(visits.started() == Numbers{second});
}

TEST_CASE("a visit that backs off makes its address rest for longer", "[pace][courtesy]") {
  CourtesyLimits limits = kNoLimits;
  limits.per_address = 1;
  limits.rest = seconds{30};
  Visits visits(limits);
  const std::uint32_t first = visits.request(address_in(1, 1));
  const std::uint32_t second = visits.request(address_in(1, 1));
  CHECK(visits.started() == Numbers{first});
  visits.end(first, seconds{900});
  CHECK(visits.next() == visits.now + seconds{900});
  visits.now += seconds{899};
  CHECK(visits.started().empty());
  visits.now += seconds{1};
  CHECK(visits.started() == Numbers{second});
}

TEST_CASE("no visit starts while its address rests, even if several may be open",
          "[pace][courtesy]") {
  CourtesyLimits limits = kNoLimits;
  limits.per_address = 2;
  limits.per_operator = 2;
  limits.rest = seconds{30};
  Visits visits(limits);
  const std::uint32_t first = visits.request(address_in(1, 1), 7);
  const std::uint32_t elsewhere = visits.request(address_in(2, 1), 7);
  const std::uint32_t second = visits.request(address_in(1, 1), 7);
  const std::uint32_t third = visits.request(address_in(1, 1), 7);
  CHECK(visits.started() == Numbers{first, elsewhere});
  visits.end(first);
  visits.end(elsewhere);  // Its place is free, but the address of the others rests.
  CHECK(visits.started().empty());
  visits.now += seconds{30};
  CHECK(visits.started() == Numbers{second, third});
}

TEST_CASE("visits of a network or an operator share its places", "[pace][courtesy]") {
  CourtesyLimits limits = kNoLimits;
  limits.per_prefix = 2;
  limits.per_operator = 3;
  Visits visits(limits);
  Numbers in_network;
  for (std::uint8_t i = 0; i < 4; ++i) in_network.push_back(visits.request(address_in(1, i)));
  CHECK(visits.started() == Numbers{in_network[0], in_network[1]});
  visits.end(in_network[1]);
  CHECK(visits.started() == Numbers{in_network[2]});
  Numbers of_operator;
  for (std::uint8_t i = 10; i < 15; ++i) {
    of_operator.push_back(visits.request(address_in(i, 1), 5));
  }
  CHECK(visits.started() == Numbers{of_operator[0], of_operator[1], of_operator[2]});
  visits.end(of_operator[0]);
  CHECK(visits.started() == Numbers{of_operator[3]});
}

TEST_CASE("networks are /24 and /48, and a mapped address is the IPv4 one", "[pace][courtesy]") {
  const auto network = [](const char* text) { return network_of(*parse_address(text)); };
  CHECK(network("192.0.2.1") == network("192.0.2.254"));
  CHECK(network("192.0.2.1") != network("192.0.3.1"));
  CHECK(network("2001:db8:1:2::3") == network("2001:db8:1:ffff::1"));
  CHECK(network("2001:db8:1::1") != network("2001:db8:2::1"));
  CHECK(network("::ffff:192.0.2.7") == network("192.0.2.1"));
}

TEST_CASE("an operator with a long queue does not hold up its neighbours in a network",
          "[pace][courtesy]") {
  CourtesyLimits limits = kNoLimits;
  limits.per_prefix = 4;
  limits.per_operator = 1;
  Visits visits(limits);
  const std::uint32_t open = visits.request(address_in(9, 1), 5);
  for (std::uint8_t i = 0; i < 100; ++i) visits.request(address_in(1, i), 5);
  const std::uint32_t neighbour = visits.request(address_in(1, 200), 6);
  CHECK(visits.started() == Numbers{open, neighbour});
}

TEST_CASE("a visit that needs two busy keys is passed by a few others only", "[pace][courtesy]") {
  CourtesyLimits limits = kNoLimits;
  limits.per_prefix = 1;
  limits.per_operator = 1;
  Visits visits(limits);
  // One of the two is always busy: visits to each of them queue up by themselves.
  std::uint32_t in_network = visits.request(address_in(1, 1));
  std::uint32_t of_operator = visits.request(address_in(2, 1), 5);
  CHECK(visits.started().size() == 2);
  const std::uint32_t both = visits.request(address_in(1, 2), 5);
  std::uint32_t passed = 0;
  for (bool granted = false; !granted; ++passed) {
    REQUIRE(passed <= kPassedMost + 2);
    const std::uint32_t next_in_network = visits.request(address_in(1, 1));
    const std::uint32_t next_of_operator = visits.request(address_in(2, 1), 5);
    visits.end(in_network);
    for (const std::uint32_t number : visits.started()) granted = granted || number == both;
    visits.end(of_operator);
    for (const std::uint32_t number : visits.started()) granted = granted || number == both;
    in_network = next_in_network;
    of_operator = next_of_operator;
  }
  CHECK(passed > 1);
}

TEST_CASE("a place that one worker gives back goes to another, which is to be woken",
          "[pace][courtesy]") {
  CourtesyLimits limits = kNoLimits;
  limits.per_prefix = 1;
  Courtesy courtesy(limits, 2);
  const Instant now{seconds{1}};
  courtesy.request(0, 10, address_in(1, 1), 0, now);
  courtesy.request(1, 20, address_in(1, 2), 0, now);
  CHECK(courtesy.to_wake() == Numbers{0});
  const auto first = courtesy.take_granted(0);
  REQUIRE(first.has_value());
  CHECK(first->place == 10);
  CHECK(!courtesy.has_granted(1));
  courtesy.give_back(first->ticket, now);
  CHECK(courtesy.to_wake() == Numbers{1});
  REQUIRE(courtesy.has_granted(1));
  CHECK(courtesy.take_granted(1)->place == 20);
}

TEST_CASE("nothing is kept of an address that has rested", "[pace][courtesy]") {
  Visits visits({});
  for (std::uint8_t i = 0; i < 250; ++i) visits.request(address_in(i, 1), 1 + i);
  for (const std::uint32_t number : visits.started()) visits.end(number);
  CHECK(visits.courtesy.addresses() == 250);
  CHECK(visits.next() == kNever);  // Nothing waits for a rest to end.
  visits.now += seconds{30};
  CHECK(visits.started().empty());
  CHECK(visits.courtesy.is_idle());
}

// What a sweep of random targets must never do, checked from outside.
class RandomSweep {
 public:
  explicit RandomSweep(std::uint64_t seed) : random_(seed), limits_(any_limits()) {}

  std::string run() {
    Visits visits(limits_, 1 + random_.below(4));
    const std::uint32_t count = 50 + random_.below(400);
    const std::uint32_t networks = 1 + random_.below(10);
    const std::uint32_t hosts = 1 + random_.below(20);
    const std::uint32_t operators = random_.below(8);
    while (ended_ < count) {
      if (all_.size() < count && random_.below(3) != 0) {
        const Address address = address_in(static_cast<std::uint8_t>(random_.below(networks)),
                                           static_cast<std::uint8_t>(random_.below(hosts)));
        const std::uint64_t operated = operators == 0 ? 0 : random_.below(operators + 1);
        all_.push_back({.address = address, .operated = operated});
        visits.request(address, operated);
      } else if (!ends_.empty()) {
        const auto first = ends_.begin();
        visits.now = std::max(visits.now, first->first);
        end(visits, first->second);
        ends_.erase(first);
      } else if (all_.size() == count) {
        if (visits.next() == kNever) return "a visit waits, and nothing will start it";
        visits.now = std::max(visits.now, visits.next());
      } else {
        visits.now += milliseconds{random_.below(40'000)};
      }
      for (const std::uint32_t number : visits.started()) start(visits, number);
      if (!wrong_.empty()) return wrong_;
      if (const std::string held = idle_place(visits); !held.empty()) return held;
    }
    visits.now += std::chrono::hours{24};
    visits.started();
    return visits.courtesy.is_idle() ? "" : "something is left when everything has ended";
  }

 private:
  struct Visit {
    Address address;
    std::uint64_t operated = 0;
    bool started = false;
  };

  CourtesyLimits any_limits() {
    return {.per_address = random_.below(3),
            .per_prefix = random_.below(5),
            .per_operator = random_.below(5),
            .rest = random_.below(2) == 0 ? Duration::zero() : milliseconds{random_.below(60'000)}};
  }

  void start(Visits& visits, std::uint32_t number) {
    Visit& visit = all_[number];
    visit.started = true;
    const auto over = [](std::uint32_t open, std::uint32_t cap) { return cap != 0 && open > cap; };
    if (over(++open_at_[visit.address], limits_.per_address)) wrong_ = "too many at an address";
    if (over(++open_in_[network_of(visit.address)], limits_.per_prefix)) {
      wrong_ = "too many in a network";
    }
    if (visit.operated != 0 && over(++open_of_[visit.operated], limits_.per_operator)) {
      wrong_ = "too many of an operator";
    }
    if (visits.now < rests_until_[visit.address]) wrong_ = "visited while it rests";
    for (std::uint32_t i = 0; i < number && limits_.per_address == 1; ++i) {
      if (!all_[i].started && all_[i].address == visit.address) wrong_ = "out of turn";
    }
    ends_.emplace(visits.now + milliseconds{random_.below(30'000)}, number);
  }

  void end(Visits& visits, std::uint32_t number) {
    const Visit& visit = all_[number];
    --open_at_[visit.address];
    --open_in_[network_of(visit.address)];
    if (visit.operated != 0) --open_of_[visit.operated];
    const Duration back_off =
        random_.below(10) == 0 ? Duration{milliseconds{random_.below(900'000)}} : Duration{};
    Instant& until = rests_until_[visit.address];
    until = std::max(until, visits.now + std::max(limits_.rest, back_off));
    visits.end(number, back_off);
    ++ended_;
  }

  // With a cap on one key only, a free place and a visit that it suits never stay apart. (With two,
  // places may be kept for a visit that was passed too often.)
  std::string idle_place(const Visits& visits) {
    if (limits_.per_prefix != 0 && limits_.per_operator != 0) return {};
    for (const Visit& visit : all_) {
      if (visit.started || visits.now < rests_until_[visit.address]) continue;
      const auto room = [](std::uint32_t open, std::uint32_t cap) {
        return cap == 0 || open < cap;
      };
      if (room(open_at_[visit.address], limits_.per_address) &&
          room(open_in_[network_of(visit.address)], limits_.per_prefix) &&
          (visit.operated == 0 || room(open_of_[visit.operated], limits_.per_operator))) {
        if (limits_.per_operator != 0 && limits_.per_address != 0) continue;
        return "a place is free, and a visit waits for it";
      }
    }
    return {};
  }

  Random random_;
  CourtesyLimits limits_;
  std::vector<Visit> all_;
  std::map<Address, std::uint32_t> open_at_;
  std::map<Address, std::uint32_t> open_in_;
  std::map<std::uint64_t, std::uint32_t> open_of_;
  std::map<Address, Instant> rests_until_;
  std::multimap<Instant, std::uint32_t> ends_;
  std::size_t ended_ = 0;
  std::string wrong_;
};

TEST_CASE("whatever the targets, caps and rests hold and every visit starts", "[pace][courtesy]") {
  for (std::uint64_t seed = 1; seed <= cases_of(300); ++seed) {
    INFO("seed " << seed);
    RandomSweep sweep(mix(seed));
    CHECK(sweep.run() == "");
  }
}

}  // namespace
}  // namespace mxsweep::pace
