// SPDX-License-Identifier: MIT
// A run that asks blocklists: keeps for the next one how many questions each was asked today. No
// other run may do so meanwhile.
//
//   Shape     open(), then blocklists() for NameOptions::shared and checks::Options. While they are
//             asked, the count is written every checks::kKeepEvery.
//   Threads   troubles() from any thread, all else from that which asks, or before and after it.
//   Lifetime  outlives the use of blocklists().
//   Secrets   nothing that is told of the lists has a key.
//   Errors    open(): a count that cannot be read, or that another run keeps. keep(): the count
//             cannot be written.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/checks/blocklists.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/dnsbl/lists.h"

namespace mxsweep::dnsbl {

class Count;

// How the troubles of lists begin, unlike that of the count.
inline constexpr std::string_view kTroubleOfList = "blocklist ";

class Run {
 public:
  // `cached_most`: the resolver keeps no answer for longer.
  explicit Run(Duration cached_most = blocklists::kCachedMost) : cached_most_(cached_most) {}

  // `present`: a run of this process that is to be replaced, and may have the same count; null:
  // there is none.
  Status open(Lists&& lists, const Run* present = nullptr);
  // Goes on with the day of that run, which asks nothing any more. Requires: open() had it.
  void take_over(const Run& present);
  Status keep();  // At the end, and at the start, to see whether it can be.

  [[nodiscard]] const std::shared_ptr<checks::Blocklists>& blocklists() const {
    return blocklists_;
  }
  [[nodiscard]] const Lists& lists() const { return lists_; }
  // Of each list: "zen: <key>.zen.example.org for ip4; at most 50000 questions ...; 12 today".
  [[nodiscard]] std::vector<std::string> lines() const;
  // At the end: a sentence for each list that is not usable, or whose budget is spent.
  [[nodiscard]] std::vector<std::string> notes() const;
  // What is wrong at present, of each list and of the count; an empty sentence: nothing.
  [[nodiscard]] std::map<std::string, std::string> troubles() const;

 private:
  void make(const blocklists::DaySpent& spent);
  void note(const Status& written);

  const Duration cached_most_;
  Lists lists_;
  std::shared_ptr<Count> count_;
  std::shared_ptr<checks::Blocklists> blocklists_;
  mutable std::mutex lock_;
  std::map<std::string, std::string> troubles_;
};

}  // namespace mxsweep::dnsbl
