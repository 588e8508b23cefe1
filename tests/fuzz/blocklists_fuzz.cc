// SPDX-License-Identifier: MIT
// Whatever a blocklist answers, or a resolver in its place: a listing has only addresses of
// 127.0.0.0/8, none of which is an error code, and has passed a test; every lookup ends. Also
// whatever stands in the text of what was spent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/blocklists/budget.h"
#include "mxsweep/blocklists/listing.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::blocklists {
namespace {

constexpr std::string_view kAskedName = "example";  // What the responses of the corpus are about.

Zone fuzzed_zone() {
  Zone zone;
  zone.name = "zen";
  zone.zone = "zen.example";
  zone.kinds.add(Kind::ip4);
  zone.codes = {{0x7f000002, "SBL", Severity::error}, {0x7f00000a, "PBL", Severity::notice}};
  zone.errors = {{0x7f000063, QueryError::blocked}};
  return zone;
}

void check_listing(const Zone& zone, const dns::Answer& answer) {
  const Reading reading = read_answer(zone, answer);
  INVARIANT((reading.verdict == Verdict::listed) == !reading.codes.empty());
  INVARIANT((reading.verdict == Verdict::query_error) == (reading.error != QueryError::none));
  INVARIANT(reading.codes.size() <= kCodesMax);
  INVARIANT(std::is_sorted(reading.codes.begin(), reading.codes.end()));
  for (const std::uint32_t code : reading.codes) {
    INVARIANT(code >> 24U == 127 && code != 0x7f000001 && code >> 8U != 0x7fffff);
    INVARIANT(code != 0x7f000063 && code != 0x7f0001ff);
  }
}

// Each octet chooses an answer, or that time passes. `answer`: one of them.
void run_lookups(const Zone& zone, const dns::Answer& answer, std::string_view choices) {
  ZoneWatch watch({zone});
  Instant now{};
  WallTime wall{};
  std::vector<Listing> listings;
  listings.reserve(8);
  const auto answer_for = [&](char choice) {
    dns::Answer made;
    switch (static_cast<unsigned char>(choice) % 6) {
      case 0: return answer;
      case 1: made.status = dns::LookupStatus::nxdomain; return made;
      case 2:
      case 3:
        made.status = dns::LookupStatus::found;
        made.addresses = {ipv4(0x7f000002)};
        return made;
      default: made.status = dns::LookupStatus::timeout; return made;
    }
  };
  for (const char choice : choices.substr(0, 256)) {
    if (listings.size() < 8) {
      listings.emplace_back(watch, ipv4(0xc0000200U + (static_cast<std::uint32_t>(choice) << 8U)));
    }
    for (Listing& listing : listings) {
      dns::Question question;
      if (listing.take_question(question)) listing.on_answer(question.number, answer_for(choice));
    }
    dns::Question test;
    if (watch.take_question(test)) watch.on_answer(test.number, answer_for(choice));
    now += std::chrono::seconds{static_cast<unsigned char>(choice)};
    watch.on_time(now, wall);
  }
  watch.finish();
  // Whatever happened, a test that passes, or an answer to each, ends every lookup.
  for (int turns = 0; turns < 100; ++turns) {
    for (dns::Question test; watch.take_question(test);) {
      watch.on_answer(test.number, answer_for(test.number % 2 == 0 ? 2 : 1));
    }
    for (Listing& listing : listings) {
      for (dns::Question question; listing.take_question(question);) {
        listing.on_answer(question.number, answer_for(1));
      }
    }
    now += std::chrono::minutes{1};
    watch.on_time(now, wall);
  }
  for (const Listing& listing : listings) {
    INVARIANT(listing.done());
    std::string json;
    append_json(listing.report(), json);
    INVARIANT(!json.empty());
  }
}

}  // namespace
}  // namespace mxsweep::blocklists

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mxsweep;
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto spent = blocklists::read_spent(text)) {
    INVARIANT(blocklists::read_spent(blocklists::write_spent(*spent)) == *spent);
  }
  // The first octet says how many octets are choices; the response follows.
  const std::size_t choices = std::min<std::size_t>(data[0], size - 1);
  const dns::Answer answer =
      dns::read_response(text.substr(1 + choices), blocklists::kAskedName, dns::Type::a);
  const blocklists::Zone zone = blocklists::fuzzed_zone();
  blocklists::check_listing(zone, answer);
  blocklists::run_lookups(zone, answer, text.substr(1, choices));
  return 0;
}
