// SPDX-License-Identifier: MIT
#include "mxsweep/dns/resolver.h"

// c-ares 1.18 lacks the functions that replace the deprecated ones used here.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "dns/cache.h"
#include "dns/datagrams.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::dns {

// c-ares passes pointers to Channel and Lookup to its callbacks: their addresses must not change.
struct Resolver::Channel {
  Resolver* owner = nullptr;
  ares_channel handle = nullptr;
  Datagrams datagrams;

  ~Channel() {
    if (handle != nullptr) ::ares_destroy(handle);
  }
};

struct Resolver::Lookup {
  Resolver* owner = nullptr;
  const std::string* question = nullptr;  // Its key in the map.
  std::vector<std::uint64_t> tickets;
  std::size_t channel = 0;                               // The channel that it was sent on.
  std::size_t servers_failed = 0;                        // Servers whose answer was a failure.
  LookupStatus status_if_alive = LookupStatus::timeout;  // Its status if the check is answered.
  bool tried_twice = false;                              // Asked once more after SERVFAIL.
  int broken = 0;  // Times that it could not be sent, or its connection broke.
};

namespace {

// c-ares checks its own deadlines whenever ares_process_fd() is called. To ask it for the next one
// costs a walk over all queries in flight, and a delay of 50 ms does no harm.
constexpr Duration kTick = std::chrono::milliseconds{50};

// A burst of answers must not overflow the socket; the kernel reduces this to its own limit.
constexpr int kReceiveOctets = 4 * 1024 * 1024;

// A thousand queries sent at once overflow a resolver's socket, and a dropped query waits for its
// retry. So the window starts at this size after a pause, and each answer makes room for two.
constexpr std::uint32_t kWindowFirst = 100;

// After so long without any response, in units of `patience`, the check is sent. Single names that
// are slow do not delay the responses to others for that long.
constexpr int kSilentPatiences = 4;

// A query whose sending or connection failed probably met a resolver that was restarting; if the
// check is answered, the query is sent again. After so many failures the question itself is taken
// to be the reason.
constexpr int kBrokenMost = 3;

// Limit of queued SERVFAIL retries; when it is reached, SERVFAIL is final.
constexpr std::size_t kServfailRetriesMax = 16384;

constexpr std::size_t kOctetsBehindName = sizeof(Type) + sizeof(Checking);

std::size_t octets_of(const std::string& question) { return question.size() - kOctetsBehindName; }

// The key of a question: the name, the octets of the type, and whether it is to be validated.
void write_question(std::string& question, std::string_view name, Type type, Checking checking) {
  question.assign(name);
  question.append(reinterpret_cast<const char*>(&type), sizeof type);
  question += static_cast<char>(checking);
}

std::string_view name_of(const std::string& question) {
  return std::string_view(question).substr(0, octets_of(question));
}

Type type_of(const std::string& question) {
  Type type{};
  std::memcpy(&type, question.data() + octets_of(question), sizeof type);
  return type;
}

Checking checking_of(const std::string& question) { return static_cast<Checking>(question.back()); }

const std::string& check_question() {
  static const std::string question = [] {
    std::string text;
    write_question(text, "", Type::ns, Checking::enabled);
    return text;
  }();
  return question;
}

// Whether another server may give a better answer.
bool worth_another_server(LookupStatus status) {
  return status == LookupStatus::servfail || status == LookupStatus::refused ||
         status == LookupStatus::malformed;
}

Status failed(std::string_view what, int status) {
  return Status::machine(std::string(what) + ": " + ::ares_strerror(status));
}

// Sets all servers in rotated order, beginning with the one at `first`.
Status set_servers(ares_channel channel, const std::vector<Server>& servers, std::size_t first) {
  std::vector<ares_addr_port_node> nodes(servers.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Server& server = servers[(first + i) % servers.size()];
    ares_addr_port_node& node = nodes[i];
    node.next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
    node.family = server.address.family == Family::ipv4 ? AF_INET : AF_INET6;
    const std::size_t octets = server.address.family == Family::ipv4 ? 4 : 16;
    std::memcpy(&node.addr, server.address.octets.data(), octets);
    node.udp_port = server.port;
    node.tcp_port = server.port;
  }
  const int status = ::ares_set_servers_ports(channel, nodes.data());
  return status == ARES_SUCCESS ? Status() : failed("c-ares does not take the servers", status);
}

}  // namespace

Resolver::Resolver() = default;

Resolver::~Resolver() { channels_.clear(); }

Status Resolver::open(const ResolverOptions& options) {
  INVARIANT(channels_.empty());
  options_ = options;
  random_ = Random(options.seed);
  cache_ = std::make_unique<Cache>(options.answers_max, options.ttl_most);
  check_ = std::make_unique<Lookup>();
  check_->owner = this;
  check_->question = &check_question();
  // c-ares counts these calls: only the first one in a process initialises it.
  if (const int status = ::ares_library_init(ARES_LIB_INIT_ALL); status != ARES_SUCCESS) {
    return failed("c-ares does not start", status);
  }
  if (options_.servers.size() > kServersMax) options_.servers.resize(kServersMax);
  Status opened = open_channel(0);
  for (std::size_t i = 1; opened.ok() && i < options_.servers.size(); ++i) {
    opened = open_channel(i);
  }
  return opened;
}

Status Resolver::open_channel(std::size_t first) {
  auto channel = std::make_unique<Channel>();
  channel->owner = this;
  ares_options options{};
  // c-ares passes every response to us, so that SERVFAIL and REFUSED are distinct from no response.
  options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS;
  options.ednspsz = kUdpOctetsMax;
  options.timeout = static_cast<int>(options_.patience / std::chrono::milliseconds{1});
  options.tries = options_.tries;
  options.socket_receive_buffer_size = kReceiveOctets;
  options.sock_state_cb_data = channel.get();
  options.sock_state_cb = [](void* data, ares_socket_t descriptor, int readable, int writable) {
    auto* const from = static_cast<Channel*>(data);
    auto& known = from->owner->descriptors_;
    std::erase_if(known, [&](const auto& entry) { return entry.first == descriptor; });
    if (readable != 0 || writable != 0) known.emplace_back(descriptor, from);
    from->owner->watches_.push_back({descriptor, readable != 0, writable != 0});
  };
  int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
             ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE;
#ifdef ARES_OPT_QUERY_CACHE
  mask |= ARES_OPT_QUERY_CACHE;  // Of size 0: the cache is ours.
#endif
#ifdef ARES_OPT_UDP_MAX_QUERIES
  mask |= ARES_OPT_UDP_MAX_QUERIES;  // Then a new source port, unknown to an attacker.
  options.udp_max_queries = 10000;
#endif
  if (const int status = ::ares_init_options(&channel->handle, &options, mask);
      status != ARES_SUCCESS) {
    return failed("c-ares does not start", status);
  }
  const auto count_tcp = [](ares_socket_t /*descriptor*/, int type, void* data) {
    if (type == SOCK_STREAM) ++static_cast<Channel*>(data)->owner->counts_.tcp;
    return 0;
  };
  ::ares_set_socket_callback(channel->handle, count_tcp, channel.get());
  channel->datagrams.read_for(channel->handle);
  channels_.push_back(std::move(channel));
  return options_.servers.empty() ? find_servers()
                                  : set_servers(channels_.back()->handle, options_.servers, first);
}

// c-ares has read the system's configuration.
Status Resolver::find_servers() {
  ares_addr_port_node* first = nullptr;
  const int status = ::ares_get_servers_ports(channels_.front()->handle, &first);
  if (status != ARES_SUCCESS) return failed("the system's resolvers cannot be read", status);
  for (const auto* node = first; node != nullptr; node = node->next) {
    Server server;
    server.address.family = node->family == AF_INET ? Family::ipv4 : Family::ipv6;
    std::memcpy(server.address.octets.data(), &node->addr, node->family == AF_INET ? 4 : 16);
    if (node->udp_port != 0) server.port = static_cast<std::uint16_t>(node->udp_port);
    if (options_.servers.size() < kServersMax) options_.servers.push_back(server);
  }
  ::ares_free_data(first);
  if (options_.servers.empty()) return Status::machine("the system names no resolver");
  return {};
}

void Resolver::ask(std::string_view name, Type type, std::uint64_t ticket, Instant now,
                   Checking checking) {
  INVARIANT(!channels_.empty());
  now_ = now;
  ++counts_.asked;
  write_question(question_, name, type, checking);
  if (auto answer = cache_->find(question_, now)) {
    ++counts_.from_cache;
    finished_.push_back({ticket, std::move(answer)});
    return;
  }
  const auto [place, is_new] = lookups_.try_emplace(question_);
  Lookup& lookup = place->second;
  lookup.tickets.push_back(ticket);
  if (!is_new) {
    ++counts_.coalesced;
    return;
  }
  lookup.owner = this;
  lookup.question = &place->first;
  lookup.channel = preferred_;
  queue_.push_back(&lookup);
  settle();
}

bool Resolver::take(Finished& finished) {
  if (finished_.empty()) return false;
  finished = std::move(finished_.front());
  finished_.pop_front();
  return true;
}

bool Resolver::take_watch(Watch& watch) {
  if (watches_.empty()) return false;
  watch = watches_.front();
  watches_.pop_front();
  return true;
}

void Resolver::on_ready(int descriptor, bool readable, bool writable, Instant now) {
  now_ = now;
  const auto known = std::find_if(descriptors_.begin(), descriptors_.end(),
                                  [&](const auto& entry) { return entry.first == descriptor; });
  if (known == descriptors_.end()) return;  // A late event of a descriptor that is closed.
  Channel& channel = *known->second;
  ::ares_process_fd(channel.handle, readable ? descriptor : ARES_SOCKET_BAD,
                    writable ? descriptor : ARES_SOCKET_BAD);
  if (channel.datagrams.ended(descriptor)) on_broken_stream(descriptor);
  channel.datagrams.forget();
  settle();
}

// Stops polling a stream that has ended, unless c-ares has closed it. Its queries stay until they
// time out. If c-ares uses the descriptor again, sock_state_cb reports it again.
void Resolver::on_broken_stream(int descriptor) {
  const auto of = [&](const auto& entry) { return entry.first == descriptor; };
  if (std::erase_if(descriptors_, of) == 0) return;
  ::shutdown(descriptor, SHUT_WR);
  watches_.push_back({descriptor, false, false});
  stream_broke_ = now_;
}

void Resolver::on_time(Instant now) {
  now_ = now;
  last_tick_ = now;
  for (const auto& channel : channels_) {
    ::ares_process_fd(channel->handle, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }
  for (; !servfail_retries_.empty() && servfail_retries_.front().first <= now;
       servfail_retries_.pop_front()) {
    queue_.push_back(servfail_retries_.front().second);
  }
  if (in_flight_ > 0 && !checking_ && silent(kSilentPatiences * options_.patience)) send_check();
  settle();
}

Instant Resolver::next_deadline() const {
  const Instant tick = in_flight_ == 0 ? kNever : last_tick_ + kTick;
  return servfail_retries_.empty() ? tick : std::min(tick, servfail_retries_.front().first);
}

bool Resolver::silent(Duration span) const { return now_ - silent_since_ >= span; }

// Sends what may be sent. When c-ares cannot send a query, it calls back from within ares_send(),
// which may leave new failures to classify: hence the loop.
void Resolver::settle() {
  do {
    if (!unclassified_.empty() && !checking_) send_check();
    while (in_flight_ < std::min(window_, options_.in_flight_max) && !queue_.empty()) {
      Lookup& lookup = *queue_.front();
      queue_.pop_front();
      send(lookup);
    }
  } while (!unclassified_.empty() && !checking_);
}

void Resolver::send(Lookup& lookup) {
  if (in_flight_ == 0) {
    window_ = kWindowFirst;
    silent_since_ = now_;
    last_tick_ = now_;
  }
  ++in_flight_;
  const auto id = static_cast<std::uint16_t>(random_.next());
  const std::string query = write_query(name_of(*lookup.question), type_of(*lookup.question), id,
                                        checking_of(*lookup.question));
  if (lookup.servers_failed == 0 && lookup.broken == 0 && !lookup.tried_twice) ++counts_.sent;
  const auto callback = [](void* data, int status, int timeouts, unsigned char* octets, int size) {
    auto* const of = static_cast<Lookup*>(data);
    const std::size_t length = octets == nullptr ? 0 : static_cast<std::size_t>(std::max(size, 0));
    const Channel& channel = *of->owner->channels_[of->channel];
    of->owner->on_response(
        *of, status, timeouts,
        channel.datagrams.behind({reinterpret_cast<const char*>(octets), length}));
  };
  ::ares_send(channels_[lookup.channel]->handle,
              reinterpret_cast<const unsigned char*>(query.data()), static_cast<int>(query.size()),
              callback, &lookup);
}

void Resolver::send_check() {
  checking_ = true;
  check_->channel = preferred_;
  send(*check_);
}

// Called from within c-ares, so it must not send anything: settle() does so afterwards.
void Resolver::on_response(Lookup& lookup, int status, int timeouts, std::string_view octets) {
  if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) return;
  --in_flight_;
  counts_.retried += static_cast<std::uint64_t>(timeouts);
  const bool answered = !octets.empty();
  if (answered) {
    silent_since_ = now_;
    reachable_ = true;
    window_ = std::min(window_ + 1, options_.in_flight_max);
  }
  if (&lookup == check_.get()) {
    on_check(answered);
  } else if (answered) {
    const auto tries = static_cast<std::size_t>(timeouts);
    on_answer(lookup,
              read_response(octets, name_of(*lookup.question), type_of(*lookup.question),
                            checking_of(*lookup.question)),
              (lookup.channel + tries) % channels_.size());
  } else {
    on_failure(lookup, status, timeouts);
  }
}

void Resolver::on_answer(Lookup& lookup, Answer answer, std::size_t server) {
  if (!worth_another_server(answer.status)) {
    preferred_ = server;  // The servers before it did not answer in time.
  } else if (lookup.servers_failed + 1 < channels_.size()) {
    ++lookup.servers_failed;
    ++counts_.retried;
    lookup.channel = (server + 1) % channels_.size();
    queue_.push_front(&lookup);
    return;
  } else if (answer.status == LookupStatus::servfail && try_later(lookup)) {
    return;
  }
  ++counts_.answered;
  finish(lookup, std::move(answer));
}

bool Resolver::try_later(Lookup& lookup) {
  const bool may =
      options_.second_try > Duration::zero() && servfail_retries_.size() < kServfailRetriesMax;
  if (!may || std::exchange(lookup.tried_twice, true)) return false;
  lookup.servers_failed = 0;
  ++counts_.retried;
  servfail_retries_.emplace_back(now_ + options_.second_try, &lookup);
  return true;
}

void Resolver::on_failure(Lookup& lookup, int status, int timeouts) {
  // A port that refuses uses up c-ares's tries at once, and the last of them may time out. A try
  // waits up to twice as long as the one before it.
  const bool broken_before = now_ - stream_broke_ < (1 << options_.tries) * options_.patience;
  if (status == ARES_ETIMEOUT && (timeouts < options_.tries || broken_before)) {
    status = ARES_ECONNREFUSED;
  }
  lookup.status_if_alive = LookupStatus::timeout;
  switch (status) {
    case ARES_ETIMEOUT:
      if (!silent(options_.patience)) {
        fail(lookup, LookupStatus::timeout);
        return;
      }
      break;
    // The connection was refused, by the server's host or by our own: the server is gone, or the
    // connection broke. Also ARES_EBADRESP: c-ares reports it for every query of a connection on
    // which it could not read one answer, so it does not concern this name.
    default:
      lookup.status_if_alive = LookupStatus::servfail;
      ++lookup.broken;
      break;
  }
  unclassified_.push_back(&lookup);
}

void Resolver::on_check(bool alive) {
  checking_ = false;
  reachable_ = alive;
  for (Lookup* const lookup : std::exchange(unclassified_, {})) {
    if (!alive) {
      fail(*lookup, LookupStatus::unreachable);
    } else if (lookup->status_if_alive == LookupStatus::servfail && lookup->broken < kBrokenMost) {
      ++counts_.retried;
      queue_.push_back(lookup);
    } else {
      fail(*lookup, lookup->status_if_alive);
    }
  }
}

void Resolver::fail(const Lookup& lookup, LookupStatus status) {
  ++counts_.failed;
  if (status == LookupStatus::timeout) ++counts_.timeouts;
  if (status == LookupStatus::unreachable) ++counts_.unreachable;
  Answer answer;
  answer.status = status;
  finish(lookup, std::move(answer));
}

void Resolver::finish(const Lookup& lookup, Answer answer) {
  const auto shared = std::make_shared<const Answer>(std::move(answer));
  cache_->keep(*lookup.question, shared, now_);
  for (const std::uint64_t ticket : lookup.tickets) finished_.push_back({ticket, shared});
  lookups_.erase(lookups_.find(*lookup.question));
}

}  // namespace mxsweep::dns
