// SPDX-License-Identifier: MIT
// Any octets as what we read of an HTTP request: the first line as method and target, the second as
// Host, the third as Authorization, the rest as a form.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/percent.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/metrics/exposition.h"
#include "mxsweep/serve/credentials.h"
#include "mxsweep/serve/encoding.h"
#include "mxsweep/serve/query.h"
#include "mxsweep/tls/signed_link.h"
#include "serve/checks.h"

namespace {

using namespace mxsweep;
using namespace mxsweep::serve;

constexpr std::string_view kToken = "a secret";
constexpr WallTime kNow{std::chrono::seconds{1'795'000'000}};

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t octets = octets_of_character(text);
    if (octets == 0) return false;
    text.remove_prefix(octets);
  }
  return true;
}

void check_path(std::string_view path) {
  const auto segments = read_path(path);
  if (!segments) return;
  INVARIANT(segments->size() <= kSegmentsMax);
  std::string again = segments->empty() ? "/" : "";
  for (const std::string& segment : *segments) {
    INVARIANT(!segment.empty() && segment != "." && segment != "..");
    INVARIANT(is_utf8(segment));
    INVARIANT(std::ranges::none_of(segment, [](char c) {
      return c == '/' || c == '\\' || c == '\x7f' || static_cast<unsigned char>(c) < 0x20;
    }));
    again += "/" + percent_encoded(segment);
  }
  INVARIANT(read_path(again) == segments);
}

void check_members(std::string_view text) {
  const auto members = read_members(text);
  if (!members) return;
  INVARIANT(members->size() <= kMembersMax);
  std::string again;
  for (const auto& [name, value] : *members) {
    INVARIANT(is_utf8(name) && is_utf8(value));
    INVARIANT((name + value).find('\0') == std::string::npos);
    again += percent_encoded(name) + "=" + percent_encoded(value) + "&";
  }
  INVARIANT(read_members(again) == members);
}

void check_credentials(std::string_view authorization) {
  const Proof proof = proof_of(authorization, kToken);
  INVARIANT((proof == Proof::none) == authorization.empty());
  // The token, or its base64 behind a user, is in what proves it.
  if (proof == Proof::bearer) {
    INVARIANT(authorization.find(kToken) != std::string_view::npos);
  }
}

// `header`: as Accept-Encoding and as If-None-Match.
void check_encoding(std::string_view header) {
  if (takes_gzip(header)) INVARIANT(header.find_first_of("zZ*") != std::string_view::npos);
  Answer answer;
  answer.body = "a page";
  add_tag(answer);
  const int status = fitted(std::move(answer), false, header).status;
  INVARIANT(status == 200 || (status == 304 && header.find_first_of("\"*") != std::string::npos));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string_view target = next_line(text);
  const std::string_view method = target.substr(0, std::min(target.find(' '), target.size()));
  target.remove_prefix(std::min(method.size() + 1, target.size()));
  const std::string_view host = next_line(text);
  const std::string_view authorization = next_line(text);

  check_path(target);
  check_members(text);
  check_credentials(authorization);
  static_cast<void>(metrics::format_for(authorization));
  check_encoding(authorization);
  if (const auto name = read_host(host)) {
    INVARIANT(!name->empty() && name->find_first_of("/@\\ ") == std::string::npos);
  }

  Head head;
  head.method = method;
  head.target = target;
  head.hosts.emplace_back(host);
  head.lengths.emplace_back(text.substr(0, 20));
  Request request;
  const Rules rules{.hosts = {"status.example.org"}, .body_octets_max = 1000};
  const Address local = *parse_address("127.0.0.1");
  if (check(head, rules, local, request)) head.lengths.clear();
  if (!check(head, rules, local, request)) {
    INVARIANT(request.path.starts_with('/'));
    INVARIANT(request.host == "status.example.org" || request.host == "localhost" ||
              parse_address(request.host).has_value());
    INVARIANT(!is_signed(request, kNow, "a key"));
    Request own;
    own.path = request.path;
    const auto members =
        read_members(tls::signed_query(own.path, kNow + std::chrono::hours{1}, "a key"));
    INVARIANT(members.has_value());
    own.query = *members;
    INVARIANT(is_signed(own, kNow, "a key"));
  }
  return 0;
}
