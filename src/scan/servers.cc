// SPDX-License-Identifier: MIT
#include "scan/servers.h"

#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/memory.h"

namespace mxsweep::scan {
namespace {

// What a hash table's node and the allocator add to each.
constexpr std::size_t kNodeOctets = 40;

// With its node in the list of waiting tasks, which has two pointers.
std::size_t waiting_octets_of(const Task& task) {
  return allocated(sizeof task + 2 * sizeof(void*)) + octets_held(task);
}

std::size_t chain_octets(const tls::Chain& chain) { return tls::octets_held(chain) + kNodeOctets; }

// Whether two visits by different names were shown the same.
bool same_shown(const probe::Probe& a, const probe::Probe& b) {
  const tls::Chain* const one = a.chain().get();
  const tls::Chain* const other = b.chain().get();
  if (one == other) return true;
  if (one == nullptr || other == nullptr) return false;
  if (one->certificates.empty() || other->certificates.empty()) return false;
  return one->certificates.front().sha256 == other->certificates.front().sha256;
}

// Most questions are for servers that are not there yet: a table with room answers them by one look
// at an empty place.
constexpr float kLoadMost = 0.5F;

}  // namespace

Servers::Servers(const probe::Plan& plan, std::size_t octets_max)
    : plan_(plan), octets_max_(octets_max) {
  servers_.max_load_factor(kLoadMost);
}

Servers::Place Servers::place(Task& task, targets::TlsMode mode) {
  const targets::Target& target = task.target;
  const auto [found, is_new] =
      servers_.try_emplace({.address = target.address, .port = target.port, .mode = mode});
  Server& server = found->second;
  if (is_new) {
    server.key = &found->first;
    octets_ += kServerOctets;
  }
  if (server.visiting) {
    if (server.waiting == nullptr) server.waiting = std::make_unique<std::list<Task>>();
    waiting_octets_ += waiting_octets_of(task);
    server.waiting->push_back(std::move(task));
    ++waiting_;
    forget_what_is_too_much();
    return {};
  }
  if (probe::Probe* const known = answer(server, target.name())) {
    if (server.linked) {
      unlink(server);
      link(server);
    }
    return {.known = known};
  }
  if (server.linked) unlink(server);
  server.visiting = true;
  return {.to_visit = &server};
}

probe::Probe* Servers::answer(Server& server, std::string_view name) {
  if (const auto* const brief = std::get_if<Server::Brief>(&server.learned)) {
    return &restored_.emplace(plan_, *brief);
  }
  Server::Visit* const first = server.first();
  std::size_t tried = 0;
  bool all_same = true;
  for (Server::Visit* visit = first; visit != nullptr; visit = visit->next.get()) {
    const tls::Chain* const chain = visit->probe.chain().get();
    const bool has_name = chain != nullptr && !name.empty() && tls::matches_name(*chain, name);
    if (visit->name == nullptr || *visit->name == name || has_name) return &visit->probe;
    all_same = all_same && same_shown(first->probe, visit->probe);
    ++tried;
  }
  return tried >= kNamesTried && all_same ? &first->probe : nullptr;
}

void Servers::settle(Server& server, std::string_view name, probe::Probe&& probe) {
  Server::Visit* const first = server.first();
  const std::optional<Server::Brief> brief = probe.brief();
  if (brief && first == nullptr) {
    server.learned = *brief;
    return ended(server);
  }
  probe.rest();
  auto visit = std::make_unique<Server::Visit>(std::move(probe));
  if (visit->probe.name_matters()) visit->name = std::make_unique<const std::string>(name);
  octets_ += octets_of(*visit) + hold(visit->probe.chain().get());
  if (first == nullptr) {
    server.learned = std::move(visit);
  } else {
    // Behind the first, which is the one that most lines lead to.
    visit->next = std::move(first->next);
    first->next = std::move(visit);
    drop_oldest_name(*first);
  }
  ended(server);
}

// A server with a certificate for each of a thousand names would make each question a long one.
void Servers::drop_oldest_name(Server::Visit& first) {
  std::size_t names = 1;
  std::unique_ptr<Server::Visit>* last = &first.next;
  for (; (*last)->next != nullptr; last = &(*last)->next) ++names;
  if (names < kNamesKept) return;
  octets_ -= octets_of(**last) + let_go((*last)->probe.chain().get());
  last->reset();
  ++forgotten_;
}

void Servers::forget(Server& server) { ended(server); }

// A visit is over: whoever waited for it is to be placed again.
void Servers::ended(Server& server) {
  INVARIANT(server.visiting);
  server.visiting = false;
  if (server.waiting != nullptr) {
    if (!std::exchange(server.queued, true)) settled_.push_back(&server);
  } else if (!server.queued) {
    keep(server);
  }
}

bool Servers::take_settled(Task& task) {
  while (!settled_.empty()) {
    Server& server = *settled_.front();
    if (!server.visiting && server.waiting != nullptr) {
      task = std::move(server.waiting->front());
      waiting_octets_ -= waiting_octets_of(task);
      server.waiting->pop_front();
      if (server.waiting->empty()) server.waiting.reset();
      --waiting_;
      return true;
    }
    settled_.pop_front();
    server.queued = false;
    if (!server.visiting) keep(server);
  }
  return false;
}

std::size_t Servers::octets_of(const Server::Visit& visit) {
  const std::size_t name =
      visit.name == nullptr ? 0 : allocated(sizeof(std::string)) + held_by(*visit.name);
  return allocated(sizeof visit) - sizeof visit.probe + name + visit.probe.octets();
}

// Nobody is there and nobody waits. Without any visit there is nothing to remember.
void Servers::keep(Server& server) {
  if (std::holds_alternative<std::monostate>(server.learned)) return drop(server);
  link(server);
  forget_what_is_too_much();
}

void Servers::forget_what_is_too_much() {
  while (octets_ + waiting_octets_ > octets_max_ && oldest_ != nullptr) {
    Server& least_wanted = *oldest_;
    unlink(least_wanted);
    drop(least_wanted);
    ++forgotten_;
  }
}

void Servers::link(Server& server) {
  server.linked = true;
  server.older = newest_;
  server.newer = nullptr;
  (newest_ == nullptr ? oldest_ : newest_->newer) = &server;
  newest_ = &server;
}

void Servers::unlink(Server& server) {
  (server.older == nullptr ? oldest_ : server.older->newer) = server.newer;
  (server.newer == nullptr ? newest_ : server.newer->older) = server.older;
  server.linked = false;
}

void Servers::drop(Server& server) {
  octets_ -= kServerOctets;
  for (Server::Visit* visit = server.first(); visit != nullptr; visit = visit->next.get()) {
    octets_ -= octets_of(*visit) + let_go(visit->probe.chain().get());
  }
  const Key key = *server.key;
  servers_.erase(key);
}

// How much memory is held for the sake of this visit alone.
std::size_t Servers::hold(const tls::Chain* chain) {
  if (chain == nullptr || chains_[chain]++ != 0) return 0;
  return chain_octets(*chain);
}

std::size_t Servers::let_go(const tls::Chain* chain) {
  if (chain == nullptr) return 0;
  const auto held = chains_.find(chain);
  INVARIANT(held != chains_.end());
  if (--held->second != 0) return 0;
  chains_.erase(held);
  return chain_octets(*chain);
}

}  // namespace mxsweep::scan
