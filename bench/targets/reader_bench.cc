// SPDX-License-Identifier: MIT
// Question: what does it cost to read a list into targets, for each form of line?
#include <benchmark/benchmark.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "mxsweep/targets/reader.h"

namespace {

using mxsweep::targets::BadLine;
using mxsweep::targets::Reader;
using mxsweep::targets::Target;

constexpr std::int64_t kLines = 10'000;
constexpr std::size_t kBlockOctets = 64 * 1024;  // The block size of files: some lines are cut.

void read_list(benchmark::State& state, std::string_view list, std::int64_t expected) {
  for (auto _ : state) {
    Reader reader({25});
    Target target;
    BadLine bad;
    std::int64_t targets = 0;
    std::string_view rest = list;
    bool at_end = false;
    while (!at_end) {
      switch (reader.next(target, bad)) {
        case Reader::Next::target:
          benchmark::DoNotOptimize(target.address.octets.data());
          ++targets;
          break;
        case Reader::Next::bad_line: break;
        case Reader::Next::need_more:
          if (rest.empty()) {
            reader.finish();
          } else {
            reader.feed(rest.substr(0, kBlockOctets));
            rest.remove_prefix(std::min(rest.size(), kBlockOctets));
          }
          break;
        case Reader::Next::not_a_list:
        case Reader::Next::end: at_end = true; break;
      }
    }
    if (targets != expected) {
      state.SkipWithError("the list did not yield the targets that it holds");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * expected);          // targets
  state.SetBytesProcessed(state.iterations() * std::ssize(list));  // octets
}

template <typename Write>
std::string list_of(Write write) {
  std::string list;
  for (std::int64_t i = 0; i < kLines; ++i) {
    const std::string address = std::to_string(10 + i % 200) + '.' + std::to_string(i / 256 % 256) +
                                '.' + std::to_string(i % 256) + ".7";
    list += write(address) + '\n';
  }
  return list;
}

void ipv4_lines(benchmark::State& state) {
  read_list(state, list_of([](const std::string& address) { return address; }), kLines);
}
BENCHMARK(ipv4_lines);

void ipv4_lines_with_port(benchmark::State& state) {
  read_list(state, list_of([](const std::string& address) { return address + ":587"; }), kLines);
}
BENCHMARK(ipv4_lines_with_port);

void json_lines_with_meta(benchmark::State& state) {
  const std::string list = list_of([](const std::string& address) {
    return R"({"target":")" + address + R"(","port":465,"tls":"implicit",)" +
           R"("name":"mail.example.net","meta":{"rack":"b7","owner":"ops"}})";
  });
  read_list(state, list, kLines);
}
BENCHMARK(json_lines_with_meta);

void one_prefix(benchmark::State& state) { read_list(state, "10.1.0.0/16\n", 65536); }
BENCHMARK(one_prefix);

}  // namespace
