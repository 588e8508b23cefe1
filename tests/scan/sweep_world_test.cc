// SPDX-License-Identifier: MIT
// Whole sweeps of a worker in virtual time, each determined by one number, its seed: the promises
// that must hold whatever the network, the kernel and the servers do.
//
//   MXSWEEP_WORLD_SWEEPS=N  runs N sweeps instead of a few
//   MXSWEEP_WORLD_SEED=N    runs only the sweep of this seed, or those from it on

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "mxsweep/ring/clock.h"
#include "mxsweep/sink/authority.h"
#include "mxsweep/tls/client.h"
#include "scan/fake_kernel.h"
#include "scan/worker_turn.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// The members of a record that these tests check.
struct RecordFields {
  std::size_t line = 0;
  std::string outcome;
  std::string phase;
  std::string cause;
  bool shared = false;
};

RecordFields read_record(std::string_view json) {
  const auto word = [&](std::string_view key) {
    const std::size_t at = json.find(key);
    if (at == std::string_view::npos) return std::string_view{};
    std::string_view value = json.substr(at + key.size());
    if (value.starts_with('"')) value.remove_prefix(1);
    return value.substr(0, value.find_first_of("\",}"));
  };
  return {.line = std::strtoull(std::string(word("\"line\":")).c_str(), nullptr, 10),
          .outcome = std::string(word("\"outcome\":")),
          .phase = std::string(word("\"phase\":")),
          .cause = std::string(word("\"cause\":")),
          .shared = json.find("\"shared\":true") != std::string_view::npos};
}

struct Setting {
  std::uint32_t targets = 30;
  std::uint32_t addresses = 30;
  std::uint32_t concurrency = 16;
  double rate = 0;
  std::size_t share_octets = 0;
  Stop stop = Stop::none;
  Duration stop_after{};
  Duration drain{};
  Faults faults;
};

Setting any_setting(Random& random) {
  const auto one_in = [&](std::uint32_t n) { return random.below(n) == 0; };
  Setting setting;
  setting.targets = 1 + random.below(60);
  setting.addresses = 1 + random.below(one_in(3) ? 8 : 60);
  setting.concurrency = 1 + random.below(one_in(2) ? 4 : 64);
  if (one_in(3)) setting.rate = 1 + random.below(200);
  if (one_in(2)) setting.share_octets = one_in(4) ? 4'000 : 1'000'000;
  if (one_in(6)) {
    setting.stop = one_in(2) ? Stop::drain : Stop::leave;
    setting.stop_after = std::chrono::milliseconds{random.below(20'000)};
    setting.drain = std::chrono::milliseconds{one_in(2) ? 0 : random.below(10'000)};
  }
  const auto often = [&](std::uint32_t most) { return one_in(2) ? 0 : random.below(most); };
  Faults& faults = setting.faults;
  faults.refused = often(300);
  faults.unanswered = often(300);
  faults.reset = often(200);
  faults.no_descriptor = often(300);
  faults.connect_shortage = often(300);
  faults.cancel_in_vain = often(1000);
  faults.interrupted = often(300);
  faults.late = often(500);
  if (one_in(4)) {
    faults.stopped = 1 + random.below(50);
    faults.stop_most = std::chrono::milliseconds{one_in(3) ? 1'000'000 : 40'000};
  }
  faults.ring_fails = one_in(40);
  return setting;
}

Address address_of(std::uint32_t number) {
  Address address;
  address.family = Family::ipv4;
  address.octets[0] = 127;
  address.octets[1] = 9;
  address.octets[2] = static_cast<std::uint8_t>(number / 200);
  address.octets[3] = static_cast<std::uint8_t>(1 + number % 200);
  return address;
}

// The expected "outcome cause" of each persona when nothing else goes wrong.
using Expected = std::unordered_map<std::string, std::string>;

class SweepInWorld {
 public:
  SweepInWorld(std::uint64_t seed, const Setting& setting, const probe::Plan& plan,
               const std::vector<sink::Persona>& personas)
      : setting_(setting),
        world_(seed, setting.faults, personas),
        first_address_(world_.random().below(10'000)),
        admission_(setting.concurrency, 1, setting.rate, world_.time()),
        records_(writer_, files::kLineAgeMax),
        worker_({.plan = &plan,
                 .capacity = setting.concurrency,
                 .drain = setting.drain,
                 .sweeper = {.certificates = &log_,
                             .inbox_octets = 2'000,
                             .share_octets = setting.share_octets}},
                0, admission_, gauges_, {.box = &records_}, feeder_) {
    if (plan.tls != nullptr) world_.step_us = 300;
  }

  void run() {
    world_.on_wait = [this] { take_records(); };
    feed();
    if (setting_.stop != Stop::none) {
      world_.schedule(world_.time() + setting_.stop_after, [this] {
        gauges_.stop = setting_.stop;
        worker_.doorbell().notify();
      });
    }
    REQUIRE(worker_.open().ok());
    worker_.run();
    worker_.close();
    take_records();
  }

  // Each promise that was broken, in words; empty: none.
  std::string check(const Expected& expected) {
    if (!world_.violation().empty()) return world_.violation();
    if (world_.open_now() != 0) return "a descriptor is still open";
    if (world_.open_most() > setting_.concurrency) return "more connections than permitted";
    if (rate_was_broken()) return "connections faster than permitted";
    const bool whole = setting_.stop == Stop::none && !setting_.faults.ring_fails;
    std::size_t recorded = 0;
    std::vector<bool> seen(setting_.targets + 1);
    for (const RecordFields& fields : fields_) {
      if (fields.line == 0 || fields.line > setting_.targets) return "a record of no target";
      if (seen[fields.line]) return "two records of line " + std::to_string(fields.line);
      seen[fields.line] = true;
      ++recorded;
      if (std::string wrong = judge(fields, expected); !wrong.empty()) return wrong;
    }
    const std::uint64_t waiting = worker_.sweeper().not_started();
    if (recorded + waiting != offered_) return "a target was lost";
    if (whole && recorded != setting_.targets) return "a target has no record";
    if (setting_.faults.stopped == 0 && worker_.deadline_late_max() > std::chrono::milliseconds{40})
      return "a deadline was noticed late";
    return {};
  }

  [[nodiscard]] const std::vector<RecordFields>& fields() const { return fields_; }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] Address address_of_line(std::size_t line) const {
    return address_of(first_address_ + static_cast<std::uint32_t>(line) % setting_.addresses);
  }

 private:
  // Like the feeder: a few at a time, while there is room.
  void feed() {
    while (offered_ < setting_.targets && worker_.has_room()) {
      Task task;
      task.target.line = offered_ + 1;
      task.target.address = address_of_line(task.target.line);
      task.target.port = 25;
      task.target.set_words("mx", sink::host_name(task.target.address), {});
      if (!worker_.offer(task)) break;
      ++offered_;
      worker_.doorbell().notify_if_waiting();
      if (world_.random().below(8) == 0) break;
    }
    take_records();
    if (offered_ == setting_.targets) return worker_.no_more();
    world_.schedule(world_.time() + std::chrono::milliseconds{1 + world_.random().below(500)},
                    [this] {
                      if (gauges_.stopping() == Stop::none) feed();
                    });
  }

  void take_records() {
    files::Chunk chunk;
    while (records_.take(chunk)) {
      std::string_view lines = chunk.files.front().text;
      for (std::size_t end = lines.find('\n'); end != std::string_view::npos;
           end = lines.find('\n')) {
        fields_.push_back(read_record(lines.substr(0, end)));
        lines.remove_prefix(end + 1);
      }
    }
  }

  [[nodiscard]] bool rate_was_broken() const {
    if (setting_.rate == 0) return false;
    double level = 0;
    Instant before{};
    for (const Instant at : world_.begun()) {
      const double passed = std::chrono::duration<double>(at - before).count();
      level = std::max(0.0, level - passed * setting_.rate) + 1;
      before = at;
      // A token that was given back may be used once more; each shortage may give back two.
      if (level > 3 + setting_.rate * 0.1 + 2 * world_.shortages()) return true;
    }
    return false;
  }

  std::string judge(const RecordFields& fields, const Expected& expected) const {
    const Address address = address_of_line(fields.line);
    const std::string is = fields.outcome + " " + fields.cause;
    const sink::Persona& persona = world_.persona_at(address);
    const auto wrong = [&](const std::string& should) {
      return "line " + std::to_string(fields.line) + " (" + persona.name + "): " + is +
             ", and it should be " + should;
    };
    if (fields.cause == "local.interrupted") {
      const bool may = setting_.stop != Stop::none || setting_.faults.ring_fails;
      return may ? "" : wrong("no interruption");
    }
    // Nothing but a process that was stopped for minutes can make a shortage last.
    if (fields.cause == "local.resource")
      return setting_.faults.stopped != 0 ? "" : wrong("no shortage");
    if (world_.refuses(address)) return fields.cause == "net.refused" ? "" : wrong("net.refused");
    if (world_.never_answers(address))
      return fields.cause == "net.timeout" ? "" : wrong("net.timeout");
    if (world_.was_reset(address))
      return fields.outcome != "local" || fields.cause == "local.burst" ? ""
                                                                        : wrong("no fault of ours");
    const std::string& should = expected.at(persona.name);
    if (is == should) return {};
    // Its deadline may have passed while the process was stopped.
    const bool patience =
        should.ends_with("protocol.silent") || should.ends_with("protocol.tarpit");
    if (patience && world_.stops() != 0) return {};
    if (should.ends_with("protocol.flood") && world_.stops() != 0) return {};
    if (should.ends_with("protocol.silent") && fields.cause == "local.burst") return {};
    return wrong(should);
  }

  Setting setting_;
  World world_;
  std::uint32_t first_address_;
  CertificateLog log_;
  Gauges gauges_;
  Admission admission_;
  threads::Doorbell writer_;
  threads::Doorbell feeder_;
  files::Outbox records_;
  WorkerOn<FakeKernel> worker_;
  std::uint32_t offered_ = 0;
  std::vector<RecordFields> fields_;
};

// Each persona by itself, where nothing goes wrong.
Expected expect(const std::vector<sink::Persona>& personas, const probe::Plan& plan) {
  Expected expected;
  for (const sink::Persona& persona : personas) {
    Setting setting;
    setting.targets = setting.addresses = 1;
    const std::vector<sink::Persona> alone = {persona};
    SweepInWorld sweep(1, setting, plan, alone);
    sweep.run();
    INFO(persona.name);
    REQUIRE(sweep.world().violation().empty());
    REQUIRE(sweep.fields().size() == 1);
    const RecordFields& fields = sweep.fields().front();
    if (plan.tls != nullptr) {
      CHECK(fields.outcome == to_string(persona.expect.outcome));
      CHECK(fields.cause == to_string(persona.expect.cause));
    }
    expected[persona.name] = fields.outcome + " " + fields.cause;
  }
  return expected;
}

void expect_promises_kept(const std::vector<sink::Persona>& personas, const probe::Plan& plan,
                          std::uint64_t sweeps) {
  const Expected expected = expect(personas, plan);
  const std::uint64_t first = number_of("MXSWEEP_WORLD_SEED", 1);
  const bool asked_for_one = std::getenv("MXSWEEP_WORLD_SEED") != nullptr &&
                             std::getenv("MXSWEEP_WORLD_SWEEPS") == nullptr;
  const std::uint64_t count = asked_for_one ? 1 : number_of("MXSWEEP_WORLD_SWEEPS", sweeps);
  const double began = ring::cpu_seconds();
  std::uint64_t conversations = 0;
  std::uint64_t broken = 0;
  for (std::uint64_t seed = first; seed < first + count && broken < 10; ++seed) {
    Random random(mix(seed) + 1);
    const Setting setting = any_setting(random);
    SweepInWorld sweep(seed, setting, plan, personas);
    sweep.run();
    conversations += sweep.world().begun().size();
    const std::string wrong = sweep.check(expected);
    if (wrong.empty()) continue;
    ++broken;
    INFO("MXSWEEP_WORLD_SEED=" << seed);
    CHECK(wrong == "");
  }
  const double seconds = ring::cpu_seconds() - began;
  std::cout << count << " sweeps from seed " << first << ": " << conversations << " conversations, "
            << static_cast<std::uint64_t>(static_cast<double>(conversations) / seconds)
            << " a CPU second\n";
}

// Some of the built-in personas.
std::vector<sink::Persona> only(const std::set<std::string>& names) {
  std::vector<sink::Persona> all = *sink::read_personas(sink::builtin_personas());
  std::erase_if(all, [&](const sink::Persona& it) { return !names.contains(it.name); });
  REQUIRE(all.size() == names.size());
  return all;
}

}  // namespace

TEST_CASE("whatever goes wrong, a sweep keeps its promises", "[scan][world]") {
  const auto personas = *sink::read_personas(sink::builtin_personas());
  expect_promises_kept(personas, probe::Plan("scanner.test"), 500);
}

TEST_CASE("whatever goes wrong, a sweep with TLS keeps its promises", "[scan][world-tls]") {
  auto personas = *sink::read_personas(sink::builtin_personas());
  sink::Authority authority(FakeKernel::wall_at_zero());
  REQUIRE(authority.equip(personas).ok());
  tls::Client client;
  REQUIRE(client.open({.authorities = *tls::read_authorities(authority.root_pem())}).ok());
  probe::Plan plan("scanner.test");
  plan.tls = &client;
  expect_promises_kept(personas, plan, 10);
}

TEST_CASE("a sweep that drains gives open conversations the drain time and no more",
          "[scan][world-stop]") {
  const std::vector<sink::Persona> personas = only({"plain", "slow_greeting", "silent"});
  const probe::Plan plan("scanner.test");
  const Expected expected = expect(personas, plan);
  Setting setting;
  setting.targets = setting.addresses = 200;
  setting.concurrency = 40;
  setting.stop = Stop::drain;
  setting.stop_after = std::chrono::milliseconds{500};  // Before any slow greeting.
  for (const int seconds : {0, 2, 10}) {
    INFO(seconds << " s");
    setting.drain = std::chrono::seconds{seconds};
    SweepInWorld sweep(7, setting, plan, personas);
    const Instant stopped = sweep.world().time() + setting.stop_after;
    sweep.run();
    CHECK(sweep.check(expected) == "");
    CHECK(sweep.world().begun().back() <= stopped);
    CHECK(sweep.world().time() >= stopped + setting.drain);
    CHECK(sweep.world().time() < stopped + setting.drain + std::chrono::milliseconds{100});
    // Conversations by persona: those that were completed, and those that were cut off.
    std::map<std::string, int> completed;
    std::map<std::string, int> cut_off;
    for (const RecordFields& fields : sweep.fields()) {
      const sink::Persona& persona = sweep.world().persona_at(sweep.address_of_line(fields.line));
      ++(fields.outcome == "ok" ? completed : cut_off)[persona.name];
      if (fields.outcome == "ok") continue;
      CHECK(fields.phase + " " + fields.cause == "greeting local.interrupted");
    }
    CHECK(cut_off["silent"] > 0);
    // Their greetings come three seconds late.
    CHECK((completed["slow_greeting"] > 0) == (seconds == 10));
    CHECK((cut_off["slow_greeting"] > 0) == (seconds != 10));
  }
}

TEST_CASE("a slow server is visited once for all lines that wait for it", "[scan][world-share]") {
  const std::vector<sink::Persona> personas = only({"plain", "slow_greeting"});
  const probe::Plan plan("scanner.test");
  const Expected expected = expect(personas, plan);
  Setting setting;
  setting.targets = 240;
  setting.addresses = 60;
  setting.share_octets = 1'000'000;
  for (const std::uint32_t concurrency : {1U, 2U, 60U}) {
    INFO(concurrency << " at once");
    setting.concurrency = concurrency;
    SweepInWorld sweep(5, setting, plan, personas);
    sweep.run();
    CHECK(sweep.check(expected) == "");
    CHECK(sweep.world().begun().size() == setting.addresses);
    std::size_t shared = 0;
    for (const RecordFields& fields : sweep.fields()) shared += fields.shared ? 1 : 0;
    CHECK(shared == setting.targets - setting.addresses);
  }
}

}  // namespace mxsweep::scan
