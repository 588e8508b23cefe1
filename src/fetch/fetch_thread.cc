// SPDX-License-Identifier: MIT
#include "fetch/fetch_thread.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "mxsweep/core/host_name.h"
#include "mxsweep/core/special_purpose.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::fetch {
namespace {

constexpr int kLongestWaitMs = 60'000;

// Names of DNS that no host should have, but that some have.
constexpr HostNameRule kHostRule = {.underscore = true, .hyphen_outside = true};

bool is_path(std::string_view path) {
  return path.starts_with('/') &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c <= '~' && c != '#'; });
}

// What an earlier address has shown of the server says more than what this machine lacks.
bool says_more(const Fetched& earlier, const Fetched& last) {
  return last.outcome == FetchOutcome::local && earlier.outcome != FetchOutcome::local;
}

}  // namespace

FetchThread::FetchThread(const FetcherOptions& options, int wake_descriptor, FetchShared& shared)
    : options_(options),
      wake_descriptor_(wake_descriptor),
      shared_(shared),
      multi_(::curl_multi_init()),
      lanes_(options.at_once, options.per_address) {}

FetchThread::~FetchThread() {
  for (const auto& [easy, number] : running_) ::curl_multi_remove_handle(multi_.get(), easy);
}

void FetchThread::wake() { ::curl_multi_wakeup(multi_.get()); }

void FetchThread::run() {
  while (!shared_.stop.load()) {
    take_requests();
    begin_downloads();
    int running = 0;
    ::curl_multi_perform(multi_.get(), &running);
    // What has ended makes room for others, which begin before anything is waited for.
    const bool ended = end_downloads();
    if (pass_results() || ended) continue;
    ::curl_multi_poll(multi_.get(), nullptr, 0, kLongestWaitMs, nullptr);
  }
}

void FetchThread::take_requests() {
  std::deque<Request> requests;
  {
    const std::lock_guard lock(shared_.lock);
    requests.swap(shared_.requests);
  }
  for (Request& request : requests) accept(std::move(request));
}

void FetchThread::accept(Request&& request) {
  if (!scan_host_name(request.host, kHostRule).faults.empty() || !is_path(request.path)) {
    return refuse(request, FetchOutcome::refused, "not a URL: " + request.host + request.path);
  }
  if (is_excluded(request.host) ||
      std::ranges::any_of(request.aliases, [this](auto& alias) { return is_excluded(alias); })) {
    return refuse(request, FetchOutcome::refused, "the name is excluded");
  }
  if (request.addresses.empty()) {
    return refuse(request, FetchOutcome::unreachable, "the name has no address");
  }
  std::vector<Address> addresses = allowed(request);
  if (addresses.empty()) {
    return refuse(request, FetchOutcome::refused,
                  "no address that may be visited: " + to_string(request.addresses.front()));
  }
  const std::uint64_t number = next_number_++;
  lanes_.add(number, addresses.front());
  jobs_.emplace(number, Job{.request = std::move(request), .addresses = std::move(addresses)});
}

bool FetchThread::is_excluded(std::string_view name) const {
  return options_.scope != nullptr &&
         options_.scope->verdict(name).standing == scope::Standing::excluded;
}

std::vector<Address> FetchThread::allowed(const Request& request) const {
  const bool own = options_.scope != nullptr &&
                   options_.scope->verdict(request.host).standing == scope::Standing::own;
  std::vector<Address> addresses;
  for (const Address& given : request.addresses) {
    const Address address = without_mapping(given);
    const bool known = std::ranges::find(addresses, address) != addresses.end();
    if (known || address.family == Family::none || !is_allowed(address, own)) continue;
    addresses.push_back(address);
    if (addresses.size() == kAddressesMax) break;
  }
  return addresses;
}

bool FetchThread::is_allowed(const Address& address, bool own_by_name) const {
  if (options_.scope == nullptr) return class_of(address) == AddressClass::global;
  return can_be_remote_host(address) &&
         options_.scope->verdict(address, own_by_name).standing != scope::Standing::excluded;
}

void FetchThread::refuse(const Request& request, FetchOutcome outcome, std::string why) {
  Fetched& fetched = results_.emplace_back();
  fetched.ticket = request.ticket;
  fetched.outcome = outcome;
  fetched.why = printable(why);
}

void FetchThread::begin_downloads() {
  while (const std::optional<std::uint64_t> number = lanes_.take()) {
    const auto found = jobs_.find(*number);
    INVARIANT(found != jobs_.end());
    Job& job = found->second;
    const Instant now = ring::now();
    if (job.begun == kNever) job.begun = now;
    const Address& address = job.addresses[job.at];
    if (silent_.contains(address, now)) {
      Download::Ended ended;
      ended.fetched.outcome = FetchOutcome::timeout;
      ended.fetched.address = address;
      ended.fetched.why =
          "not sent, because the last requests to " + to_string(address) + " had no answer in time";
      go_on(found, std::move(ended), now);
      continue;
    }
    const Duration left = std::max(Duration::zero(), options_.whole - (now - job.begun));
    job.download = std::make_unique<Download>(job.request, address, options_, left);
    running_.emplace(job.download->easy(), *number);
    ::curl_multi_add_handle(multi_.get(), job.download->easy());
  }
}

bool FetchThread::end_downloads() {
  bool some = false;
  int left = 0;
  while (const CURLMsg* message = ::curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // The message ends with its handle's removal.
    const auto running = running_.find(message->easy_handle);
    INVARIANT(running != running_.end());
    ::curl_multi_remove_handle(multi_.get(), running->first);
    const auto job = jobs_.find(running->second);
    running_.erase(running);
    on_end(job, code);
    some = true;
  }
  return some;
}

void FetchThread::on_end(Jobs::iterator job, CURLcode code) {
  Job& its = job->second;
  Download::Ended ended = its.download->ended(code);
  its.download.reset();
  const Instant now = ring::now();
  silent_.on_ended(its.addresses[its.at], ended.fetched.outcome == FetchOutcome::timeout, now);
  go_on(job, std::move(ended), now);
}

// The next address, or the end of the job.
void FetchThread::go_on(Jobs::iterator job, Download::Ended&& ended, Instant now) {
  Job& its = job->second;
  lanes_.end(its.addresses[its.at]);
  const bool in_time = now - its.begun < options_.whole;
  if (!ended.connected && its.at + 1 < its.addresses.size() && in_time) {
    if (its.at == 0 || !says_more(its.failure, ended.fetched)) its.failure = ended.fetched;
    lanes_.add(job->first, its.addresses[++its.at]);
    return;
  }
  const bool earlier = its.at > 0 && says_more(its.failure, ended.fetched);
  Fetched& fetched = results_.emplace_back(std::move(earlier ? its.failure : ended.fetched));
  fetched.ticket = its.request.ticket;
  fetched.took = now - its.begun;
  jobs_.erase(job);
}

bool FetchThread::pass_results() {
  if (results_.empty()) return false;
  {
    const std::lock_guard lock(shared_.lock);
    std::ranges::move(results_, std::back_inserter(shared_.results));
  }
  results_.clear();
  if (wake_descriptor_ >= 0) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_descriptor_, &one, sizeof one);
  }
  return true;
}

}  // namespace mxsweep::fetch
