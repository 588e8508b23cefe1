// SPDX-License-Identifier: MIT
#include "mxsweep/tls/engine.h"

#include <gnutls/gnutls.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"
#include "tls/alerts.h"
#include "tls/certificate.h"
#include "tls/client_library.h"
#include "tls/library.h"
#include "tls/limits.h"
#include "tls/server_library.h"
#include "tls/session.h"
#include "tls/shown_chain.h"

namespace mxsweep::tls {
namespace {

// Octets received without progress: neither a completed handshake nor clear text. The library
// buffers a message of up to 16 MiB before it checks its size.
constexpr std::size_t kOctetsWithoutProgressMax = std::size_t{256} * 1024;

// Smaller primes are refused. 512 bits were allowed by the export rules of the 1990s, and a server
// that still uses them must be observable.
constexpr unsigned kPrimeBitsMin = 512;

// The complete record.
constexpr std::string_view kChangeCipherSpec("\x14\x03\x03\x00\x01\x01", 6);

// Library calls allowed per advance(), in addition to one per octet; without octets it needs two
// or three. A guard against an endless loop in the library, which would block a worker.
constexpr std::size_t kStepsMin = 16;

}  // namespace

struct Engine::Library {
  Library() = default;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { gnutls_deinit(session); }

  static ssize_t pull(gnutls_transport_ptr_t raw, void* to, std::size_t most) {
    auto& engine = *static_cast<Engine*>(raw);
    const std::size_t octets = std::min(most, engine.received_.size());
    if (octets == 0) {
      engine.library_->input_exhausted = true;
      gnutls_transport_set_errno(engine.library_->session, EAGAIN);
      return -1;
    }
    std::memcpy(to, engine.received_.data(), octets);
    engine.received_.remove_prefix(octets);
    return static_cast<ssize_t>(octets);
  }

  static ssize_t push(gnutls_transport_ptr_t raw, const void* from, std::size_t octets) {
    auto& engine = *static_cast<Engine*>(raw);
    std::string& held_back = engine.library_->held_back;
    const std::string_view record(static_cast<const char*>(from), octets);
    if (held_back.empty() && record == kChangeCipherSpec && !engine.library_->server) {
      held_back = record;
    } else {
      engine.outgoing_.append(held_back).append(record);
      held_back.clear();
    }
    return static_cast<ssize_t>(octets);
  }

  // An error returned here ends the handshake before the library parses the message.
  static int before_message(gnutls_session_t session, unsigned type, unsigned, unsigned incoming,
                            const gnutls_datum_t* message) {
    auto& engine = *static_cast<Engine*>(gnutls_session_get_ptr(session));
    const std::string_view octets(reinterpret_cast<const char*>(message->data), message->size);
    if (type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT) {
      // Some servers use a key in a way that its certificate does not allow. The mode that
      // tolerates it also disables the extended master secret and encrypt-then-MAC; enabled only
      // here, after the server has agreed to both, it disables neither.
      gnutls_session_enable_compatibility_mode(session);
      return incoming != 0 ? engine.inspect_certificates(octets) : GNUTLS_E_SUCCESS;
    }
    if (type == GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE && has_ephemeral_dh_group(session) &&
        group_too_large(octets)) {
      return GNUTLS_E_HANDSHAKE_TOO_LARGE;
    }
    return GNUTLS_E_SUCCESS;
  }

  static bool has_ephemeral_dh_group(gnutls_session_t session) {
    const gnutls_kx_algorithm_t exchange = gnutls_kx_get(session);
    return exchange == GNUTLS_KX_DHE_RSA || exchange == GNUTLS_KX_DHE_DSS ||
           exchange == GNUTLS_KX_ANON_DH;
  }

  gnutls_session_t session = nullptr;
  // The library wanted octets and there were none. GNUTLS_E_AGAIN does not show that: it is also
  // returned after a message that does not concern the application.
  bool input_exhausted = false;
  bool server = false;
  // TLS 1.3's dummy change_cipher_spec, which the library sends as soon as it has the ServerHello.
  // Sent on its own, it would make our kernel delay the rest of the flight until the server's
  // acknowledgement, 40 ms later (RFC 896 with RFC 1122, 4.2.3.2). It is held back and sent where
  // RFC 8446, D.4, wants it: immediately before the second flight.
  std::string held_back;
  // The server's Certificate message, until the handshake is completed: the library keeps only what
  // it can use.
  std::string certificate_message;
};

Engine::Engine(const Client& client, std::string_view server_name, const Ticket* ticket)
    : library_(std::make_unique<Library>()) {
  INVARIANT(client.library_ != nullptr);
  const unsigned tickets = ticket == nullptr ? GNUTLS_NO_TICKETS : 0U;
  int result =
      start(GNUTLS_CLIENT | tickets | GNUTLS_KEY_SHARE_TOP, client.library_->priority.get(),
            client.library_->credentials.get(), client.library_->anonymous.get());
  if (result < 0) {
    fail(result);
    return;
  }
  gnutls_session_t const session = library_->session;
  gnutls_dh_set_prime_bits(session, kPrimeBitsMin);
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE,
                                     &Library::before_message);
  // RFC 6066 section 3: without the trailing dot, and never an address. A name that the library
  // refuses is not sent.
  if (server_name.ends_with('.')) server_name.remove_suffix(1);
  if (!server_name.empty() && !parse_address(server_name)) {
    result =
        gnutls_server_name_set(session, GNUTLS_NAME_DNS, server_name.data(), server_name.size());
    if (result == GNUTLS_E_MEMORY_ERROR) fail(result);
  }
  if (ticket != nullptr && !ticket->session.empty()) {
    result = gnutls_session_set_data(session, ticket->session.data(), ticket->session.size());
    if (result == GNUTLS_E_MEMORY_ERROR) fail(result);
  }
}

// Under TLS 1.3 the library would wait for a ticket that has not come.
void Engine::keep_session(Ticket& ticket) const {
  gnutls_session_t const session = library_->session;
  ticket.session.clear();
  ticket.resumed = secured_ && gnutls_session_is_resumed(session) != 0;
  if (!secured_) return;
  const bool is_1_3 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
  if (is_1_3 && (gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET) == 0) return;
  gnutls_datum_t data{};
  if (gnutls_session_get_data2(session, &data) < 0) return;
  ticket.session.assign(reinterpret_cast<const char*>(data.data), data.size);
  gnutls_free(data.data);
}

Engine::Engine(const Server& server) : library_(std::make_unique<Library>()) {
  INVARIANT(server.library_ != nullptr);
  library_->server = true;
  const int result = start(GNUTLS_SERVER | GNUTLS_NO_TICKETS, server.library_->priority.get(),
                           server.library_->credentials.get(), server.library_->anonymous.get());
  if (result < 0) {
    fail(result);
    return;
  }
  switch (server.library_->client_certificate) {
    case ClientCertificate::not_asked: break;
    case ClientCertificate::requested:
      gnutls_certificate_server_set_request(library_->session, GNUTLS_CERT_REQUEST);
      break;
    case ClientCertificate::required:
      gnutls_certificate_server_set_request(library_->session, GNUTLS_CERT_REQUIRE);
      break;
  }
}

Engine::~Engine() = default;

// These calls fail only for lack of memory.
int Engine::start(unsigned flags, void* priority, void* credentials, void* anonymous) {
  if (!has_memory(kStepMemory)) return GNUTLS_E_MEMORY_ERROR;
  gnutls_session_t session = nullptr;
  int result = gnutls_init(&session, flags | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  if (result < 0) return GNUTLS_E_MEMORY_ERROR;
  library_->session = session;
  result = gnutls_priority_set(session, static_cast<gnutls_priority_t>(priority));
  if (result < 0) return GNUTLS_E_MEMORY_ERROR;
  result = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  if (result < 0) return GNUTLS_E_MEMORY_ERROR;
  result = gnutls_credentials_set(session, GNUTLS_CRD_ANON, anonymous);
  if (result < 0) return GNUTLS_E_MEMORY_ERROR;
  gnutls_session_set_ptr(session, this);
  gnutls_transport_set_ptr(session, this);
  gnutls_transport_set_pull_function(session, &Library::pull);
  gnutls_transport_set_push_function(session, &Library::push);
  // Deadlines are the caller's: with any timeout the library would read the clock and wait.
  gnutls_handshake_set_timeout(session, 0);
  gnutls_handshake_set_max_packet_length(session, kMessageOctetsMax);
  return GNUTLS_E_SUCCESS;
}

EngineState Engine::advance(std::string_view received, std::string& clear) {
  const EngineState before = status_;
  const std::size_t clear_before = clear.size();
  received_ = received;
  if (status_ == EngineState::handshaking && begins_like_tls()) advance_handshake();
  if (status_ == EngineState::established) decrypt(clear);
  received_ = {};
  const bool quiet = status_ == before && clear.size() == clear_before;
  octets_without_progress_ = quiet ? octets_without_progress_ + received.size() : 0;
  const bool open = status_ == EngineState::handshaking || status_ == EngineState::established;
  if (open && octets_without_progress_ > kOctetsWithoutProgressMax)
    fail(GNUTLS_E_HANDSHAKE_TOO_LARGE);
  return status_;
}

// RFC 8446 section 5.1: the record's type, then a version, whose first octet is 3 since SSL 3.0.
// Anything else (most often an SMTP reply) gets no answer, because the peer could not read an
// alert.
bool Engine::begins_like_tls() {
  for (const char octet : received_.substr(0, 2U - first_octets_)) {
    const bool fits = first_octets_ == 0 ? octet >= 20 && octet <= 23 : octet == 3;
    if (!fits) {
      status_ = EngineState::failed;
      failure_ = Failure::not_tls;
      return false;
    }
    ++first_octets_;
  }
  return true;
}

void Engine::advance_handshake() {
  gnutls_session_t const session = library_->session;
  library_->input_exhausted = false;
  if (!has_memory(kStepMemory)) return fail(GNUTLS_E_MEMORY_ERROR);
  for (std::size_t steps = received_.size() + kStepsMin; !library_->input_exhausted; --steps) {
    if (steps == 0) return fail(GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS);
    const int result = gnutls_handshake(session);
    if (gnutls_certificate_client_get_request_status(session) != 0) certificate_requested_ = true;
    if (result == GNUTLS_E_SUCCESS) {
      status_ = EngineState::established;
      secured_ = true;
      std::string().swap(library_->certificate_message);  // clear() would keep its memory.
      return;
    }
    if (gnutls_error_is_fatal(result) != 0) return fail(result);
  }
}

// Keeps the message and checks its certificates against the limits. Returns a code of the library.
int Engine::inspect_certificates(std::string_view message) {
  library_->certificate_message = message;
  CertificateGauge gauge;
  for (const std::string_view certificate : peer_chain()) {
    switch (gauge.add(certificate)) {
      case Excess::none: break;
      case Excess::key: return GNUTLS_E_CERTIFICATE_ERROR;
      case Excess::elements: return GNUTLS_E_HANDSHAKE_TOO_LARGE;
    }
  }
  const bool enough = has_memory(kStepMemory + gauge.elements() * kElementMemory);
  return enough ? GNUTLS_E_SUCCESS : GNUTLS_E_MEMORY_ERROR;
}

void Engine::decrypt(std::string& clear) {
  library_->input_exhausted = false;
  for (std::size_t steps = received_.size() + kStepsMin; !library_->input_exhausted; --steps) {
    if (steps == 0) return fail(GNUTLS_E_TOO_MANY_EMPTY_PACKETS);
    gnutls_packet_t packet = nullptr;
    const ssize_t result = gnutls_record_recv_packet(library_->session, &packet);
    if (result > 0) {
      gnutls_datum_t octets{};
      gnutls_packet_get(packet, &octets, nullptr);
      clear.append(reinterpret_cast<const char*>(octets.data), octets.size);
      gnutls_packet_deinit(packet);
    } else if (result == 0) {
      status_ = EngineState::closed;
      return;
    } else if (result == GNUTLS_E_REHANDSHAKE && library_->server) {
      // Must not be ignored: the library keeps the message and would report it again and again.
      return fail(GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET);
    } else if (gnutls_error_is_fatal(static_cast<int>(result)) != 0) {
      return fail(static_cast<int>(result));
    }
  }
}

void Engine::fail(int error) {
  gnutls_session_t const session = library_->session;
  status_ = EngineState::failed;
  if (error == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    const int alert = gnutls_alert_get(session);
    alert_ = alert_name(alert);
    failure_ = failure_of_alert(alert, certificate_requested_);
    return;
  }
  failure_ = failure_of_error(error);
  if (failure_ == Failure::shortage) return;  // An alert would need memory too.
  // The library returns the same error for a malformed certificate and for an unknown kind of key.
  if (failure_ == Failure::bad_certificate && !library_->certificate_message.empty()) {
    const std::vector<std::string_view> chain = peer_chain();
    const KeyKnown known = chain.empty() ? KeyKnown::yes : has_known_key(chain.front());
    if (known == KeyKnown::no) failure_ = Failure::unsupported;
    if (known == KeyKnown::shortage) failure_ = Failure::shortage;
  }
  if (library_->server && error == GNUTLS_E_NO_CERTIFICATE_FOUND) {
    // RFC 5246 section 7.4.6; the library would call it a decoding error.
    failure_ = Failure::client_certificate;
    gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_HANDSHAKE_FAILURE);
    return;
  }
  gnutls_alert_send_appropriate(session, error);
}

void Engine::write(std::string_view clear) {
  INVARIANT(status_ == EngineState::established);
  while (!clear.empty()) {
    const ssize_t sent = gnutls_record_send(library_->session, clear.data(), clear.size());
    if (sent <= 0) return fail(static_cast<int>(sent));
    clear.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Engine::close() {
  INVARIANT(status_ == EngineState::established || status_ == EngineState::closed);
  gnutls_bye(library_->session, GNUTLS_SHUT_WR);
}

Session Engine::session() const {
  if (secured_) return describe(library_->session);
  Session seen;
  if (!library_->certificate_message.empty()) seen.version = version_name(library_->session);
  return seen;
}

std::vector<std::string_view> Engine::peer_chain() const {
  if (!library_->certificate_message.empty()) {
    return certificates_in(library_->certificate_message,
                           gnutls_protocol_get_version(library_->session) == GNUTLS_TLS1_3);
  }
  if (library_->session == nullptr) return {};
  unsigned count = 0;
  const gnutls_datum_t* const first = gnutls_certificate_get_peers(library_->session, &count);
  std::vector<std::string_view> chain;
  chain.reserve(count);
  for (unsigned i = 0; first != nullptr && i < count; ++i) {
    chain.emplace_back(reinterpret_cast<const char*>(first[i].data), first[i].size);
  }
  return chain;
}

}  // namespace mxsweep::tls
