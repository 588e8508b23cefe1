// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <string_view>

#include "mxsweep/probe/conversation.h"

namespace mxsweep::probe {
namespace {

constexpr std::string_view kGreeting = "220 mx.test ESMTP Postfix\r\n";
constexpr std::string_view kEhlo =
    "250-mx.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-ETRN\r\n250-AUTH GSSAPI NTLM\r\n"
    "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n";
constexpr std::string_view kQuit = "221 2.0.0 Bye\r\n";

// Question: what does a conversation in clear text cost beside the kernel, with its record?
void converse(benchmark::State& state) {
  const Plan plan("scanner.test");
  targets::Target target;
  target.set_words("192.0.2.1", "mx.test", {});
  for (auto _ : state) {
    Conversation conversation(plan, target);
    Instant now{std::chrono::seconds{1000}};
    (void)conversation.on_started(now);
    (void)conversation.on_connected(now);
    for (const std::string_view reply : {kGreeting, kEhlo, kQuit}) {
      (void)conversation.on_bytes(reply, now += std::chrono::milliseconds{1});
    }
    if (!conversation.on_closed(now).done) {
      state.SkipWithError("the conversation does not end");
      break;
    }
    results::Record record = conversation.observation().record(target.name());
    benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(state.iterations());  // conversations
}
BENCHMARK(converse);

}  // namespace
}  // namespace mxsweep::probe
