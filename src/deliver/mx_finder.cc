// SPDX-License-Identifier: MIT
#include "deliver/mx_finder.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>
#include <utility>

namespace mxsweep::deliver {
namespace {

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"
std::optional<dns::Server> read_server(std::string_view text) {
  dns::Server server;
  std::string_view host = text;
  const std::size_t colon = text.rfind(':');
  const bool bracket = text.starts_with('[');
  if (bracket ? colon != std::string_view::npos && colon > 0 && text[colon - 1] == ']'
              : colon != std::string_view::npos && text.find(':') == colon) {
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
    if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
    host = text.substr(0, colon);
  }
  if (bracket && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::optional<Address> address = parse_address(host);
  if (!address) return std::nullopt;
  server.address = *address;
  return server;
}

std::uint64_t ticket_of(std::uint32_t lookup, std::uint32_t question) {
  return static_cast<std::uint64_t>(lookup) << 32U | question;
}

}  // namespace

std::string MxFinder::open() {
  if (resolver_ != nullptr) return {};
  dns::ResolverOptions options;
  options.seed = std::random_device{}();
  options.answers_max = 1024;
  if (!address_.empty()) {
    const std::optional<dns::Server> server = read_server(address_);
    if (!server) return "'" + address_ + "' is not the address of a resolver";
    options.servers.push_back(*server);
  }
  auto resolver = std::make_unique<dns::Resolver>();
  if (const Status opened = resolver->open(options); !opened.ok()) return opened.sentence();
  resolver_ = std::move(resolver);
  return {};
}

void MxFinder::find(const std::string& domain, Found found, Instant now) {
  names::RouteOptions options;
  options.hosts_max = 8;
  options.addresses_max = 4;
  const std::uint32_t number = next_++;
  Lookup& lookup = lookups_[number];
  lookup.found = std::move(found);
  lookup.error = open();
  lookup.route = std::make_unique<names::Route>(names::RouteKind::mail_domain, domain, options);
  if (lookup.error.empty()) ask(number, lookup, now);
}

void MxFinder::ask(std::uint32_t number, Lookup& lookup, Instant now) {
  for (names::RouteQuestion question; lookup.route->take_question(question);) {
    resolver_->ask(question.name, question.type, ticket_of(number, question.number), now);
  }
}

void MxFinder::descriptors(std::vector<pollfd>& descriptors) {
  if (resolver_ == nullptr) return;
  for (dns::Watch watch; resolver_->take_watch(watch);) {
    std::erase_if(watched_,
                  [&](const dns::Watch& its) { return its.descriptor == watch.descriptor; });
    if (watch.readable || watch.writable) watched_.push_back(watch);
  }
  for (const dns::Watch& watch : watched_) {
    const int events = (watch.readable ? POLLIN : 0) | (watch.writable ? POLLOUT : 0);
    descriptors.push_back(
        {.fd = watch.descriptor, .events = static_cast<short>(events), .revents = 0});
  }
}

void MxFinder::on_ready(int descriptor, bool readable, bool writable, Instant now) {
  if (resolver_ != nullptr) resolver_->on_ready(descriptor, readable, writable, now);
}

Instant MxFinder::deadline() const {
  return resolver_ == nullptr ? kNever : resolver_->next_deadline();
}

void MxFinder::turn(Instant now) {
  if (resolver_ != nullptr && now >= resolver_->next_deadline()) resolver_->on_time(now);
  for (dns::Finished finished; resolver_ != nullptr && resolver_->take(finished);) {
    const auto number = static_cast<std::uint32_t>(finished.ticket >> 32U);
    const auto its = lookups_.find(number);
    if (its == lookups_.end()) continue;
    its->second.route->on_answer(static_cast<std::uint32_t>(finished.ticket), *finished.answer);
    ask(number, its->second, now);
  }
  for (auto its = lookups_.begin(); its != lookups_.end();) {
    Lookup& lookup = its->second;
    if (lookup.error.empty() && !lookup.route->done()) {
      ++its;
      continue;
    }
    Exchanges exchanges;
    exchanges.error = lookup.error;
    if (lookup.error.empty()) {
      Cause cause = lookup.route->error();
      for (const names::Destination& destination : lookup.route->destinations()) {
        // A private address is fine: the mail may well stay at home.
        if (destination.address.family != Family::none) {
          exchanges.servers.push_back({destination.host, destination.address});
        } else if (cause == Cause::none) {
          cause = destination.error;
        }
      }
      exchanges.error = to_string(cause);
    }
    const Found found = std::move(lookup.found);
    its = lookups_.erase(its);
    found(exchanges);
  }
}

}  // namespace mxsweep::deliver
