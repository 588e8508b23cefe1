// SPDX-License-Identifier: MIT
// Whatever fails, and in whichever order answers come: a verdict stays, or is not known any more.
#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/spf/check_host.h"
#include "mxsweep/spf/lint.h"
#include "spf/zone.h"
#include "support/catch.h"

namespace mxsweep::spf {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }
bool chance(Random& random, std::size_t percent) { return below(random, 100) < percent; }
std::string domain_name(std::size_t i) { return "n" + std::to_string(i) + ".org"; }

// A term with any name of the zone, most of which exist.
std::string random_term(Random& random) {
  static constexpr const char* kTerms[] = {"a:", "mx:",  "include:",     "include:", "exists:",
                                           "a:", "ip4:", "exists:%{i}.", "include:", "exists:"};
  const std::string term = kTerms[below(random, std::size(kTerms))];
  if (term == "ip4:") return term + "192.0.2." + std::to_string(below(random, 4));
  return term + domain_name(below(random, 9));
}

Zone random_zone(Random& random) {
  Zone zone;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::string domain = domain_name(i);
    std::string record = "v=spf1";
    const std::size_t count = below(random, 4);
    for (std::size_t term = 0; term < count; ++term) record += " " + random_term(random);
    if (chance(random, 20)) record += " redirect=" + domain_name(below(random, 8));
    if (chance(random, 60)) record += " -all";
    if (chance(random, 90)) zone.txt(domain, record);
    if (chance(random, 5)) zone.txt(domain, "v=spf1 ?all");
    if (chance(random, 60)) zone.address(domain, "192.0.2." + std::to_string(below(random, 4)));
    if (chance(random, 30)) zone.mx(domain, 10, domain_name(below(random, 9)));
    if (chance(random, 30)) zone.mx(domain, 20, domain_name(below(random, 9)));
  }
  return zone;
}

// The zone, but some lookups fail, by chance but always the same ones.
class Failing {
 public:
  Failing(const Zone& zone, std::size_t seed, std::size_t percent)
      : zone_(zone), seed_(seed), percent_(percent) {}
  [[nodiscard]] dns::Answer answer(const dns::Question& question) const {
    static constexpr dns::LookupStatus kFailures[] = {
        dns::LookupStatus::servfail,   dns::LookupStatus::timeout,
        dns::LookupStatus::refused,    dns::LookupStatus::malformed,
        dns::LookupStatus::alias_loop, dns::LookupStatus::unreachable};
    const std::size_t number = std::hash<std::string>{}(question.name) * 31 +
                               static_cast<std::size_t>(question.type) + seed_ * 1000003;
    Random random(static_cast<Random::result_type>(number));
    dns::Answer failed;
    failed.status = kFailures[below(random, std::size(kFailures))];
    return chance(random, percent_) ? failed : zone_.answer(question);
  }

 private:
  const Zone& zone_;
  std::size_t seed_;
  std::size_t percent_;
};

template <typename World>
HostVerdict check_shuffled(const World& world, Random& random) {
  CheckHost machine(
      {.address = *parse_address("192.0.2.1"), .helo = "h.n0.org", .mail_from = "a@n0.org"});
  settle_shuffled(machine, world, random);
  return machine.verdict();
}

template <typename World>
SpfReport lint_shuffled(const World& world, Random& random) {
  Lint machine("n0.org", {.from = {*parse_address("192.0.2.1")}});
  settle_shuffled(machine, world, random);
  return machine.report();
}

TEST_CASE("failures and the order of answers change a verdict into an error only",
          "[spf][property]") {
  std::size_t failed = 0;
  for (Random::result_type seed = 0; seed < 3000; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const Zone zone = random_zone(random);
    const HostVerdict verdict = check_shuffled(zone, random);
    const SpfReport report = lint_shuffled(zone, random);
    std::string json;
    append_json(report, json);
    for (int repeat = 0; repeat < 2; ++repeat) {
      std::string again;
      append_json(lint_shuffled(zone, random), again);
      CHECK(again == json);
      CHECK(check_shuffled(zone, random).result == verdict.result);
    }
    const Failing failing(zone, seed, 1 + below(random, 40));
    const Result result = check_shuffled(failing, random).result;
    CHECK((result == verdict.result || result == Result::temperror));
    failed += result != verdict.result ? 1 : 0;
    const SpfReport worse = lint_shuffled(failing, random);
    CHECK((worse.verdict == report.verdict || worse.verdict == LintVerdict::temperror));
    CHECK((worse.present == report.present || worse.present == Presence::unknown));
    CHECK(worse.lookups <= report.lookups);
    CHECK(worse.voids <= report.voids);
  }
  CHECK(failed > 100);
}

// What lint counts is what a sender meets that nothing matches.
TEST_CASE("lint counts what check_host() counts", "[spf][property]") {
  std::size_t compared = 0;
  for (Random::result_type seed = 0; seed < 3000; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const Zone zone = random_zone(random);
    const SpfReport report = lint_shuffled(zone, random);
    CHECK(report.terms.size() == report.lookups);
    // Names with "exists:%{i}." are such as lint does not ask for: they may be void.
    CHECK((report.verdict == LintVerdict::permerror || report.depends_on_sender ||
           check_shuffled(zone, random).result != Result::permerror));
    CheckHost machine({.address = *parse_address("203.0.113.9"), .mail_from = "a@n0.org"},
                      {.lookups_max = kTermsMax, .voids_max = kTermsMax});
    settle(machine, zone);
    const HostVerdict& verdict = machine.verdict();
    const bool to_the_end = verdict.by.empty() || verdict.by == "-all";
    if (report.present != Presence::yes || verdict.result == Result::permerror || !to_the_end) {
      continue;
    }
    ++compared;
    CHECK(report.lookups == verdict.lookups);
    CHECK(report.voids <= verdict.voids);
    CHECK((report.depends_on_sender || report.voids == verdict.voids));
  }
  CHECK(compared > 300);
}

}  // namespace
}  // namespace mxsweep::spf
