// SPDX-License-Identifier: MIT
#include "mxsweep/names/route.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/special_purpose.h"

namespace mxsweep::names {
namespace {

std::size_t place_of(dns::Type type) { return type == dns::Type::a ? 0 : 1; }

// The cause that a lookup's status stands for; none if records were found.
Cause fault_of(dns::LookupStatus status) {
  switch (status) {
    case dns::LookupStatus::found: return Cause::none;
    case dns::LookupStatus::no_data: return Cause::dns_no_data;
    case dns::LookupStatus::nxdomain: return Cause::dns_nxdomain;
    case dns::LookupStatus::alias_loop: return Cause::dns_alias_loop;
    case dns::LookupStatus::servfail: return Cause::dns_servfail;
    case dns::LookupStatus::refused: return Cause::dns_refused;
    case dns::LookupStatus::malformed: return Cause::dns_malformed;
    case dns::LookupStatus::timeout: return Cause::dns_timeout;
    case dns::LookupStatus::unreachable: return Cause::local_resolver_unreachable;
  }
  return Cause::none;
}

// Whether the error is inconclusive: another query may find addresses.
bool is_inconclusive(Cause error) {
  return error != Cause::none && error != Cause::dns_no_data && error != Cause::dns_nxdomain;
}

// Which of two errors of one host counts: an inconclusive one before a conclusive one, and our own
// resolver's before all others.
Cause worse(Cause a, Cause b) {
  if (a == Cause::none || b == Cause::local_resolver_unreachable) return b;
  if (b == Cause::none || is_inconclusive(a) || !is_inconclusive(b)) return a;
  return b;
}

// "192.0.2.1", "[192.0.2.1]", "2001:db8::1": all of them occur in zones, escaped or not.
bool is_address_text(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return parse_address(host).has_value();
}

}  // namespace

Route::Route(RouteKind kind, std::string_view text, const RouteOptions& options)
    : kind_(kind), options_(options), name_(dns::read_name(text)) {
  INVARIANT(options.ipv4 || options.ipv6);
  own_ = scope().verdict(name_.ascii).standing == scope::Standing::own;
  if (name_.error != dns::NameFault::none || parse_address(name_.ascii)) {
    error_ = Cause::dns_name_invalid;
  } else if (excludes(name_.ascii)) {
    error_ = Cause::excluded_list;
  } else if (kind == RouteKind::mail_domain) {
    questions_.push_back({kDomain, dns::Type::mx});
  } else {
    add_domain_as_host();
  }
}

const scope::Scope& Route::scope() const {
  static const scope::Scope kNothingNamed;
  return options_.scope == nullptr ? kNothingNamed : *options_.scope;
}

bool Route::excludes(std::string_view name) const {
  return scope().verdict(name).standing == scope::Standing::excluded;
}

bool Route::excludes_any(const std::vector<std::string>& names) const {
  return std::ranges::any_of(names, [this](const std::string& name) { return excludes(name); });
}

bool Route::take_question(RouteQuestion& question) {
  if (next_ == questions_.size()) return false;
  question = this->question(static_cast<std::uint32_t>(next_++));
  ++open_;
  return true;
}

RouteQuestion Route::question(std::uint32_t number) const {
  INVARIANT(number < next_);
  const auto [host, type] = questions_[number];
  return {number, host == kDomain ? std::string_view(name_.ascii) : hosts_[host].name, type};
}

void Route::on_answer(std::uint32_t number, const dns::Answer& answer) {
  INVARIANT(number < next_ && open_ > 0);
  --open_;
  const auto [host, type] = questions_[number];
  if (host == kDomain) {
    on_exchanges(answer);
  } else {
    on_addresses(host, type, answer);
  }
}

void Route::on_exchanges(const dns::Answer& answer) {
  authentic_ = answer.authentic;
  if (!answer.aliases.empty()) findings_.add(Finding::domain_is_alias);
  if (excludes_any(answer.aliases)) {
    error_ = Cause::excluded_list;
  } else if (answer.status == dns::LookupStatus::no_data) {
    findings_.add(Finding::implicit_mx);
    add_domain_as_host();
  } else if (answer.status == dns::LookupStatus::found) {
    add_hosts(answer.exchanges);
  } else {
    error_ = fault_of(answer.status);
  }
}

void Route::add_hosts(std::vector<dns::MxRecord> exchanges) {
  const auto is_null = [](const dns::MxRecord& exchange) { return exchange.host.empty(); };
  if (std::all_of(exchanges.begin(), exchanges.end(), is_null)) {
    error_ = Cause::config_null_mx_or_no_mail;
    return;
  }
  if (std::erase_if(exchanges, is_null) != 0) findings_.add(Finding::null_mx_among_others);
  std::stable_sort(
      exchanges.begin(), exchanges.end(),
      [](const dns::MxRecord& a, const dns::MxRecord& b) { return a.preference < b.preference; });
  // Reserved in full: questions that were taken view the names in hosts_.
  hosts_.reserve(std::min(exchanges.size(), options_.hosts_max));
  for (const dns::MxRecord& exchange : exchanges) {
    const auto same = [&](const Host& host) { return host.name == exchange.host; };
    if (std::any_of(hosts_.begin(), hosts_.end(), same)) {
      findings_.add(Finding::mx_repeated);
    } else if (hosts_.size() == options_.hosts_max) {
      findings_.add(Finding::hosts_cut);
    } else {
      add_host(exchange);
    }
  }
}

void Route::add_host(const dns::MxRecord& exchange) {
  Host& host = hosts_.emplace_back();
  host.name = exchange.host;
  host.preference = exchange.preference;
  const dns::Name name = dns::read_name(exchange.host);
  host.own = scope().verdict(exchange.host).standing == scope::Standing::own;
  host.excluded = excludes(exchange.host);
  if (host.excluded) return;
  if (is_address_text(exchange.host)) {
    host.error = Cause::config_mx_is_address;
  } else if (name.error != dns::NameFault::none) {
    host.error = Cause::dns_name_invalid;
  } else if (dns::is_localhost(name.ascii)) {
    host.error = Cause::config_mx_localhost;
  }
  if (host.error != Cause::none) return;
  if (name.underscore) host.findings.add(Finding::mx_underscore);
  if (name.single_label) host.findings.add(Finding::mx_single_label);
  ask_for(hosts_.size() - 1);
}

void Route::add_domain_as_host() {
  Host& host = hosts_.emplace_back();
  host.name = name_.ascii;
  host.own = own_;
  ask_for(0);
}

void Route::ask_for(std::size_t host) {
  if (options_.ipv4) questions_.push_back({host, dns::Type::a});
  const bool later = options_.one_address && options_.ipv4;
  if (options_.ipv6 && !later) questions_.push_back({host, dns::Type::aaaa});
}

void Route::on_addresses(std::size_t index, dns::Type type, const dns::Answer& answer) {
  Host& host = hosts_[index];
  host.authentic = host.authentic && answer.authentic;
  host.error = worse(host.error, fault_of(answer.status));
  if (!answer.aliases.empty()) {
    const bool is_domain = host.name == name_.ascii;
    host.excluded = host.excluded || excludes_any(answer.aliases);
    if (is_domain) findings_.add(Finding::domain_is_alias);
    if (!is_domain) host.findings.add(Finding::mx_is_alias);
  }
  const std::size_t most = options_.one_address ? 1 : options_.addresses_max;
  take_addresses(host, type, answer, most);
  if (answer.addresses.size() > options_.addresses_max || answer.truncated) {
    host.findings.add(Finding::addresses_cut);
  }
  if (options_.one_address && type == dns::Type::a && options_.ipv6 &&
      host.addresses[place_of(type)].empty()) {
    questions_.push_back({index, dns::Type::aaaa});
  }
}

// An address may also be in the other answer, as an IPv4-mapped one; destinations() drops that.
void Route::take_addresses(Host& host, dns::Type type, const dns::Answer& answer,
                           std::size_t most) {
  std::vector<Address>& addresses = host.addresses[place_of(type)];
  for (const Address& given : answer.addresses) {
    const Address address = without_mapping(given);
    if (!can_be_remote_host(address)) {
      host.had_unusable = true;
    } else if (addresses.size() < most) {
      addresses.push_back(address);
    }
  }
}

// The error of a host without an address. dns.nxdomain is reported for the name in the list only;
// an MX host that does not exist is reported like one without an address.
Cause Route::fault_without_address(const Host& host) const {
  if (host.had_unusable && !is_inconclusive(host.error)) return Cause::dns_unusable_address;
  const bool named_by_user = host.name == name_.ascii;
  const bool certain = host.error == Cause::dns_no_data || host.error == Cause::dns_nxdomain;
  return certain && !named_by_user ? Cause::dns_mx_no_address : host.error;
}

// A private address in a zone is a fault of the zone if its MX records lead there.
Cause Route::error_of(const scope::Verdict& verdict) const {
  const bool is_private = verdict.cause == Cause::excluded_private;
  return is_private && kind_ == RouteKind::mail_domain ? Cause::config_mx_private_ip
                                                       : verdict.cause;
}

std::vector<Destination> Route::destinations() const {
  INVARIANT(done());
  std::vector<Destination> destinations;
  for (const Host& host : hosts_) {
    Destination destination;
    destination.host = host.name;
    destination.preference = host.preference;
    destination.authentic = authentic_ && host.authentic;
    destination.findings = host.findings;
    if (host.excluded) {
      destination.error = Cause::excluded_list;
      destination.authentic = false;
      destinations.push_back(std::move(destination));
      continue;
    }
    if (is_inconclusive(host.error)) destination.findings.add(Finding::family_unknown);
    std::size_t room = options_.addresses_max;
    for (const auto& addresses : host.addresses) {
      for (const Address& address : addresses) {
        if (room == 0) break;
        const bool is_second = &addresses != host.addresses;
        if (is_second && std::ranges::count(host.addresses[0], address) != 0) continue;
        --room;
        destination.address = address;
        const scope::Verdict verdict = scope().verdict(address, host.own);
        destination.error = error_of(verdict);
        destination.own = verdict.standing == scope::Standing::own;
        destinations.push_back(destination);
      }
    }
    if (room < options_.addresses_max) continue;
    destination.findings = host.findings;
    destination.error = fault_without_address(host);
    destination.authentic = false;
    destinations.push_back(std::move(destination));
  }
  return destinations;
}

}  // namespace mxsweep::names
