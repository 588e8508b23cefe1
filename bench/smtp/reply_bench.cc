// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::smtp {
namespace {

constexpr std::string_view kKeywords[] = {
    "PIPELINING",
    "SIZE 104857600",
    "STARTTLS",
    "AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2",
    "ENHANCEDSTATUSCODES",
    "8BITMIME",
    "CHUNKING",
    "SMTPUTF8",
    "DSN",
    "LIMITS RCPTMAX=1000",
};

// A server's name, then keywords up to the number of lines; 8 lines are 203 octets.
std::string ehlo_reply(std::size_t lines) {
  std::string wire;
  for (std::size_t line = 1; line <= lines; ++line) {
    wire += line < lines ? "250-" : "250 ";
    wire += line == 1 ? "mx1.customers.example.net at your service, [192.0.2.10]"
                      : kKeywords[(line - 2) % std::size(kKeywords)];
    wire += "\r\n";
  }
  return wire;
}

void count(benchmark::State& state, const std::string& wire) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(wire.size()));
}

// Question: what does an EHLO reply in one piece cost, by its number of lines?
void read_ehlo_reply(benchmark::State& state) {
  const std::string wire = ehlo_reply(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    ReplyReader reader;
    const ReplyStatus status = reader.read(wire);
    benchmark::DoNotOptimize(reader);
    if (status != ReplyStatus::complete) {
      state.SkipWithError("the workload does not parse");
      break;
    }
  }
  count(state, wire);
}
BENCHMARK(read_ehlo_reply)->ArgName("lines")->Arg(1)->Arg(8)->Arg(32);

// Question: what does it cost in pieces of N octets?
void read_ehlo_reply_in_pieces(benchmark::State& state) {
  const std::string wire = ehlo_reply(8);
  const auto piece = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    ReplyReader reader;
    ReplyStatus status = ReplyStatus::need_more;
    for (std::size_t size = piece; status == ReplyStatus::need_more; size += piece) {
      status = reader.read(std::string_view(wire).substr(0, std::min(size, wire.size())));
    }
    benchmark::DoNotOptimize(reader);
    if (status != ReplyStatus::complete) {
      state.SkipWithError("the workload does not parse");
      break;
    }
  }
  count(state, wire);
}
BENCHMARK(read_ehlo_reply_in_pieces)->ArgName("octets")->Arg(1)->Arg(64)->Arg(4096);

// Question: what does the largest accepted reply cost if no octet of it is ASCII?
void read_eight_bit_flood(benchmark::State& state) {
  const std::string wire = "220 " + std::string(kReplyOctetsMax, '\xe4');
  for (auto _ : state) {
    ReplyReader reader;
    const ReplyStatus status = reader.read(wire);
    benchmark::DoNotOptimize(reader);
    if (status != ReplyStatus::too_long) {
      state.SkipWithError("the workload is not a flood");
      break;
    }
  }
  count(state, wire);
}
BENCHMARK(read_eight_bit_flood);

// Question: what does it cost to find a keyword on the reply's fourth line?
void find_starttls(benchmark::State& state) {
  const std::string wire = ehlo_reply(8);
  for (auto _ : state) {
    const bool found = offers(wire, "STARTTLS");
    if (!found) {
      state.SkipWithError("the workload offers no STARTTLS");
      break;
    }
  }
  count(state, wire);
}
BENCHMARK(find_starttls);

// Question: what does a search for an enhanced code cost if there is none?
void find_no_enhanced_code(benchmark::State& state) {
  const std::string wire = ehlo_reply(8);
  for (auto _ : state) {
    const EnhancedCode code = enhanced_code(wire);
    if (code) {
      state.SkipWithError("the workload has an enhanced code");
      break;
    }
  }
  count(state, wire);
}
BENCHMARK(find_no_enhanced_code);

}  // namespace
}  // namespace mxsweep::smtp
