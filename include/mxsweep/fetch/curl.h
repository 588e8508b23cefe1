// SPDX-License-Identifier: MIT
// libcurl's handles as owning values, and what every use of them here has in common.
//
//   Source    libcurl-easy(3), libcurl-multi(3), curl_global_init(3).
//   Lifetime  a List outlives the Easy that was given it, an Easy is removed from its Multi before
//             either of them ends.
//   Errors    new_easy() aborts without memory, as operator new would end the program.
#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/time.h"

namespace mxsweep::fetch {

struct EndEasy {
  void operator()(CURL* easy) const { ::curl_easy_cleanup(easy); }
};
struct EndMulti {
  void operator()(CURLM* multi) const { ::curl_multi_cleanup(multi); }
};
struct EndList {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EndEasy>;
using Multi = std::unique_ptr<CURLM, EndMulti>;
using List = std::unique_ptr<curl_slist, EndList>;

// Once in a process, before any handle is made. False: libcurl does not start.
[[nodiscard]] inline bool start_library() {
  static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  return ready == CURLE_OK;
}

[[nodiscard]] inline Easy new_easy() {
  Easy easy(::curl_easy_init());
  INVARIANT(easy != nullptr);
  return easy;
}

inline void append(List& list, const std::string& text) {
  curl_slist* const longer = ::curl_slist_append(list.get(), text.c_str());
  INVARIANT(longer != nullptr);
  [[maybe_unused]] curl_slist* const same = list.release();
  list.reset(longer);
}

// An option that this libcurl has, so that it cannot fail.
template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  ::curl_easy_setopt(easy, option, value);
}

// At least one: libcurl takes zero for its default, or for no limit.
[[nodiscard]] inline long milliseconds(Duration span) {
  return static_cast<long>(
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(span).count()));
}

// As in a URL.
[[nodiscard]] inline std::string bracketed(const Address& address) {
  const std::string text = to_string(address);
  return address.family == Family::ipv6 ? "[" + text + "]" : text;
}

}  // namespace mxsweep::fetch
