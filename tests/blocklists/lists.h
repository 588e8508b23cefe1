// SPDX-License-Identifier: MIT
// Blocklists in virtual time, without DNS: zones that a test defines, a resolver that caches for no
// time, and the loop of a caller.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/blocklists/listing.h"
#include "support/catch.h"

namespace mxsweep::blocklists {

inline Address at(std::string_view text) { return *parse_address(text); }

inline dns::Answer listed_as(std::initializer_list<std::string_view> addresses) {
  dns::Answer answer{.status = dns::LookupStatus::found};
  for (const std::string_view each : addresses) answer.addresses.push_back(at(each));
  return answer;
}

inline dns::Answer failed_as(dns::LookupStatus status) { return {.status = status}; }

inline Zone zone_for(Kind kind, std::string zone = "zen.example", std::string name = "zen") {
  Zone made;
  made.name = std::move(name);
  made.zone = std::move(zone);
  made.kinds.add(kind);
  return made;
}

// Answers by name; what is not here does not exist.
struct Lists {
  std::map<std::string, dns::Answer> names{};
  std::function<void(const std::string& name, dns::Answer& answer)> change{};  // May be empty.
  std::vector<std::string> asked{};

  // The entries of RFC 5782 section 5.
  Lists& tested(const Zone& zone) {
    if (zone.kinds.has(Kind::ip4))
      names[query_name(zone, at("127.0.0.2"))] = listed_as({"127.0.0.2"});
    if (zone.kinds.has(Kind::ip6)) {
      names[query_name(zone, at("::ffff:127.0.0.2"))] = listed_as({"127.0.0.2"});
    }
    if (zone.kinds.has(Kind::domain))
      names[query_name(zone, zone.listed)] = listed_as({"127.0.1.2"});
    return *this;
  }

  dns::Answer answer(const std::string& name) {
    asked.push_back(name);
    const auto found = names.find(name);
    dns::Answer answer =
        found != names.end() ? found->second : failed_as(dns::LookupStatus::nxdomain);
    if (change) change(name, answer);
    return answer;
  }
};

struct Caller {
  ZoneWatch watch;
  Lists& lists;
  Instant now{std::chrono::hours{100}};
  WallTime wall{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}};

  Caller(std::vector<Zone> zones, Lists& its_lists, DaySpent spent = {},
         Duration cached_most = kCachedMost)
      : watch(std::move(zones), std::move(spent), cached_most), lists(its_lists) {
    watch.on_time(now, wall);
  }

  void pass(Duration span) {
    now += span;
    wall += std::chrono::duration_cast<std::chrono::microseconds>(span);
    watch.on_time(now, wall);
  }
  void run_tests() {
    for (dns::Question question; watch.take_question(question);) {
      watch.on_answer(question.number, lists.answer(question.name));
    }
  }
  // One pass over what can be done now. False: there was nothing.
  bool turn(Listing& listing) {
    bool any = false;
    for (dns::Question question; listing.take_question(question); any = true) {
      listing.on_answer(question.number, lists.answer(question.name));
    }
    const std::uint64_t before = watch.changes();
    run_tests();
    return any || watch.changes() != before;
  }
  // As long as nothing but time is missing, time passes.
  ListingReport finish(Listing& listing) {
    for (int turns = 0; turns < 100; ++turns) {
      while (turn(listing)) {
      }
      if (listing.done()) return listing.report();
      REQUIRE(watch.next_time() != kNever);
      pass(std::max(watch.next_time() - now, Duration::zero()));
    }
    FAIL("the listing does not end");
    return {};
  }
  ListingReport look_up(std::string_view address) {
    Listing listing(watch, at(address));
    return finish(listing);
  }
  ListingReport look_up_domain(std::string_view domain) {
    Listing listing(watch, domain);
    return finish(listing);
  }
};

inline std::string json_of(const ListingReport& report) {
  std::string json;
  append_json(report, json);
  return json;
}

}  // namespace mxsweep::blocklists
