// SPDX-License-Identifier: MIT
#include "mxsweep/dns/resolver.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "dns/asker.h"
#include "dns/name_server.h"
#include "dns/wire.h"
#include "support/catch.h"

namespace mxsweep::dns {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kAddress = "\xc0\xaf\x30\x01";  // 192.175.48.1

std::string address_reply(const Query& question, unsigned flags = wire::kResponse) {
  return reply(question, 1, wire::a(question.name, 300, kAddress), flags);
}
std::string large_reply(const Query& question, unsigned count) {
  std::string records;
  for (unsigned i = 0; i < count; ++i) records += wire::a(question.name, 300, kAddress);
  return reply(question, count, records);
}
bool is_check(const Query& question) { return question.name.empty(); }

// Timeouts short enough for tests.
ResolverOptions options_for(std::vector<std::uint16_t> ports) {
  ResolverOptions options;
  for (const std::uint16_t port : ports) options.servers.push_back(on_loopback(port));
  options.patience = milliseconds{60};
  options.tries = 2;
  options.second_try = milliseconds{20};
  return options;
}

// The answer to one question, from a server with this responder.
Answer outcome_of(const Responder& responder, Type type = Type::a) {
  const NameServer server(responder);
  Asker asker(options_for({server.port()}));
  REQUIRE(asker.opened().ok());
  return *asker.ask("host.example", type);
}

TEST_CASE("an answer is returned with its ticket", "[dns][resolver]") {
  const NameServer server([](const Query& question) {
    return std::vector{address_reply(question, wire::kResponse | 0x20)};
  });
  Asker asker(options_for({server.port()}));
  asker.begin("host.example", Type::a, 0xfedcba9876543210U);
  const Finished finished = asker.wait();
  CHECK(finished.ticket == 0xfedcba9876543210U);
  CHECK(finished.answer->status == LookupStatus::found);
  CHECK(finished.answer->authentic);
  REQUIRE(finished.answer->addresses.size() == 1);
  CHECK(to_string(finished.answer->addresses[0]) == "192.175.48.1");
  CHECK(asker.resolver().waiting() == 0);
  CHECK(asker.resolver().next_deadline() == kNever);
}

TEST_CASE("a query asks for recursion and validation", "[dns][resolver]") {
  std::atomic<unsigned> flags = 0;
  outcome_of([&](const Query& question) {
    flags = question.flags;
    return std::vector{address_reply(question)};
  });
  CHECK(flags == 0x0120);
}

TEST_CASE("the response code becomes the answer's status", "[dns][resolver]") {
  const auto code = [](unsigned rcode) {
    return outcome_of(
               [=](const Query& question) { return std::vector{reply_code(question, rcode)}; })
        .status;
  };
  CHECK(code(0) == LookupStatus::no_data);
  CHECK(code(2) == LookupStatus::servfail);
  CHECK(code(3) == LookupStatus::nxdomain);
  CHECK(code(5) == LookupStatus::refused);
}

TEST_CASE("the TTL of a negative answer is kept", "[dns][resolver]") {
  const Answer answer = outcome_of([](const Query& question) {
    return std::vector{reply(question, 0, wire::soa("example", 900, 77), wire::kResponse | 3U, 1)};
  });
  CHECK(answer.status == LookupStatus::nxdomain);
  CHECK(answer.ttl == std::chrono::seconds{77});
}

TEST_CASE("aliases are followed within the answer, and a loop ends", "[dns][resolver]") {
  const Answer found = outcome_of([](const Query& question) {
    return std::vector{reply(
        question, 2,
        wire::cname(question.name, 10, "real.example") + wire::a("real.example", 20, kAddress))};
  });
  CHECK(found.status == LookupStatus::found);
  CHECK(found.aliases == std::vector<std::string>{"real.example"});
  const Answer loop = outcome_of([](const Query& question) {
    return std::vector{reply(
        question, 2,
        wire::cname(question.name, 10, "b.example") + wire::cname("b.example", 20, question.name))};
  });
  CHECK(loop.status == LookupStatus::alias_loop);
}

TEST_CASE("a query without a response is sent again", "[dns][resolver]") {
  NameServer server([](const Query& question) {
    return question.times == 0 && !is_check(question) ? std::vector<std::string>{}
                                                      : std::vector{address_reply(question)};
  });
  Asker asker(options_for({server.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::found);
  CHECK(server.times("host.example", Type::a) == 2);
  CHECK(asker.resolver().counts().retried == 1);
}

TEST_CASE("a query with a truncated response is repeated over TCP", "[dns][resolver]") {
  NameServer server([](const Query& question) {
    if (!question.tcp)
      return std::vector{reply(question, 0, "", wire::kResponse | wire::kTruncated)};
    return std::vector{large_reply(question, 200)};
  });
  Asker asker(options_for({server.port()}));
  const auto answer = asker.ask("host.example", Type::a);
  CHECK(answer->status == LookupStatus::found);
  CHECK(answer->addresses.size() == 200);
  CHECK(server.queries_tcp() == 1);
  CHECK(asker.resolver().counts().tcp == 1);
}

TEST_CASE("a connection that ends within a response does not make the resolver unreachable",
          "[dns][resolver]") {
  for (const int octets : {0, 1, 2, 20, 900}) {
    INFO("octets sent: " << octets);
    NameServer server([](const Query& question) {
      if (is_check(question)) return std::vector{reply_code(question, 2)};
      if (!question.tcp)
        return std::vector{reply(question, 0, "", wire::kResponse | wire::kTruncated)};
      return std::vector{large_reply(question, 200)};
    });
    server.tcp_octets_max = octets;
    Asker asker(options_for({server.port()}));
    const auto status = asker.ask("host.example", Type::a)->status;
    CHECK((status == LookupStatus::servfail || status == LookupStatus::timeout));
    CHECK(asker.resolver().reachable());
    CHECK(asker.resolver().counts().unreachable == 0);
  }
}

TEST_CASE("a query whose connection broke is sent again when the resolver answers the check",
          "[dns][resolver]") {
  // As when a resolver is restarted between the query and the check.
  constexpr int kBroken = 3;  // More than c-ares tries by itself.
  NameServer* itself = nullptr;
  NameServer server([&](const Query& question) {
    if (is_check(question)) return std::vector{reply_code(question, 0)};
    if (!question.tcp)
      return std::vector{reply(question, 0, "", wire::kResponse | wire::kTruncated)};
    if (question.times > kBroken) itself->tcp_octets_max = -1;
    return std::vector{address_reply(question)};
  });
  itself = &server;
  server.tcp_octets_max = 1;
  Asker asker(options_for({server.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::found);
}

TEST_CASE("responses that match no query are ignored", "[dns][resolver]") {
  const auto status = [](const std::function<std::string(Query)>& lie) {
    return outcome_of([=](const Query& question) {
             return std::vector{is_check(question) ? reply_code(question, 0) : lie(question)};
           })
        .status;
  };
  CHECK(status([](Query question) {
          question.id ^= 1U;
          return address_reply(question);
        }) == LookupStatus::timeout);
  CHECK(status([](Query question) {
          question.name = "other.example";
          return address_reply(question);
        }) == LookupStatus::timeout);
  CHECK(status([](Query question) {
          question.type = Type::mx;
          return reply_code(question, 0);
        }) == LookupStatus::timeout);
  CHECK(status([](const Query& question) { return address_reply(question).substr(0, 11); }) ==
        LookupStatus::timeout);
}

TEST_CASE("a valid response after a forged one is accepted", "[dns][resolver]") {
  const Answer answer = outcome_of([](const Query& question) {
    Query wrong = question;
    wrong.id ^= 1U;
    return std::vector{reply_code(wrong, 3), std::string("noise"), address_reply(question)};
  });
  CHECK(answer.status == LookupStatus::found);
}

TEST_CASE("an answer that contradicts itself is malformed", "[dns][resolver]") {
  const LookupStatus status = outcome_of([](const Query& question) {
                                if (is_check(question)) return std::vector{reply_code(question, 0)};
                                const std::string whole = address_reply(question);
                                return std::vector{whole.substr(0, whole.size() - 2)};
                              }).status;
  CHECK(status == LookupStatus::malformed);
}

TEST_CASE("an unreadable answer fails its own name only", "[dns][resolver]") {
  constexpr std::string_view kBad = "bad.example";
  // The others are answered at their second try, so all are in flight when the bad answer arrives.
  const NameServer server([&](const Query& question) {
    if (is_check(question)) return std::vector{reply_code(question, 0)};
    if (question.name == kBad)
      return std::vector{reply(question, 1, std::string("\xc0\xff\xff\0\x0f", 5))};
    return question.times == 0 ? std::vector<std::string>{} : std::vector{address_reply(question)};
  });
  Asker asker(options_for({server.port()}));
  constexpr std::uint64_t kNames = 20;
  for (std::uint64_t i = 0; i < kNames; ++i) {
    asker.begin(i == 7 ? std::string(kBad) : "n" + std::to_string(i) + ".example", Type::a, i);
  }
  for (const Finished& finished : asker.wait_for(kNames)) {
    INFO("name " << finished.ticket);
    CHECK(finished.answer->status ==
          (finished.ticket == 7 ? LookupStatus::malformed : LookupStatus::found));
  }
}

TEST_CASE("no answer for one name is that name's timeout", "[dns][resolver]") {
  NameServer server([](const Query& question) {
    return is_check(question) ? std::vector{reply_code(question, 0)} : std::vector<std::string>{};
  });
  Asker asker(options_for({server.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::timeout);
  CHECK(asker.resolver().reachable());
  CHECK(asker.resolver().counts().timeouts == 1);
  CHECK(server.times("", Type::ns) >= 1);
}

TEST_CASE("no answer for any name makes the resolver unreachable", "[dns][resolver]") {
  const NameServer server([](const Query&) { return std::vector<std::string>{}; });
  Asker asker(options_for({server.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::unreachable);
  CHECK_FALSE(asker.resolver().reachable());
  CHECK(asker.resolver().counts().unreachable == 1);
}

TEST_CASE("a port without a listener makes the resolver unreachable, which is not cached",
          "[dns][resolver]") {
  NameServer server([](const Query& question) { return std::vector{address_reply(question)}; });
  Asker asker(options_for({server.port()}));
  CHECK(asker.ask("one.example", Type::a)->status == LookupStatus::found);
  server.stop();
  for (std::uint64_t i = 0; i < 50; ++i) {
    asker.begin("n" + std::to_string(i) + ".example", Type::a, i);
  }
  for (const Finished& finished : asker.wait_for(50)) {
    CHECK(finished.answer->status == LookupStatus::unreachable);
  }
  CHECK_FALSE(asker.resolver().reachable());
  CHECK(asker.ask("n0.example", Type::a)->status == LookupStatus::unreachable);
  CHECK(asker.resolver().counts().from_cache == 0);
  // Cached answers are still returned.
  CHECK(asker.ask("one.example", Type::a)->status == LookupStatus::found);
}

TEST_CASE("a resolver that answers again is reachable again", "[dns][resolver]") {
  std::atomic<bool> awake = false;
  const NameServer server([&](const Query& question) {
    return awake ? std::vector{address_reply(question)} : std::vector<std::string>{};
  });
  Asker asker(options_for({server.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::unreachable);
  awake = true;
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::found);
  CHECK(asker.resolver().reachable());
}

TEST_CASE("a resolver that stops answering in mid-sweep is not any name's failure",
          "[dns][resolver]") {
  std::atomic<int> left = 40;
  const NameServer server([&](const Query& question) {
    return left-- > 0 ? std::vector{address_reply(question)} : std::vector<std::string>{};
  });
  ResolverOptions options = options_for({server.port()});
  options.in_flight_max = 20;
  Asker asker(options);
  for (std::uint64_t i = 0; i < 100; ++i) {
    asker.begin("n" + std::to_string(i) + ".example", Type::a, i);
  }
  int found = 0;
  for (const Finished& finished : asker.wait_for(100)) {
    if (finished.answer->status == LookupStatus::found) ++found;
    CHECK(finished.answer->status != LookupStatus::timeout);
    CHECK(finished.answer->status != LookupStatus::servfail);
  }
  CHECK(found == 40);
}

TEST_CASE("servers are tried in turn when one does not answer, refuses or fails",
          "[dns][resolver]") {
  const NameServer good([](const Query& question) { return std::vector{address_reply(question)}; });
  const auto status = [&](const Responder& responder) {
    const NameServer bad(responder);
    Asker asker(options_for({bad.port(), good.port()}));
    const auto answer = asker.ask("host.example", Type::a);
    CHECK(bad.queries_udp() >= 1);
    return answer->status;
  };
  CHECK(status([](const Query&) { return std::vector<std::string>{}; }) == LookupStatus::found);
  CHECK(status([](const Query& question) { return std::vector{reply_code(question, 2)}; }) ==
        LookupStatus::found);
  CHECK(status([](const Query& question) { return std::vector{reply_code(question, 5)}; }) ==
        LookupStatus::found);
  NameServer gone([](const Query&) { return std::vector<std::string>{}; });
  gone.stop();
  Asker asker(options_for({gone.port(), good.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::found);
}

TEST_CASE("a question answered by SERVFAIL is asked once more, and then SERVFAIL is final",
          "[dns][resolver]") {
  NameServer server([](const Query& question) {
    const bool busy = question.name == "busy.example" && question.times == 0;
    return std::vector{busy || question.name == "broken.example" ? reply_code(question, 2)
                                                                 : address_reply(question)};
  });
  Asker asker(options_for({server.port()}));
  asker.begin("busy.example", Type::a, 1);
  asker.begin("broken.example", Type::a, 2);
  asker.begin("busy.example", Type::a, 3);
  for (const Finished& finished : asker.wait_for(3)) {
    CHECK(finished.answer->status ==
          (finished.ticket == 2 ? LookupStatus::servfail : LookupStatus::found));
  }
  CHECK(server.times("busy.example", Type::a) == 2);
  CHECK(server.times("broken.example", Type::a) == 2);
  CHECK(asker.resolver().counts().sent == 2);
  CHECK(asker.resolver().counts().retried == 2);
}

TEST_CASE("NXDOMAIN from one server is final", "[dns][resolver]") {
  const NameServer good([](const Query& question) { return std::vector{address_reply(question)}; });
  const NameServer first(
      [](const Query& question) { return std::vector{reply_code(question, 3)}; });
  Asker asker(options_for({first.port(), good.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::nxdomain);
  CHECK(good.queries_udp() == 0);
}

TEST_CASE("when every server fails, the status is that of the last one", "[dns][resolver]") {
  const NameServer one([](const Query& question) { return std::vector{reply_code(question, 2)}; });
  const NameServer two([](const Query& question) { return std::vector{reply_code(question, 5)}; });
  Asker asker(options_for({one.port(), two.port()}));
  CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::refused);
  CHECK(one.queries_udp() == 1);
  CHECK(two.queries_udp() == 1);
}

TEST_CASE("the server that answered is asked first the next time", "[dns][resolver]") {
  const NameServer silent([](const Query&) { return std::vector<std::string>{}; });
  const NameServer good([](const Query& question) { return std::vector{address_reply(question)}; });
  Asker asker(options_for({silent.port(), good.port()}));
  CHECK(asker.ask("one.example", Type::a)->status == LookupStatus::found);
  const int before = silent.queries_udp();
  for (int i = 0; i < 10; ++i) {
    CHECK(asker.ask("n" + std::to_string(i) + ".example", Type::a)->status == LookupStatus::found);
  }
  CHECK(silent.queries_udp() == before);
}

TEST_CASE("equal questions are sent once, and the answer is cached", "[dns][resolver]") {
  NameServer server([](const Query& question) { return std::vector{address_reply(question)}; });
  Asker asker(options_for({server.port()}));
  for (std::uint64_t i = 0; i < 100; ++i) asker.begin("host.example", Type::a, i);
  CHECK(asker.resolver().waiting() == 1);
  std::set<std::uint64_t> tickets;
  for (const Finished& finished : asker.wait_for(100)) tickets.insert(finished.ticket);
  CHECK(tickets.size() == 100);
  asker.ask("host.example", Type::a);
  CHECK(server.times("host.example", Type::a) == 1);
  const LookupCounts& counts = asker.resolver().counts();
  CHECK(counts.asked == 101);
  CHECK(counts.coalesced == 99);
  CHECK(counts.from_cache == 1);
  CHECK(counts.sent == 1);
  CHECK(counts.answered == 1);
  // Another type is another question.
  asker.ask("host.example", Type::mx);
  CHECK(server.times("host.example", Type::mx) == 1);
}

TEST_CASE("negative answers are cached", "[dns][resolver]") {
  NameServer server([](const Query& question) { return std::vector{reply_code(question, 3)}; });
  Asker asker(options_for({server.port()}));
  for (int i = 0; i < 3; ++i) {
    CHECK(asker.ask("host.example", Type::a)->status == LookupStatus::nxdomain);
  }
  CHECK(server.times("host.example", Type::a) == 1);
}

TEST_CASE("no more queries are in flight than are allowed, and all questions are asked",
          "[dns][resolver]") {
  // Answers a question only the second time, so that all stay in flight until then.
  const NameServer server([](const Query& question) {
    return question.times == 0 ? std::vector<std::string>{} : std::vector{address_reply(question)};
  });
  ResolverOptions options = options_for({server.port()});
  options.in_flight_max = 10;
  Asker asker(options);
  for (std::uint64_t i = 0; i < 35; ++i) {
    asker.begin("n" + std::to_string(i) + ".example", Type::a, i);
  }
  CHECK(asker.resolver().counts().sent == 10);
  CHECK(asker.resolver().waiting() == 35);
  for (const Finished& finished : asker.wait_for(35)) {
    CHECK(finished.answer->status == LookupStatus::found);
  }
  // The check may be one of them.
  CHECK(asker.resolver().counts().sent >= 35);
  CHECK(asker.resolver().counts().answered == 35);
}

TEST_CASE("a thousand questions at once are all answered", "[dns][resolver]") {
  const NameServer server(
      [](const Query& question) { return std::vector{address_reply(question)}; });
  ResolverOptions options = options_for({server.port()});
  options.tries = 6;
  Asker asker(options);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    asker.begin("n" + std::to_string(i) + ".example", Type::a, i);
  }
  std::set<std::uint64_t> tickets;
  for (const Finished& finished : asker.wait_for(3000)) {
    CHECK(finished.answer->status == LookupStatus::found);
    tickets.insert(finished.ticket);
  }
  CHECK(tickets.size() == 3000);
}

TEST_CASE("a resolver may be destroyed with queries in flight", "[dns][resolver]") {
  const NameServer server([](const Query&) { return std::vector<std::string>{}; });
  Asker asker(options_for({server.port()}));
  for (std::uint64_t i = 0; i < 10; ++i) {
    asker.begin("n" + std::to_string(i) + ".example", Type::a, i);
  }
  asker.turn();
  CHECK(asker.resolver().waiting() == 10);
}

TEST_CASE("a late event of a closed descriptor is ignored", "[dns][resolver]") {
  Resolver resolver;
  REQUIRE(resolver.open(options_for({9})).ok());
  resolver.on_ready(12345, true, true, Instant{});
  resolver.on_time(Instant{});
  Finished finished;
  CHECK_FALSE(resolver.take(finished));
}

TEST_CASE("without servers in the options those of the system are used", "[dns][resolver]") {
  Resolver resolver;
  REQUIRE(resolver.open({}).ok());
  REQUIRE_FALSE(resolver.servers().empty());
  CHECK(resolver.servers()[0].address.family != Family::none);
  CHECK(resolver.servers()[0].port != 0);
}

}  // namespace
}  // namespace mxsweep::dns
