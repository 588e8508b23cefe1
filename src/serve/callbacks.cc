// SPDX-License-Identifier: MIT
// The library's callbacks: from the first line of a request to the end of its answer.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/serve/encoding.h"
#include "mxsweep/serve/query.h"
#include "serve/loop.h"
#include "serve/response.h"

namespace mxsweep::serve {
namespace {

// With this, and what the deadlines allow, a connection costs some 20 KB while it sends nothing.
constexpr std::size_t kHeadOctetsMax = std::size_t{16} * 1024;
// Of a body that is too large, so that its sender can read the answer. Beyond, it is cut off.
constexpr std::size_t kDiscardedOctetsMax = std::size_t{1024} * 1024;

// The library would decode the target, and cut it at its first NUL.
std::size_t leave_encoded(void* /*loop*/, MHD_Connection* /*connection*/, char* text) {
  return std::string_view(text).size();
}

struct Headers {
  Head& head;
  Request& request;
};

bool is_name(std::string_view given, std::string_view small) {
  return std::ranges::equal(given, small, {}, lower);
}

// A header that comes twice is a list (RFC 9110 section 5.3); of credentials, a wrong one.
void join(std::string& list, std::string_view value) {
  if (!list.empty()) list += ", ";
  list += value;
}

MHD_Result read_header(void* context, MHD_ValueKind /*kind*/, const char* key, const char* text) {
  auto& [head, request] = *static_cast<Headers*>(context);
  const std::string_view name = key;
  const std::string_view value = text == nullptr ? "" : text;
  if (is_name(name, "host")) head.hosts.emplace_back(value);
  if (is_name(name, "content-length")) head.lengths.emplace_back(value);
  if (is_name(name, "transfer-encoding")) ++head.encodings;
  if (is_name(name, "authorization")) join(request.authorization, value);
  if (is_name(name, "accept")) join(request.accept, value);
  if (is_name(name, "accept-encoding")) join(request.accept_encoding, value);
  if (is_name(name, "if-none-match")) join(request.if_none_match, value);
  if (is_name(name, "content-type")) join(request.content_type, value);
  return MHD_YES;
}

}  // namespace

Status Loop::open() {
  const std::string cure = "raise the limit on open files (ulimit -n)";
  if (!inbox_->bell().good()) return Status::machine("no descriptor for the HTTP server", cure);
  const unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
  daemon_ = ::MHD_start_daemon(flags, 0, nullptr, nullptr, &Loop::on_access, this,  //
                               MHD_OPTION_CONNECTION_MEMORY_LIMIT, kHeadOctetsMax,  //
                               MHD_OPTION_CONNECTION_LIMIT,
                               static_cast<unsigned>(open_max()),                         //
                               MHD_OPTION_CONNECTION_TIMEOUT, 0U,                         //
                               MHD_OPTION_URI_LOG_CALLBACK, &Loop::on_target, this,       //
                               MHD_OPTION_UNESCAPE_CALLBACK, &leave_encoded, nullptr,     //
                               MHD_OPTION_NOTIFY_CONNECTION, &Loop::on_connection, this,  //
                               MHD_OPTION_NOTIFY_COMPLETED, &Loop::on_completed, this,    //
                               MHD_OPTION_END);
  if (daemon_ == nullptr) return Status::machine("the HTTP server cannot be opened", cure);
  const MHD_DaemonInfo* const info = ::MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
  epoll_ = info->epoll_fd;
  return {};
}

Loop::Guest* Loop::guest_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* const info =
      ::MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == nullptr ? nullptr : static_cast<Guest*>(info->socket_context);
}

void Loop::on_connection(void* self, MHD_Connection* connection, void** context,
                         MHD_ConnectionNotificationCode code) {
  Loop& loop = *static_cast<Loop*>(self);
  if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
    if (*context != nullptr) loop.forget(static_cast<Guest*>(*context)->descriptor);
    *context = nullptr;
    return;
  }
  const MHD_ConnectionInfo* const info =
      ::MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  const auto guest = loop.guests_.find(info->connect_fd);
  if (guest == loop.guests_.end()) return;
  guest->second->connection = connection;
  *context = guest->second.get();
}

void* Loop::on_target(void* /*self*/, const char* target, MHD_Connection* connection) {
  Guest* const guest = guest_of(connection);
  if (guest == nullptr) return nullptr;
  guest->exchange = {};
  const std::string_view text = target;
  guest->exchange.head.target_too_long = text.size() > kTargetOctetsMax;
  guest->exchange.head.target = text.substr(0, kTargetOctetsMax);
  return nullptr;
}

MHD_Result Loop::on_access(void* self, MHD_Connection* connection, const char* /*target*/,
                           const char* method, const char* /*version*/, const char* body,
                           std::size_t* octets, void** /*context*/) {
  Loop& loop = *static_cast<Loop*>(self);
  Guest* const guest = guest_of(connection);
  if (guest == nullptr || loop.stopping_.load(std::memory_order_acquire)) return MHD_NO;
  if (!guest->exchange.checked) return loop.on_head(*guest, method);
  if (*octets > 0) return loop.on_body(*guest, body, octets);
  return loop.on_whole(*guest);
}

void Loop::on_completed(void* self, MHD_Connection* connection, void** /*context*/,
                        MHD_RequestTerminationCode /*code*/) {
  Loop& loop = *static_cast<Loop*>(self);
  Guest* const guest = guest_of(connection);
  if (guest == nullptr) return;
  loop.waiting_.erase(guest->exchange.number);
  guest->exchange = {};
  loop.connections_.wait(guest->descriptor, Waits::request, loop.now_);
}

MHD_Result Loop::on_head(Guest& guest, const char* method) {
  Exchange& exchange = guest.exchange;
  exchange.checked = true;
  exchange.head.method = method;
  Headers headers{exchange.head, exchange.request};
  ::MHD_get_connection_values(guest.connection, MHD_HEADER_KIND, &read_header, &headers);
  ++tally_.requests;
  std::optional<Answer> refusal = check(exchange.head, rules_, guest.local, exchange.request);
  exchange.method = exchange.request.method;
  exchange.gzip = takes_gzip(exchange.request.accept_encoding);
  if (exchange.method != Method::post) exchange.if_none_match = exchange.request.if_none_match;
  if (!refusal) return MHD_YES;
  ++tally_.refused;
  return send(guest, *std::move(refusal));
}

MHD_Result Loop::on_body(Guest& guest, const char* body, std::size_t* octets) {
  Exchange& exchange = guest.exchange;
  exchange.octets += *octets;
  if (exchange.octets <= options_.body_octets_max) {
    exchange.request.body.append(body, *octets);
  } else if (exchange.octets > options_.body_octets_max + kDiscardedOctetsMax) {
    ++tally_.refused;
    return MHD_NO;
  }
  *octets = 0;
  return MHD_YES;
}

MHD_Result Loop::on_whole(Guest& guest) {
  Exchange& exchange = guest.exchange;
  if (exchange.octets > options_.body_octets_max) {
    ++tally_.refused;
    return send(guest, plain_answer(413));
  }
  if (!exchange.handed_over) {
    exchange.handed_over = true;
    exchange.number = ++requests_;
    exchange.request.peer = guest.peer;
    handler_(std::move(exchange.request),
             Responder(std::make_shared<Responder::Ticket>(inbox_, exchange.number)));
    std::optional<Inbox::Reply> reply = inbox_->take(exchange.number);
    if (!reply) {
      suspend(guest);
      return MHD_YES;
    }
    take(exchange, *std::move(reply));
  }
  if (exchange.refusal) return send(guest, *std::exchange(exchange.refusal, std::nullopt));
  if (!exchange.make) return MHD_NO;
  return send(guest, std::exchange(exchange.make, nullptr)());
}

void Loop::take(Exchange& exchange, Inbox::Reply&& reply) {
  exchange.make = std::move(reply.make);
  if (!exchange.make) exchange.refusal = plain_answer(503);
}

MHD_Result Loop::send(Guest& guest, Answer&& answer) {
  answer = fitted(std::move(answer), guest.exchange.gzip, guest.exchange.if_none_match);
  auto status = static_cast<unsigned>(answer.status);
  const Method method = guest.exchange.method;
  const bool streams = static_cast<bool>(answer.more);
  Response response = make_response(std::move(answer), method, flow_to(guest));
  if (!response) {
    status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    response = make_response(plain_answer(MHD_HTTP_INTERNAL_SERVER_ERROR), method, {});
  }
  if (!response) return MHD_NO;
  guest.exchange.streams = streams;
  connections_.wait(guest.descriptor, Waits::taker, now_);
  if (streams) connections_.stream(guest.descriptor, now_);
  return ::MHD_queue_response(guest.connection, status, response.get());
}

// The library drops a response before its connection is closed, and so before `guest` is gone.
Flow Loop::flow_to(Guest& guest) {
  return {.wake = Wake(inbox_, guest.exchange.number),
          .go_on =
              [this, &guest] {
                connections_.wait(guest.descriptor, Waits::taker, now_);
                return !guest.exchange.given_up && !stopping_.load(std::memory_order_acquire);
              },
          .pause = [this, &guest] { suspend(guest); }};
}

}  // namespace mxsweep::serve
