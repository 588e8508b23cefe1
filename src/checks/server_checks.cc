// SPDX-License-Identifier: MIT
#include "checks/server_checks.h"

#include <algorithm>
#include <deque>
#include <string_view>
#include <utility>

#include "checks/check.h"
#include "checks/findings.h"
#include "checks/list_checks.h"
#include "mxsweep/blocklists/listing.h"
#include "mxsweep/checks/blocklists.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/core/presence.h"
#include "mxsweep/results/json_findings.h"
#include "mxsweep/results/json_object.h"
#include "mxsweep/smtp/greeting.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::checks {
namespace {

Presence starttls_of(const results::Record& record) {
  const int code = record.replies[Phase::starttls].code;
  if (code >= 400) return Presence::no;
  if (!record.starttls_known) return Presence::unknown;
  switch (record.starttls_offered) {
    case results::Offered::yes: return Presence::yes;
    case results::Offered::no: return Presence::no;
    case results::Offered::not_known: break;
  }
  return Presence::unknown;
}

std::string_view greeting_name(std::string_view greeting) {
  smtp::ReplyLines lines(greeting);
  std::string_view line;
  return lines.next(line) ? smtp::host_of_greeting(line) : std::string_view();
}

}  // namespace

// The checks' addresses must not change.
struct ServerChecks::Work {
  std::deque<CheckOf<dane::Host>> hosts;
  std::deque<CheckOf<names::Reverse>> addresses;  // Of servers_, in their order.
  struct Listed {
    Listed(std::size_t number, blocklists::ZoneWatch& watch, const Address& address, bool doubted)
        : server(number), check(watch, address, doubted) {}

    std::size_t server;  // Of servers_.
    CheckOf<blocklists::Listing> check;
  };
  std::deque<Listed> listings;
};

std::size_t lists_of(const Options& options, blocklists::Kind kind) {
  return options.blocklists == nullptr ? 0 : options.blocklists->count_of(kind);
}

bool asks_servers(const Options& options) {
  return options.dane || options.names || lists_of(options, blocklists::Kind::ip4) > 0 ||
         lists_of(options, blocklists::Kind::ip6) > 0;
}

ServerChecks::ServerChecks(const Options& options, const std::string& domain, std::uint16_t port)
    : options_(options), domain_(domain), port_(port), work_(std::make_unique<Work>()) {}

ServerChecks::~ServerChecks() = default;

void ServerChecks::begin(const std::vector<names::Destination>& destinations, const MxFacts& mx,
                         Questioner& questions) {
  std::vector<std::string_view> hosts;
  for (const names::Destination& to : destinations) {
    if (to.error == Cause::excluded_list) continue;  // Nothing is asked about it.
    questions.allow(kServerQuestionsMax);
    const bool is_new = !to.host.empty() && std::ranges::find(hosts, to.host) == hosts.end();
    if (options_.dane && is_new && dns::is_name(to.host)) {
      hosts.push_back(to.host);
      questions.add(work_->hosts.emplace_back(dane::HostInput{.host = to.host,
                                                              .domain = domain_,
                                                              .domain_alias = mx.alias,
                                                              .mx = mx.validation,
                                                              .validates = options_.validates,
                                                              .port = port_}));
    }
    if (to.address.family == Family::none) continue;
    servers_.push_back({to.host, to.address});
    if (options_.names) questions.add(work_->addresses.emplace_back(to.address));
    if (to.error == Cause::none) ask_blocklists(questions);
  }
}

// About the last of the servers.
void ServerChecks::ask_blocklists(Questioner& questions) {
  const Address& address = servers_.back().address;
  const std::size_t lists = lists_of(options_, blocklists::kind_of(address));
  if (lists == 0) return;
  questions.allow(lists);
  Work::Listed& listed = work_->listings.emplace_back(
      servers_.size() - 1, options_.blocklists->watch(), address, options_.absence_doubted);
  questions.add(listed.check);
}

void ServerChecks::settle() {
  for (const CheckOf<dane::Host>& host : work_->hosts) {
    hosts_.push_back({host.report(), host.answered()});
  }
  for (std::size_t i = 0; i < work_->addresses.size(); ++i) {
    servers_[i].reverse = work_->addresses[i].report();
    servers_[i].answered = work_->addresses[i].answered();
  }
  for (const Work::Listed& listed : work_->listings) {
    Server& server = servers_[listed.server];
    append_json(listed.check.report(), server.dnsbl);
    server.dnsbl.shrink_to_fit();
    add_lists(listed.check.report(), to_string(server.address), server.lists);
    server.lists.shrink_to_fit();
  }
  work_.reset();
}

const ServerChecks::Host* ServerChecks::host_of(std::string_view name) const {
  const auto found =
      std::ranges::find_if(hosts_, [name](const Host& host) { return host.report.host == name; });
  return found == hosts_.end() ? nullptr : &*found;
}

ServerChecks::Seen ServerChecks::seen_of(const results::Record& record) const {
  Seen seen;
  seen.host = record.mx_host.empty() ? record.name : record.mx_host;
  const auto server = std::ranges::find_if(servers_, [&](const Server& one) {
    return one.host == seen.host && one.address == record.ip;
  });
  if (server != servers_.end()) seen.server = &*server;
  seen.hello = greeting_name(record.replies[Phase::greeting].octets);
  seen.shown = {.chain = nullptr, .starttls = starttls_of(record), .now = record.at};
  if (record.tls) seen.shown.chain = record.tls->chain;
  return seen;
}

// Requires: its names were asked for.
FindingReports ServerChecks::name_findings(const Seen& seen) {
  FindingReports findings = seen.server->reverse->findings;
  names::add_hello_findings(*seen.server->reverse, seen.hello, seen.host, findings);
  return findings;
}

void ServerChecks::append_object(const Seen& seen, std::string& json) const {
  const Host* const host = host_of(seen.host);
  const bool has_names = seen.server != nullptr && seen.server->reverse;
  const bool has_lists = seen.server != nullptr && !seen.server->dnsbl.empty();
  if (host == nullptr && !has_names && !has_lists) return;
  const std::size_t begin = json.size();
  FindingReports findings;
  if (has_names) {
    json += ",\"rdns\":";
    append_json(*seen.server->reverse, json);
    add_findings(findings, name_findings(seen));
  }
  // Where the MX records are not secure, nothing depends on the host's own addresses.
  const bool knows_addresses =
      host != nullptr && host->report.addresses != dns::Validation::unknown;
  if (knows_addresses && options_.dnssec) {
    json += ",\"dnssec\":{\"host\":\"";
    json += to_string(host->report.addresses);
    json += "\"}";
  }
  if (host != nullptr) {
    const dane::Report report = dane::judge(host->report, seen.shown);
    json += ",\"dane\":";
    append_json(report, json);
    add_findings(findings, report.findings);
  }
  if (has_lists) {
    json += ",\"dnsbl\":" + seen.server->dnsbl;
    for (const Checked& list : seen.server->lists) add_findings(findings, list.findings);
  }
  json += ",\"findings\":";
  results::append_findings(findings, options_.role, json);
  json[begin] = '{';
  json += '}';
}

void ServerChecks::append(const results::Record& record, std::string& json) const {
  append_object(seen_of(record), json);
}

void ServerChecks::add_checked(const Seen& seen, std::vector<Checked>& all) const {
  if (seen.server == nullptr) return;
  const std::string address = to_string(seen.server->address);
  if (seen.server->reverse) {
    all.push_back({"names " + address, seen.server->answered, name_findings(seen)});
  }
  all.insert(all.end(), seen.server->lists.begin(), seen.server->lists.end());
  const Host* const host = host_of(seen.host);
  if (host == nullptr) return;
  dane::Report report = dane::judge(host->report, seen.shown);
  all.push_back({"dane " + seen.server->host + ' ' + address,
                 host->answered && report.verdict != dane::Verdict::unknown,
                 std::move(report.findings)});
}

void ServerChecks::add_checked(const results::Record* record, std::vector<Checked>& all) const {
  if (record != nullptr) return add_checked(seen_of(*record), all);
  for (const Server& server : servers_) {
    add_checked(Seen{.host = server.host, .server = &server}, all);
  }
}

void ServerChecks::append_all(std::string& json) const {
  std::string_view before = ",\"servers\":[";
  for (const Server& server : servers_) {
    json += before;
    before = ",";
    json += "{\"host\":";
    results::append_quoted(server.host, json);
    json += ",\"ip\":\"" + to_string(server.address) + "\"";
    std::string object;
    append_object({.host = server.host, .server = &server}, object);
    if (!object.empty()) json += ",\"checks\":" + object;
    json += '}';
  }
  if (!servers_.empty()) json += ']';
}

std::size_t ServerChecks::octets_held() const {
  std::size_t octets = allocated(sizeof *this);
  for (const Server& server : servers_) {
    octets += sizeof server + held_by(server.host) + held_by(server.dnsbl);
    for (const Checked& list : server.lists) {
      octets += sizeof list + held_by(list.check) + octets_of(list.findings);
    }
    if (!server.reverse) continue;
    for (const std::string& name : server.reverse->names) octets += sizeof name + held_by(name);
    octets += server.reverse->findings.size() * sizeof(FindingReport);
  }
  for (const auto& [host, answered] : hosts_) {
    octets += sizeof(Host) + held_by(host.host) + held_by(host.base) + held_by(host.tlsa_name);
    for (const dns::Tlsa& record : host.records) octets += sizeof record + held_by(record.data);
  }
  return octets;
}

}  // namespace mxsweep::checks
