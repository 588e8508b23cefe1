// SPDX-License-Identifier: MIT
#include "serve/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/serve/query.h"

namespace mxsweep::serve {
namespace {

using Header = std::pair<std::string_view, std::string_view>;

constexpr std::array<Header, 5> kCommonHeaders{{
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
}};

std::string_view reason_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 421: return "Misdirected Request";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

Method method_of(std::string_view word) {
  if (word == "GET") return Method::get;
  if (word == "HEAD") return Method::head;
  return word == "POST" ? Method::post : Method::other;
}

bool read_target(std::string_view target, Request& request) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  std::optional<std::vector<std::string>> segments = read_path(target.substr(0, mark));
  auto query = read_members(target.substr(std::min(mark + 1, target.size())));
  if (!segments || !query) return false;
  request.segments = *std::move(segments);
  request.query = *std::move(query);
  request.path = request.segments.empty() ? "/" : "";
  for (const std::string& segment : request.segments) request.path += "/" + segment;
  return true;
}

// A page of another name that was pointed at this address must not be able to read ours.
bool is_own(std::string_view host, const Rules& rules, const Address& local) {
  if (host == "localhost" || std::ranges::find(rules.hosts, host) != rules.hosts.end()) return true;
  const std::optional<Address> address = parse_address(host);
  return address && without_mapping(*address) == without_mapping(local);
}

// How long the body is, if that is known. Two lengths, or a length beside an encoding, are how
// requests are smuggled past a proxy.
bool read_length(const Head& head, std::optional<std::uint64_t>& length) {
  if (head.lengths.size() + head.encodings > 1) return false;
  if (head.lengths.empty()) return true;
  const std::string& text = head.lengths.front();
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return false;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  length = error == std::errc{} ? value : UINT64_MAX;
  return true;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

Answer plain_answer(int status) {
  Answer answer;
  answer.status = status;
  answer.body = fmt::format("{} {}\n", status, reason_of(status));
  return answer;
}

void add_common_headers(Answer& answer) {
  for (const auto& [name, value] : kCommonHeaders) {
    const bool own = std::ranges::any_of(answer.headers, [name = name](const auto& header) {
      return same_word(header.first, name);
    });
    if (!own) answer.headers.emplace_back(name, value);
  }
}

std::optional<Answer> check(const Head& head, const Rules& rules, const Address& local,
                            Request& request) {
  request.method = method_of(head.method);
  if (request.method == Method::other) {
    Answer answer = plain_answer(405);
    answer.headers.emplace_back("Allow", "GET, HEAD, POST");
    return answer;
  }
  if (head.target_too_long) return plain_answer(414);
  if (head.hosts.size() != 1) return plain_answer(400);
  std::optional<std::string> host = read_host(head.hosts.front());
  std::optional<std::uint64_t> length;
  if (!host || !read_length(head, length) || !read_target(head.target, request)) {
    return plain_answer(400);
  }
  if (!is_own(*host, rules, local)) return plain_answer(421);
  if (length && *length > rules.body_octets_max) return plain_answer(413);
  request.host = *std::move(host);
  return std::nullopt;
}

}  // namespace mxsweep::serve
