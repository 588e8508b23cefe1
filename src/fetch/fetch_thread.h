// SPDX-License-Identifier: MIT
// The Fetcher's thread: which request is next, its addresses one after the other, and the waiting
// for all that are under way.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "fetch/download.h"
#include "fetch/lanes.h"
#include "fetch/silent_addresses.h"
#include "mxsweep/fetch/fetcher.h"

namespace mxsweep::fetch {

// What the two threads share.
struct FetchShared {
  std::atomic<bool> stop = false;
  std::mutex lock;
  std::deque<Request> requests;
  std::deque<Fetched> results;
};

class FetchThread {
 public:
  FetchThread(const FetcherOptions& options, int wake_descriptor, FetchShared& shared);
  ~FetchThread();
  FetchThread(const FetchThread&) = delete;
  FetchThread& operator=(const FetchThread&) = delete;

  [[nodiscard]] bool good() const { return multi_ != nullptr; }
  void run();   // Until shared.stop.
  void wake();  // From the other thread.

 private:
  struct Job {
    Request request;
    std::vector<Address> addresses;  // That may be visited.
    std::size_t at = 0;              // Of them, the one that is tried.
    Instant begun = kNever;
    std::unique_ptr<Download> download{};
    Fetched failure{};  // Of an earlier address.
  };
  using Jobs = std::map<std::uint64_t, Job>;

  void take_requests();
  void accept(Request&& request);
  void begin_downloads();
  bool end_downloads();  // Whether some have ended.
  void on_end(Jobs::iterator job, CURLcode code);
  void go_on(Jobs::iterator job, Download::Ended&& ended, Instant now);
  void refuse(const Request& request, FetchOutcome outcome, std::string why);
  [[nodiscard]] bool is_excluded(std::string_view name) const;
  [[nodiscard]] std::vector<Address> allowed(const Request& request) const;
  [[nodiscard]] bool is_allowed(const Address& address, bool own_by_name) const;
  bool pass_results();  // Whether there were any.

  const FetcherOptions options_;
  const int wake_descriptor_;
  FetchShared& shared_;
  Multi multi_;
  Lanes lanes_;
  SilentAddresses silent_;
  Jobs jobs_;
  std::uint64_t next_number_ = 0;
  std::map<CURL*, std::uint64_t> running_;
  std::vector<Fetched> results_;  // To be passed on.
};

}  // namespace mxsweep::fetch
