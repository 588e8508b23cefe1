// SPDX-License-Identifier: MIT
// Decides whether the configured blocklists may be asked, and whether their listings count. Pure.
//
//   Source    RFC 5782 section 5: 127.0.0.2 and ::FFFF:7F00:2 are always listed, 127.0.0.1 and
//             ::FFFF:7F00:1 never; of a list of domains TEST is, and INVALID is not.
//   Shape     a machine like the others, for the self-tests, and never done: take_question() and
//             on_answer(). Besides on_time() in each turn. Listings (listing.h) ask it for leave.
//             A zone that has entries of several kinds is tested, and judged, for each.
//   Tests     one before the first question, one every kTestEvery while the zone is asked, and one
//             after finish(). A listing counts only if a test that began after its answer passes,
//             and so does an absence that is doubted: such a test begins kConfirmAfter after the
//             last one, and after finish() at once. A test is no fresher than the caches of the
//             resolvers on its way allow.
//   Share     if more than half of more than kShareLeast networks (/24, /48, domains) are listed,
//             the zone is suspended for the day: a list that has closed may answer so.
//   Budget    of a zone, a day (UTC) and a second. What the resolver's cache answers costs nothing:
//             a name counts again when its answer has expired there. A tenth is for tests alone.
//   Lifetime  outlives the Listings that use it. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/blocklists/budget.h"
#include "mxsweep/blocklists/reading.h"
#include "mxsweep/blocklists/zone.h"
#include "mxsweep/core/generation_cache.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::blocklists {

inline constexpr Duration kTestEvery = std::chrono::minutes{10};
inline constexpr Duration kTestAgainAfterTrouble = std::chrono::minutes{1};
inline constexpr Duration kConfirmAfter = std::chrono::seconds{10};
inline constexpr std::uint32_t kFailuresLeast = 3;
inline constexpr std::size_t kShareLeast = 20;
// The resolver's own bound for what it keeps, however long a TTL is.
inline constexpr Duration kCachedMost = std::chrono::hours{3};
// Then counting begins anew, so that a list that closes is noticed among many earlier answers.
inline constexpr std::size_t kShareMost = 256;

// How many of the questions of a day are for tests alone.
[[nodiscard]] std::uint32_t tests_reserve(const Zone& zone);

enum class ZoneState : std::uint8_t { untested, usable, unusable, suspended };
[[nodiscard]] std::string_view to_string(ZoneState state);

// Why a subject was not asked, or its listing does not count.
enum class Unasked : std::uint8_t {
  none,
  untested,    // The self-test had no answer.
  unusable,    // It failed.
  suspended,   // Most of what was asked is listed.
  unverified,  // There was a listing; the test that followed did not pass.
  budget,      // That of the day is spent.
  too_long,    // The name would be too long for DNS.
};
[[nodiscard]] std::string_view to_string(Unasked why);

// Of one zone, for one kind of entries.
struct ZoneReport {
  std::string zone;   // Zone::name
  std::string shown;  // shown_zone()
  Kind kind = Kind::ip4;
  ZoneState state = ZoneState::untested;
  std::string_view fault{};       // Why it is not usable: a word; else empty.
  std::uint64_t asked = 0;        // Subjects, in this run.
  std::uint64_t listed = 0;       // Those that had an entry,
  std::uint64_t withdrawn = 0;    // and those of them that no test has confirmed.
  std::uint64_t over_budget = 0;  // Subjects that were not asked because it is spent,
  bool is_spent = false;          // and whether that was so today.
  std::uint32_t failed = 0;       // Tests in a row.

  // Whether it is more than a test without an answer or two, as a network may cause.
  [[nodiscard]] bool is_faulty() const {
    return state == ZoneState::unusable || state == ZoneState::suspended ||
           failed >= kFailuresLeast;
  }
};

class ZoneWatch {
 public:
  // `spent`: what earlier runs of the day have used up. `cached_most`: the resolver keeps no answer
  // for longer. Requires: at most kZonesMax zones.
  explicit ZoneWatch(std::vector<Zone> zones, DaySpent spent = {},
                     Duration cached_most = kCachedMost);

  void on_time(Instant now, WallTime wall);
  [[nodiscard]] Instant next_time() const;  // When to call on_time() next; kNever: no need.
  [[nodiscard]] bool take_question(dns::Question& question);
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  // No more subjects are to come: tests that are due do not wait.
  void finish() { finishing_ = true; }
  [[nodiscard]] bool quiet() const;  // No test is open or due.
  // Another number: Listings that are not done may have a question, or be done now.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

  [[nodiscard]] const DaySpent& spent() const { return spent_; }
  [[nodiscard]] std::vector<ZoneReport> reports() const;

  // For Listings. A part is a zone with one of its kinds.
  using PartNumber = std::uint32_t;
  [[nodiscard]] std::size_t parts() const { return parts_.size(); }
  [[nodiscard]] const Zone& zone_of(PartNumber part) const { return zones_[parts_[part].zone]; }
  [[nodiscard]] Kind kind_of(PartNumber part) const { return parts_[part].kind; }

  enum class Leave : std::uint8_t { granted, later, refused };
  struct Permit {
    Leave leave = Leave::refused;
    Unasked why = Unasked::none;  // Of refused.
  };
  [[nodiscard]] Permit ask(PartNumber part, const std::string& name);

  // The number of the last test that had begun when a listing was read.
  using Ticket = std::uint64_t;
  // `network`: the same number for subjects of one network.
  Ticket on_reading(PartNumber part, const std::string& name, const dns::Answer& answer,
                    const Reading& reading, std::uint64_t network);
  // What was read last is to be confirmed by a test, though it is no listing.
  void want_test(PartNumber part);
  enum class Judgement : std::uint8_t { waiting, confirmed, withdrawn };
  [[nodiscard]] Judgement judge(PartNumber part, Ticket ticket) const;

 private:
  struct Part {
    std::uint32_t zone = 0;
    Kind kind = Kind::ip4;
    ZoneState state = ZoneState::untested;
    std::string_view fault{};
    std::uint32_t failed = 0;  // Tests in a row.
    bool wanted = false;       // There was a question since the last test began.
    bool asked_since = false;  // And one was granted.
    bool doubted = false;      // And its answer is to be confirmed.
    Instant begun_at{};        // Of the last test.
    std::uint64_t begun = 0;   // Tests.
    std::uint64_t ended = 0;   // The last one may be open.
    std::uint64_t passed = 0;  // Bit i: the i-th last of the ended tests passed.
    std::uint8_t to_ask = 0;   // Bits of the open test's two questions.
    std::uint8_t to_answer = 0;
    std::array<Reading, 2> readings{};
    std::uint64_t listings_new = 0;                      // Read since the last test began.
    std::uint64_t listings_covered = 0;                  // The open test decides about them.
    std::unordered_map<std::uint64_t, bool> networks{};  // Listed or not.
    std::size_t networks_listed = 0;
    std::uint64_t asked = 0;
    std::uint64_t listed = 0;
    std::uint64_t withdrawn = 0;
    std::uint64_t over_budget = 0;
    bool is_spent = false;
  };
  struct Account {
    Instant next{};  // When the next question may be sent, if all before came evenly.
  };

  [[nodiscard]] Instant due_at(const Part& part) const;
  void begin_test(Part& part);
  void conclude(Part& part);
  void end_tests(Part& part, bool passed);
  void withdraw(Part& part);
  Permit refuse_for_budget(Part& part);
  void count(Part& part, std::uint64_t network, bool listed);
  [[nodiscard]] std::string test_name(const Part& part, bool listed) const;
  [[nodiscard]] bool is_cached(const std::string& name);
  void expect_cached(const std::string& name, Duration span);
  void charge(std::uint32_t zone, const std::string& name);
  [[nodiscard]] Instant slot_at(std::uint32_t zone) const;

  std::vector<Zone> zones_;
  std::vector<Part> parts_;
  std::vector<Account> accounts_;  // As zones_.
  DaySpent spent_;                 // Its zones are zones_, in that order.
  Duration cached_most_;
  GenerationCache<std::uint64_t, Instant> cached_;  // Until when, by the hash of the name.
  Instant now_{};
  Instant slot_wanted_ = kNever;  // The first slot that a subject waits for.
  std::uint64_t changes_ = 0;
  bool finishing_ = false;
};

// A JSON array, one object for each zone and kind.
void append_json(const std::vector<ZoneReport>& reports, std::string& out);
// Of the zones that are not usable.
[[nodiscard]] FindingReports findings_of(const std::vector<ZoneReport>& reports);

}  // namespace mxsweep::blocklists
