// SPDX-License-Identifier: MIT
// Whether an address or a domain is on the configured blocklists. Pure.
//
//   Source    RFC 5782 section 2.
//   Shape     take_question() and on_answer() as of other machines. It may have no question at
//             present and not be done: it then waits for its ZoneWatch, for a test of the zone, or
//             for the zone's budget of a second. When ZoneWatch::changes() has another number, call
//             take_question() again: that may also make it done.
//             append_json() appends one object for each zone:
//               [{"zone":"zen","verdict":"listed","codes":["127.0.0.10"],"meaning":["PBL"]},
//                {"zone":"dbl","verdict":"query_error.open_resolver"},
//                {"zone":"own","verdict":"unknown","why":"unusable"}]
//             "why" is a word of Unasked, or of a lookup that failed.
//   Costs     what another Listing has asked before is answered by the resolver's cache, and costs
//             nothing of the budget: an address is asked for once a sweep, however many domains
//             lead to it.
//   Lifetime  the ZoneWatch outlives it.
//   Absence   is believed at once, unless it is doubted: then it counts, as a listing does, only
//             if a test that began after its answer passes: a list that has closed ends nothing.
//   Errors    DNS trouble, error codes and zones that do not pass their tests are never listings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/blocklists/reading.h"
#include "mxsweep/blocklists/zone_watch.h"
#include "mxsweep/core/address.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::blocklists {

struct ZoneResult {
  std::string zone;  // Zone::name
  Verdict verdict = Verdict::unknown;
  QueryError error = QueryError::none;  // Of a query_error.
  std::string_view why{};               // Of unknown.
  std::vector<std::uint32_t> codes{};   // Of a listing.
  std::vector<std::string> meaning{};   // Of these codes, each once; without those that have none.
  std::optional<FindingReport> finding{};

  // Whether it is known: what is not listed is not so.
  [[nodiscard]] bool answered() const {
    return verdict == Verdict::listed || verdict == Verdict::not_listed;
  }
};

struct ListingReport {
  std::vector<ZoneResult> zones{};  // Those with entries of the subject's kind.

  [[nodiscard]] FindingReports findings() const;
};

void append_json(const ListingReport& report, std::string& out);

class Listing {
 public:
  // An IPv4 address in an IPv6 one is asked for as the former.
  Listing(ZoneWatch& watch, const Address& address, bool absence_doubted = false);
  // Requires: dns::is_name(domain).
  Listing(ZoneWatch& watch, std::string_view domain, bool absence_doubted = false);

  [[nodiscard]] bool take_question(dns::Question& question);
  void on_answer(std::uint32_t number, const dns::Answer& answer);
  [[nodiscard]] bool done() const { return unsettled_ == 0; }
  [[nodiscard]] const ListingReport& report() const;  // Requires: done().

 private:
  struct Entry {
    enum class State : std::uint8_t { to_ask, asked, unconfirmed, settled };
    ZoneWatch::PartNumber part = 0;
    State state = State::to_ask;
    Unasked why = Unasked::none;
    Reading reading{};
    ZoneWatch::Ticket ticket = 0;
  };

  void begin(Kind kind);
  [[nodiscard]] std::string name_in(const Zone& zone) const;
  [[nodiscard]] std::string shown_in(const Zone& zone) const;
  void settle(Entry& entry, Unasked why);
  void judge_answers();
  void finish();
  void add_finding(const Zone& zone, const Entry& entry, ZoneResult& result);

  ZoneWatch* watch_;
  Address address_{};  // Family::none: the subject is domain_.
  std::string domain_;
  bool absence_doubted_ = false;
  std::uint64_t network_ = 0;
  std::vector<Entry> entries_;
  std::size_t unsettled_ = 0;
  ListingReport report_;
};

}  // namespace mxsweep::blocklists
