// SPDX-License-Identifier: MIT
#include "scan/sweep_in_world.h"

#include <algorithm>
#include <cstdlib>

#include "scan/worker_turn.h"
#include "support/catch.h"

namespace mxsweep::scan {
namespace {

std::string enumeration_of(std::string_view json) {
  constexpr std::string_view kKey = "\"tls_enumeration\":";
  const std::size_t at = json.find(kKey);
  if (at == std::string_view::npos) return {};
  json.remove_prefix(at + kKey.size());
  // The last member is an array of objects without arrays.
  return std::string(json.substr(0, json.find("]}", json.find("\"certificates\":")) + 2));
}

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
          .shared = json.find("\"shared\":true") != std::string_view::npos,
          .attempt = static_cast<std::uint32_t>(
              std::strtoul(std::string(word("\"attempt\":")).c_str(), nullptr, 10)),
          .enumeration = enumeration_of(json)};
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

}  // namespace

SweepInWorld::SweepInWorld(std::uint64_t seed, const Setting& setting, const probe::Plan& plan,
                           const std::vector<sink::Persona>& personas)
    : setting_(setting),
      world_(seed, setting.faults, personas),
      first_address_(world_.random().below(10'000)),
      admission_(setting.concurrency, setting.workers, setting.rate, setting.courtesy,
                 world_.time()),
      doubts_(
          setting.canaries, [this](const Address& /*to*/) { return world_.has_route(); },
          world_.time(), admission_.doorbells) {
  if (plan.tls != nullptr) world_.step_us = 300;
  for (std::uint32_t i = 0; i < setting.workers; ++i) {
    const WorkerOptions options{.plan = &plan,
                                .tls = setting.enumerates,
                                .enumerates = setting.enumerates != nullptr,
                                .capacity = setting.concurrency,
                                .drain = setting.drain,
                                .sweeper = {.certificates = &log_,
                                            .inbox_octets = 2'000,
                                            .share_octets = setting.share_octets,
                                            .waiting_octets = setting.waiting_octets,
                                            .retries = setting.retries,
                                            .retries_own = setting.retries_own,
                                            .retry_delay = setting.retry_delay,
                                            .doubts = &doubts_,
                                            .resumable = setting.resumable}};
    workers_.emplace_back(options, i, admission_, gauges_,
                          Outboxes{.box = &records_.emplace_back(writer_, files::kLineAgeMax)},
                          feeder_);
  }
}

void SweepInWorld::run() {
  world_.on_wait = [this] { take_records(); };
  world_.on_connection = [this](const Address& address, bool begins) {
    count_connection(address, begins);
  };
  feed();
  if (setting_.outages) mend_network();
  probe_canaries();
  if (setting_.stop != Stop::none) {
    world_.schedule(world_.time() + setting_.stop_after, [this] {
      gauges_.stop = setting_.stop;
      for (WorkerOn<FakeKernel>& worker : workers_) worker.doorbell().notify();
    });
  }
  std::vector<std::function<void()>> bodies;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    WorkerOn<FakeKernel>& worker = workers_[i];
    world_.choose_worker(i);
    REQUIRE(worker.open().ok());
    bodies.emplace_back([&worker] {
      worker.run();
      worker.close();
    });
  }
  world_.run(bodies);
  take_records();
}

Address SweepInWorld::address_of_line(std::size_t line) const {
  return address_of(first_address_ + static_cast<std::uint32_t>(line) % setting_.addresses);
}

std::uint64_t SweepInWorld::not_started() const {
  std::uint64_t sum = 0;
  for (const WorkerOn<FakeKernel>& worker : workers_) sum += worker.sweeper().not_started();
  return sum;
}

std::string SweepInWorld::check(const Expected& expected) {
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
    if (setting_.resumable && fields.cause == "local.interrupted")
      return "a visit that the next run will make has a record";
    if (std::string wrong = judge_attempt(fields); !wrong.empty()) return wrong;
  }
  if (recorded + not_started() != offered_) return "a target was lost";
  if (whole && recorded != setting_.targets) return "a target has no record";
  for (const WorkerOn<FakeKernel>& worker : workers_) {
    const bool late = worker.deadline_late_max() > std::chrono::milliseconds{40};
    if (setting_.faults.stopped == 0 && late) return "a deadline was noticed late";
  }
  return {};
}

std::uint64_t SweepInWorld::visited_again() const {
  std::uint64_t sum = 0;
  for (const WorkerOn<FakeKernel>& worker : workers_) sum += worker.sweeper().visited_again();
  return sum;
}

void SweepInWorld::fail_network() {
  const bool has_route = setting_.canaries > 0 && world_.random().below(2) == 0;
  world_.set_network(false, has_route);
  world_.schedule(world_.time() + std::chrono::milliseconds{world_.random().below(60'000)},
                  [this] { mend_network(); });
}

void SweepInWorld::mend_network() {
  world_.set_network(true, true);
  world_.schedule(world_.time() + std::chrono::milliseconds{1000 + world_.random().below(30'000)},
                  [this] { fail_network(); });
}

// Like the prober of the canaries and the thread that watches, often enough.
void SweepInWorld::probe_canaries() {
  constexpr Duration kCanaryTimeout = std::chrono::seconds{3};
  const Instant now = world_.time();
  static_cast<void>(doubts_.watch(now, false));
  if (round_began_ != kNever && (world_.network_works() || now - round_began_ >= kCanaryTimeout)) {
    round_began_ = kNever;
    doubts_.end_round(world_.network_works() ? pace::Answer::late : pace::Answer::none, now);
  } else if (round_began_ == kNever && doubts_.round_due() <= now) {
    doubts_.begin_round(now);
    round_began_ = now;
    if (world_.network_works()) {
      round_began_ = kNever;
      doubts_.end_round(pace::Answer::prompt, now);
    }
  }
  world_.schedule(now + std::chrono::milliseconds{100}, [this] { probe_canaries(); });
}

// Like the feeder: a few at a time, while there is room.
void SweepInWorld::feed() {
  while (offered_ < setting_.targets) {
    Task task;
    task.target.line = offered_ + 1;
    const Address address = address_of_line(task.target.line);
    task.target.address = address;
    task.target.port = 25;
    task.target.own = is_own(address);
    task.target.set_words("mx", sink::host_name(address), {});
    if (const std::uint32_t operated = operator_of(address)) {
      task.path = std::make_unique<Path>();
      task.path->mx_host = "mx.operator" + std::to_string(operated) + ".com";
    }
    WorkerOn<FakeKernel>& worker = workers_[hash(address) % workers_.size()];
    if (!worker.offer(task)) break;
    ++offered_;
    worker.doorbell().notify_if_waiting();
    if (world_.random().below(8) == 0) break;
  }
  take_records();
  if (offered_ == setting_.targets) {
    for (WorkerOn<FakeKernel>& worker : workers_) worker.no_more();
    return;
  }
  world_.schedule(world_.time() + std::chrono::milliseconds{1 + world_.random().below(500)},
                  [this] {
                    if (gauges_.stopping() == Stop::none) feed();
                  });
}

void SweepInWorld::take_records() {
  files::Chunk chunk;
  for (files::Outbox& records : records_) {
    while (records.take(chunk)) {
      std::string_view lines = chunk.files.front().text;
      for (std::size_t end = lines.find('\n'); end != std::string_view::npos;
           end = lines.find('\n')) {
        fields_.push_back(read_record(lines.substr(0, end)));
        lines.remove_prefix(end + 1);
      }
    }
  }
}

// Caps and rests, as the network sees them.
void SweepInWorld::count_connection(const Address& address, bool begins) {
  if (is_own(address)) return;
  Seen& site = seen_[address];
  Seen& network = seen_networks_[pace::network_of(address)];
  Seen& operated = seen_operators_[operator_of(address)];
  if (!begins) {
    for (Seen* const seen : {&site, &network, &operated}) --seen->open;
    site.closed = world_.time();
    return;
  }
  const pace::CourtesyLimits& limits = setting_.courtesy;
  const auto over = [](const Seen& seen, std::uint32_t cap) { return cap != 0 && seen.open > cap; };
  for (Seen* const seen : {&site, &network, &operated}) ++seen->open;
  if (over(site, limits.per_address)) world_.violate("too many connections to an address");
  if (over(network, limits.per_prefix)) world_.violate("too many connections to a network");
  if (operator_of(address) != 0 && over(operated, limits.per_operator)) {
    world_.violate("too many connections to an operator");
  }
  const bool visited = site.closed != Instant{};
  // With several at once, a visit may have been granted before its address began to rest. A visit
  // that a shortage here has prevented starts again at once.
  const bool exact = limits.per_address == 1 && world_.shortages() == 0;
  if (visited && exact && world_.time() < site.closed + limits.rest) {
    world_.violate("a visit while the address rests");
  }
}

bool SweepInWorld::rate_was_broken() const {
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

std::string SweepInWorld::judge(const RecordFields& fields, const Expected& expected) const {
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
  const bool patience = should.ends_with("protocol.silent") || should.ends_with("protocol.tarpit");
  if (patience && world_.stops() != 0) return {};
  if (should.ends_with("protocol.flood") && world_.stops() != 0) return {};
  if (should.ends_with("protocol.silent") && fields.cause == "local.burst") return {};
  return wrong(should);
}

std::string SweepInWorld::judge_attempt(const RecordFields& fields) const {
  const Address address = address_of_line(fields.line);
  const std::uint32_t most = 1 + (is_own(address) ? setting_.retries_own : setting_.retries);
  const std::string line = "line " + std::to_string(fields.line) + ": ";
  if (fields.cause == "local.resource") return {};
  if (fields.attempt == 0 || fields.attempt > most) return line + "an attempt too many";
  const bool whole = setting_.stop == Stop::none && !setting_.faults.ring_fails;
  // A retry that a shortage kept from starting for too long leaves the record of the attempt
  // before. Nothing but a process that was stopped for minutes can make a shortage last.
  const bool kept_back = world_.stops() != 0 && world_.shortages() != 0;
  if (whole && world_.never_answers(address) && fields.attempt != most && !kept_back) {
    return line + "an attempt too few";
  }
  if (world_.refuses(address) && fields.attempt != 1) return line + "a refusal was tried again";
  return {};
}

}  // namespace mxsweep::scan
