// SPDX-License-Identifier: MIT
#include "mxsweep/message/received.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "message/comments.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/message/date.h"

namespace mxsweep::message {
namespace {

// ESMTPS, ESMTPSA, LMTPS, UTF8SMTPSA: RFC 3848.
bool means_tls(std::string_view with) {
  if (with.ends_with('A') || with.ends_with('a')) with.remove_suffix(1);
  constexpr std::string_view kEnd = "tps";  // Of SMTPS, LMTPS and HTTPS.
  return with.size() > kEnd.size() && same_word(with.substr(with.size() - kEnd.size()), kEnd);
}

// Exchange and Postfix have it in a comment: "(version=TLS1_3, …)", "(using TLSv1.3 with …)".
bool mentions_tls(std::string_view value) {
  return value.find("(version=TLS") != std::string_view::npos ||
         value.find("(using TLS") != std::string_view::npos;
}

}  // namespace

Hop read_received(std::string_view value) {
  Hop hop;
  const std::string bare = without_comments(value);
  const std::size_t end = find_unquoted(bare, ';');
  if (end != std::string::npos) hop.at = read_date(std::string_view(bare).substr(end + 1));
  std::string* next = nullptr;
  for_each_unquoted(std::string_view(bare).substr(0, end), ' ', [&](std::string_view word) {
    if (next != nullptr) {
      *next = std::string(word);
      next = nullptr;
    } else if (same_word(word, "from") && hop.from.empty()) {
      next = &hop.from;
    } else if (same_word(word, "by") && hop.by.empty()) {
      next = &hop.by;
    } else if (same_word(word, "with") && hop.with.empty()) {
      next = &hop.with;
    }
  });
  hop.tls = means_tls(hop.with) || mentions_tls(value);
  return hop;
}

std::vector<Hop> hops_of(const Headers& headers, std::optional<std::chrono::sys_seconds> sent) {
  std::vector<Hop> hops;
  for (const Field& field : headers.fields) {
    if (hops.size() == kHopsMax) break;
    if (same_word(field.name, "Received")) hops.push_back(read_received(field.value));
  }
  std::ranges::reverse(hops);
  std::optional<std::chrono::sys_seconds> before = sent;
  for (Hop& hop : hops) {
    if (hop.at && before) hop.delay = *hop.at - *before;
    if (hop.at) before = hop.at;
  }
  return hops;
}

bool has_clock_skew(const std::vector<Hop>& hops) {
  return std::ranges::any_of(
      hops, [](const Hop& hop) { return hop.delay && *hop.delay < std::chrono::seconds{-1}; });
}

}  // namespace mxsweep::message
