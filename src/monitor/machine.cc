// SPDX-License-Identifier: MIT
#include "monitor/machine.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "monitor/checker.h"
#include "monitor/name_thread.h"
#include "monitor/survey_thread.h"
#include "mxsweep/files/trust_store.h"
#include "mxsweep/monitor/control.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/ring/socket.h"
#include "mxsweep/serve/server.h"
#include "mxsweep/targets/reader.h"

namespace mxsweep::monitor {
namespace {

// Files, databases, messages, clients, policies.
constexpr std::uint32_t kDescriptorsReserved = 200 + kFetchesAtOnce + fetch::kDescriptorsBesides;
constexpr std::uint32_t kDescriptorsLeast = 256;
constexpr std::uint32_t kClientDescriptors = serve::kConnectionsMost;
// New lists, and addresses that names get, find room without a restart.
constexpr std::uint64_t kRoomForMore = 10'000;
constexpr std::uint64_t kAddressesTypical = 8;
constexpr std::uint64_t kAddressesUsual = 2;  // Of a name; more is room, but not to be expected.

Status read_sources(const std::vector<std::string>& texts, probe::Sources& sources) {
  for (const std::string& text : texts) {
    const std::optional<Address> address = parse_address(text);
    if (!address) return Status::unusable("sources: '" + text + "' is not an address");
    if (sources.contains(*address)) return Status::unusable("sources: " + text + " is given twice");
    if (Status checked = ring::check_source(*address); !checked.ok()) {
      return checked.behind("sources: " + text);
    }
    sources.add(*address);
  }
  return {};
}

// Some TLSA records need the certificates' octets.
bool any_dane(const watch::Settings& settings) {
  return std::ranges::any_of(settings.groups,
                             [](const watch::Group& group) { return plan_of(group).options.dane; });
}

std::uint32_t room_for(const std::vector<Listed>& targets) {
  std::uint64_t room = kRoomForMore;
  for (const Listed& listed : targets) {
    room += listed.target.address.family == Family::none ? kAddressesTypical : 2;
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(room, kMonitorsMost));
}

std::uint32_t expected_of(const std::vector<Listed>& targets) {
  std::uint64_t count = 0;
  for (const Listed& listed : targets) {
    count += listed.target.address.family == Family::none ? kAddressesUsual : 1;
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, kMonitorsMost));
}

}  // namespace

Result<dns::Server> read_resolver(const std::string& text) {
  constexpr std::uint16_t kDnsPort = 53;
  targets::Reader reader({kDnsPort}, {.header_row = false});
  targets::Target target;
  targets::BadLine bad;
  reader.feed(text);
  reader.finish();
  const bool read = reader.next(target, bad) == targets::Reader::Next::target;
  if (read && target.address.family != Family::none && target.name().empty()) {
    return dns::Server{target.address, target.port};
  }
  return Status::unusable("resolver: '" + text + "' is not an address with or without a port");
}

Result<Machine> prepare_machine(const Loaded& loaded) {
  const watch::Settings& settings = loaded.settings;
  Machine machine;
  if (!settings.resolver.empty()) {
    const Result<dns::Server> server = read_resolver(settings.resolver);
    if (!server.ok()) return server.status();
    machine.names.resolver.servers.push_back(*server);
  }
  machine.names.resolver.seed = static_cast<std::uint64_t>(ring::now().time_since_epoch().count()) ^
                                static_cast<std::uint64_t>(::getpid());
  machine.names.patience = std::chrono::seconds{10};
  if (Status read = read_sources(settings.sources, machine.sources); !read.ok()) return read;
  const Result<files::TrustStore> trust = files::read_trust_store(settings.ca_file, {});
  if (!trust.ok()) return trust.status();
  machine.tls.authorities = trust->authorities;
  machine.tls.keep_der = any_dane(settings);
  const std::uint32_t descriptors = ring::raise_descriptor_limit();
  if (descriptors < kDescriptorsLeast) {
    return Status::machine("only " + std::to_string(descriptors) + " descriptors are allowed",
                           "raise the limit (ulimit -n, LimitNOFILE of the service)");
  }
  const std::uint32_t free = descriptors - kDescriptorsReserved;
  const std::uint32_t clients = settings.http.listen.empty() ? 0 : kClientDescriptors;
  machine.connections = std::min(settings.concurrency, free - std::min(clients, free / 2));
  machine.monitors_most = room_for(loaded.targets);
  machine.monitors_expected = expected_of(loaded.targets);
  return machine;
}

std::string control_path(const watch::Settings& settings) {
  if (!settings.control.empty()) return settings.control;
  const std::filesystem::path usual(kControlDefault);
  if (::access(usual.parent_path().c_str(), W_OK) == 0) return usual.string();
  return (std::filesystem::path(settings.state_dir) / kControlName).string();
}

Status make_state_dir(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directory(path, error);
  if (!error && std::filesystem::is_directory(path, error)) return {};
  return Status::unusable("state_dir " + path + ": " +
                          (error ? error.message() : "not a directory"));
}

Result<std::shared_ptr<dnsbl::Run>> open_blocklists(std::optional<dnsbl::Lists>&& lists,
                                                    const std::shared_ptr<dnsbl::Run>& present) {
  if (!lists) return std::shared_ptr<dnsbl::Run>();
  if (present != nullptr && present->lists() == *lists) return present;
  auto run = std::make_shared<dnsbl::Run>(kAnswerAge);
  Status opened = run->open(*std::move(lists), present.get());
  const bool counts_anew = present == nullptr || present->lists().state != run->lists().state;
  if (opened.ok() && counts_anew) opened = run->keep();
  if (!opened.ok()) return opened;
  return run;
}

std::string needs_restart(const watch::Settings& before, const watch::Settings& after) {
  std::string keys;
  const auto look = [&keys](bool same, std::string_view key) {
    if (!same) keys.append(keys.empty() ? "" : ", ").append(key);
  };
  look(before.state_dir == after.state_dir, "state_dir");
  look(before.helo == after.helo, "helo");
  look(before.envelope.recipient == after.envelope.recipient, "recipient");
  look(before.envelope.octets == after.envelope.octets, "mail_size");
  look(any_dane(before) || !any_dane(after), "checks (dane)");
  look(before.concurrency == after.concurrency, "concurrency");
  look(before.rate == after.rate, "rate");
  look(before.sources == after.sources, "sources");
  look(before.resolver == after.resolver, "resolver");
  look(before.ca_file == after.ca_file, "ca_file");
  look(before.control == after.control, "control");
  look(before.history_octets_max == after.history_octets_max, "max_size");
  look(before.http.listen == after.http.listen, "listen");
  look(before.http.hosts == after.http.hosts, "hosts");
  look(before.http.status_dir == after.http.status_dir, "status_dir");
  return keys;
}

}  // namespace mxsweep::monitor
