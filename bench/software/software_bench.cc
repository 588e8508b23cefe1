// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "mxsweep/software/software.h"

namespace mxsweep::software {
namespace {

constexpr std::string_view kPostfixEhlo =
    "250-mx1.example.net\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n"
    "250-STARTTLS\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n"
    "250 CHUNKING\r\n";
constexpr std::string_view kExchangeEhlo =
    "250-mail.example.net Hello [192.0.2.10]\r\n250-SIZE 37748736\r\n250-PIPELINING\r\n"
    "250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n250-X-ANONYMOUSTLS\r\n"
    "250-AUTH NTLM\r\n250-X-EXPS GSSAPI NTLM\r\n250-8BITMIME\r\n250-BINARYMIME\r\n"
    "250-CHUNKING\r\n250 XRDST\r\n";

const Table& table() {
  static const Table built_in;
  return built_in;
}

// `product`: what is expected; empty: nothing.
void identify(benchmark::State& state, const Evidence& evidence, std::string_view product) {
  const Table& compiled = table();
  for (auto _ : state) {
    const std::optional<Software> found = compiled.identify(evidence);
    benchmark::DoNotOptimize(found);
    if ((found ? found->product : std::string_view()) != product) {
      state.SkipWithError("another product than expected");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

// Question: what does a conversation pay, by what answers?
BENCHMARK_CAPTURE(identify, postfix,
                  {.greeting = "220 mx1.example.net ESMTP Postfix (Debian/GNU)\r\n",
                   .ehlo = kPostfixEhlo},
                  "Postfix");
BENCHMARK_CAPTURE(identify, exim,
                  {.greeting = "220 mx1.example.net ESMTP Exim 4.96 Sun, 22 Nov 2026 10:15:00 "
                               "+0000\r\n",
                   .ehlo = "250-mx1.example.net Hello scanner.example.net [192.0.2.10]\r\n"},
                  "Exim");
BENCHMARK_CAPTURE(identify, gmail,
                  {.greeting = "220 mx.google.com ESMTP 5b1f17b1804b1-43b3a5si10211165e9.120 "
                               "- gsmtp\r\n",
                   .ehlo = "250-mx.google.com at your service, [192.0.2.10]\r\n"},
                  "Gmail");
BENCHMARK_CAPTURE(identify, exchange,
                  {.greeting = "220 mail.example.net Microsoft ESMTP MAIL Service ready at Sun, "
                               "22 Nov 2026 10:15:00 +0000\r\n",
                   .ehlo = kExchangeEhlo},
                  "Microsoft Exchange");
BENCHMARK_CAPTURE(identify, postfix_by_its_extensions,
                  {.greeting = "220 mx1.example.net ESMTP\r\n", .ehlo = kPostfixEhlo}, "Postfix");
BENCHMARK_CAPTURE(identify, unknown,
                  {.greeting = "220 mx1.example.net ESMTP service ready\r\n",
                   .ehlo = "250-mx1.example.net\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n"
                           "250-8BITMIME\r\n250 PIPELINING\r\n"},
                  "");
constexpr std::string_view kTooMany =
    "421 4.7.0 mx1.example.net Error: too many connections from 192.0.2.10\r\n";
BENCHMARK_CAPTURE(identify, refusal_in_the_greeting, {.greeting = kTooMany, .refusal = kTooMany},
                  "Postfix");
constexpr std::string_view kBlocked =
    "554 5.7.1 Mail from 192.0.2.10 is not accepted here: see https://lists.example.org/why, and "
    "write to postmaster@example.net\r\n";
BENCHMARK_CAPTURE(identify, unknown_refusal, {.greeting = kBlocked, .refusal = kBlocked}, "");

// Question: what can a server make us pay at most? Its replies are full of the beginnings of
// patterns.
void identify_hostile(benchmark::State& state) {
  std::string reply;
  while (reply.size() < 64 * 1024) {
    reply +=
        "220-mx ESMTP Postfi ESMTP Exi Microsoft ESMTP MAIL Service, Versio (IMail Mercury/32 "
        "ESMTP ESMTP ESMTP ESMTP SMTP Server ready Hello Version: Version Release [[[[\r\n";
  }
  const Evidence evidence{.greeting = reply, .ehlo = reply, .refusal = reply};
  const Table& compiled = table();
  for (auto _ : state) benchmark::DoNotOptimize(compiled.identify(evidence));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(identify_hostile);

// Question: what does the table cost at the start?
void read_table(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Table());
}
BENCHMARK(read_table);

}  // namespace
}  // namespace mxsweep::software
