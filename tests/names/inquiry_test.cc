// SPDX-License-Identifier: MIT
#include "mxsweep/names/inquiry.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "dns/name_server.h"
#include "mxsweep/names/names.h"
#include "mxsweep/ring/clock.h"
#include "support/catch.h"

namespace mxsweep::names {
namespace {

// Asks for the text of the name, then for one of each of its servers.
class Texts final : public Inquiry {
 public:
  explicit Texts(const dns::Name& name) {
    if (!name.ascii.empty()) names_.push_back(name.ascii);
  }
  [[nodiscard]] bool take_question(dns::Question& question) override {
    if (next_ == names_.size()) return false;
    question = {static_cast<std::uint32_t>(next_), names_[next_], dns::Type::txt};
    ++next_;
    return true;
  }
  void on_answer(std::uint32_t number, const dns::Answer& answer) override {
    seen.push_back(names_.at(number) + ' ' + std::string(to_string(answer.status)));
  }
  void on_destinations(const std::vector<Destination>& destinations) override {
    CHECK_FALSE(led_);
    led_ = true;
    for (const Destination& to : destinations) names_.push_back("of-" + to_string(to.address));
  }
  [[nodiscard]] bool done() const override { return led_ && seen.size() == names_.size(); }
  void append_server(const results::Record& /*record*/, std::string& /*json*/) const override {}
  void append_domain(const results::DomainLine& /*line*/, std::string& /*json*/) const override {}
  [[nodiscard]] std::size_t octets_held() const override { return 4711; }

  std::vector<std::string> seen;

 private:
  std::vector<std::string> names_;
  std::size_t next_ = 0;
  bool led_ = false;
};

// host.test has the address 193.1.2.3; no other name has anything.
std::vector<std::string> replies_to(const dns::Query& query) {
  if (query.name == "host.test" && query.type == dns::Type::a) {
    return {reply(query, 1, dns::wire::a(query.name, 60, "\xc1\x01\x02\x03"))};
  }
  return {reply_code(query, query.name == "host.test" ? 0 : 3)};
}

std::vector<Resolved> resolve_with_inquiry(targets::Target&& target) {
  const dns::NameServer server(replies_to);
  NameOptions options;
  options.resolver.servers = {{ipv4(0x7f000001), server.port()}};
  options.inquire = [](const targets::Target&, const dns::Name& name) {
    return std::make_shared<Texts>(name);
  };
  Names names(options);
  REQUIRE(names.open(-1).ok());
  names.begin(std::move(target), ring::now());
  std::vector<Resolved> servers;
  for (int turns = 0; !names.take(servers); ++turns) {
    REQUIRE(turns < 1000);
    names.turn(std::chrono::milliseconds{20});
  }
  return servers;
}

std::vector<std::string> seen_by(const Resolved& server) {
  REQUIRE(server.task.path != nullptr);
  REQUIRE(server.task.path->inquiry != nullptr);
  return static_cast<const Texts&>(*server.task.path->inquiry).seen;
}

TEST_CASE("a name is resolved when all that was asked about it and its servers is answered",
          "[names][inquiry]") {
  targets::Target target;
  target.set_words("host.test", "", "");
  const std::vector<Resolved> servers = resolve_with_inquiry(std::move(target));
  REQUIRE(servers.size() == 1);
  CHECK(to_string(servers[0].task.target.address) == "193.1.2.3");
  CHECK(seen_by(servers[0]) ==
        std::vector<std::string>{"host.test no_data", "of-193.1.2.3 nxdomain"});
  CHECK(octets_held(servers[0].task) > 4711);
}

TEST_CASE("a target that is an address has nothing but its inquiry", "[names][inquiry]") {
  targets::Target target;
  target.set_words("192.0.2.7", "", "");
  target.address = ipv4(0xc0000207);
  const std::vector<Resolved> servers = resolve_with_inquiry(std::move(target));
  REQUIRE(servers.size() == 1);
  CHECK(servers[0].task.target.dns_us == targets::Target::kNotResolved);
  CHECK(seen_by(servers[0]) == std::vector<std::string>{"of-192.0.2.7 nxdomain"});
}

TEST_CASE("nothing is asked about a name that is none", "[names][inquiry]") {
  targets::Target target;
  target.set_words("a..b", "", "");
  const std::vector<Resolved> servers = resolve_with_inquiry(std::move(target));
  REQUIRE(servers.size() == 1);
  CHECK(servers[0].cause == Cause::dns_name_invalid);
  CHECK((servers[0].task.path == nullptr || servers[0].task.path->inquiry == nullptr));
}

// Asks for nothing but a document, from an address that may not be visited.
class OneDocument final : public Inquiry {
 public:
  [[nodiscard]] bool take_question(dns::Question& /*question*/) override { return false; }
  void on_answer(std::uint32_t /*number*/, const dns::Answer& /*answer*/) override {}
  void on_destinations(const std::vector<Destination>& /*destinations*/) override {}
  [[nodiscard]] bool take_request(fetch::Request& request) override {
    request = {.ticket = kTicket,
               .host = "mta-sts.example.net",
               .path = "/",
               .addresses = {ipv4(0x7f000001)}};
    return !std::exchange(requested_, true);
  }
  void on_fetched(fetch::Fetched&& fetched) override {
    CHECK(fetched.ticket == kTicket);
    CHECK(fetched.outcome == fetch::FetchOutcome::refused);
    CHECK_FALSE(std::exchange(fetched_, true));
  }
  [[nodiscard]] bool done() const override { return fetched_; }
  void append_server(const results::Record& /*record*/, std::string& /*json*/) const override {}
  void append_domain(const results::DomainLine& /*line*/, std::string& /*json*/) const override {}
  [[nodiscard]] std::size_t octets_held() const override { return 0; }

 private:
  static constexpr std::uint64_t kTicket = UINT32_MAX;
  bool requested_ = false;
  bool fetched_ = false;
};

TEST_CASE("a target is resolved when its document is fetched, however many wait for one",
          "[names][inquiry]") {
  constexpr std::size_t kTargets = fetch::kWaitingMax + 500;
  const int bell = ::eventfd(0, EFD_CLOEXEC);
  NameOptions options;
  options.resolver.servers = {{ipv4(0x7f000001), 1}};
  options.fetcher.emplace();
  options.inquire = [](const targets::Target&, const dns::Name&) {
    return std::make_shared<OneDocument>();
  };
  {
    Names names(options);
    REQUIRE(names.open(bell).ok());
    for (std::size_t begun = 0; begun < kTargets; ++begun) {
      targets::Target target;
      target.address = ipv4(0xc0000207);
      names.begin(std::move(target), ring::now());
    }
    CHECK_FALSE(names.has_resolved());
    std::vector<Resolved> servers;
    for (std::size_t taken = 0; taken < kTargets;) {
      if (!names.has_resolved()) names.turn(std::chrono::hours{1});  // The fetcher ends it.
      while (names.take(servers)) ++taken;
    }
    CHECK(names.waiting() == 0);
  }
  ::close(bell);
}

// What the inquiries share: one question, which begins when the time is known, and one more at the
// end.
class Key final : public SharedInquiry {
 public:
  void on_time(Instant now, WallTime wall) override {
    CHECK(wall.time_since_epoch().count() > 0);
    if (!timed_) due_ = now + std::chrono::milliseconds{5};
    timed_ = true;
    now_ = now;
  }
  [[nodiscard]] Instant next_time() const override { return asked == 0 ? due_ : kNever; }
  [[nodiscard]] bool take_question(dns::Question& question) override {
    if (asked == (finishing_ ? 2 : 1) || now_ < due_) return false;
    ++asked;
    question = {7, "key.test", dns::Type::txt};
    return true;
  }
  void on_answer(std::uint32_t number, const dns::Answer& /*answer*/) override {
    CHECK(number == 7);
    ++answered;
  }
  [[nodiscard]] std::uint64_t changes() const override { return answered; }
  void finish() override { finishing_ = true; }
  [[nodiscard]] bool quiet() const override { return finishing_ && answered == 2; }

  std::uint64_t asked = 0;
  std::uint64_t answered = 0;

 private:
  bool timed_ = false;
  bool finishing_ = false;
  Instant due_{};
  Instant now_{};
};

// Has nothing to ask, and waits for the key.
class Waiter final : public Inquiry {
 public:
  explicit Waiter(const Key& key) : key_(key) {}
  [[nodiscard]] bool take_question(dns::Question& /*question*/) override { return false; }
  void on_answer(std::uint32_t /*number*/, const dns::Answer& /*answer*/) override { FAIL(); }
  void on_destinations(const std::vector<Destination>& /*destinations*/) override {}
  void wake() override { has_key_ = key_.answered > 0; }
  [[nodiscard]] bool done() const override { return has_key_; }
  void append_server(const results::Record& /*record*/, std::string& /*json*/) const override {}
  void append_domain(const results::DomainLine& /*line*/, std::string& /*json*/) const override {}
  [[nodiscard]] std::size_t octets_held() const override { return 0; }

 private:
  const Key& key_;
  bool has_key_ = false;
};

TEST_CASE("what inquiries wait for is asked once for all of them, and once more at the end",
          "[names][inquiry]") {
  const dns::NameServer server(replies_to);
  NameOptions options;
  options.resolver.servers = {{ipv4(0x7f000001), server.port()}};
  const auto key = std::make_shared<Key>();
  options.shared = key;
  options.inquire = [&](const targets::Target&, const dns::Name&) {
    return std::make_shared<Waiter>(*key);
  };
  Names names(options);
  CHECK(names.quiet());  // Before it is open, nothing is asked.
  REQUIRE(names.open(-1).ok());
  for (const char* name : {"host.test", "other.test"}) {
    targets::Target target;
    target.set_words(name, "", "");
    names.begin(std::move(target), ring::now());
  }
  std::vector<std::string> order;
  std::vector<Resolved> servers;
  for (int turns = 0; order.size() < 2; ++turns) {
    REQUIRE(turns < 1000);
    names.turn(std::chrono::milliseconds{20});
    while (names.take(servers)) order.emplace_back(servers.front().task.target.text());
  }
  CHECK(order == std::vector<std::string>{"host.test", "other.test"});
  CHECK(key->asked == 1);
  names.finish();
  for (int turns = 0; !names.quiet(); ++turns) {
    REQUIRE(turns < 1000);
    names.turn(std::chrono::milliseconds{20});
  }
  CHECK(key->answered == 2);
}

}  // namespace
}  // namespace mxsweep::names
