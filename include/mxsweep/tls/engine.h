// SPDX-License-Identifier: MIT
// One TLS connection without a socket: ciphertext in and out, clear text out and in.
//
//   Source    RFC 8446 (TLS 1.3), RFC 5246 and earlier; RFC 6066 (SNI). No ALPN, no tickets unless
//             one is given, one key share (X25519): a server that prefers another group sends a
//             HelloRetryRequest.
//   Shape     A client starts with advance({}). Then call advance() with each received block until
//             the status is closed or failed, and write() once it is established. After each call
//             send what is in outgoing(), and clear() it.
//   Lifetime  Its Client or Server outlives it. The octets passed to advance() are not copied and
//             are no longer needed when it returns.
//   Cost      depends on the server's keys, groups and certificates. A handshake that would take
//             more than 50 ms in one advance() fails instead.
//   Memory    the library's, for a client: 12 KB after the first message is written, 11 KB when
//             established. A peer that sends 256 KiB without a result is cut off.
//   Errors    status failed, with failure() and, if an alert was received, alert(); failed from the
//             start if there is no memory for a session. Nothing that a peer sends can do worse. If
//             this side fails the connection, outgoing() holds our alert, or nothing if the peer
//             does not speak TLS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/client.h"
#include "mxsweep/tls/facts.h"
#include "mxsweep/tls/server.h"
#include "mxsweep/tls/ticket.h"

namespace mxsweep::tls {

enum class EngineState : std::uint8_t {
  handshaking,
  established,
  closed,  // close_notify was received, after the handshake.
  failed,
};

// One value for each kind of failure that a reader of the record would treat differently.
enum class Failure : std::uint8_t {
  none,
  not_tls,             // The first octets are not a TLS record.
  version,             // No version in common: an alert, or a version that we do not accept.
  handshake_failure,   // Nothing else in common (alerts handshake_failure, insufficient_security).
  client_certificate,  // The server insists on a client certificate.
  alert,               // The peer sent any other fatal alert.
  bad_certificate,     // The certificate cannot be parsed, or its key cannot be used or is too
                       // large to be used.
  limit,               // A message, or messages without a result, longer than we read; or more
                       // computation than we do for one server.
  unsupported,         // A kind of key, curve or signature that the library does not implement.
  malformed,           // Octets that violate the protocol: framing, order or MAC.
  closed,              // close_notify during the handshake.
  shortage,            // The library could not allocate memory: our side, not the peer's.
};

class Engine {
 public:
  // `server_name`: the host name for SNI. If it is empty or an address, no SNI is sent.
  // `ticket`: to be offered and renewed; null: none. It is read in the constructor only.
  Engine(const Client& client, std::string_view server_name, const Ticket* ticket = nullptr);
  explicit Engine(const Server& server);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Consumes all of `received` and appends the decrypted octets to `clear`.
  EngineState advance(std::string_view received, std::string& clear);

  // Requires: established.
  void write(std::string_view clear);
  // Sends close_notify. Requires: established, or closed by the peer.
  void close();

  // For a client that was given a ticket, when no more octets will come: whether the session was
  // resumed, and what resumes it the next time, if the server has sent that.
  void keep_session(Ticket& ticket) const;

  [[nodiscard]] std::string& outgoing() { return outgoing_; }

  [[nodiscard]] EngineState status() const { return status_; }
  [[nodiscard]] Failure failure() const { return failure_; }
  // The fatal alert that the peer sent, by its name in RFC 8446; empty if there was none.
  [[nodiscard]] std::string_view alert() const { return alert_; }

  // Whether the handshake was completed, whatever happened after it.
  [[nodiscard]] bool secured() const { return secured_; }
  // Complete once the handshake is completed, even after a later failure. Before, and if the
  // handshake failed: only the version, if the server has sent certificates; else nothing.
  [[nodiscard]] Session session() const;
  // For a client: whether the server has requested a certificate. May be called at any time.
  [[nodiscard]] bool client_certificate_requested() const { return certificate_requested_; }
  // The certificates that the peer sent, in DER, leaf first, even if the handshake failed after
  // that. The views are valid until the next advance(); once the handshake is completed or has
  // failed, as long as the engine.
  [[nodiscard]] std::vector<std::string_view> peer_chain() const;

 private:
  struct Library;

  [[nodiscard]] int start(unsigned flags, void* priority, void* credentials, void* anonymous);
  [[nodiscard]] bool begins_like_tls();
  void advance_handshake();
  [[nodiscard]] int inspect_certificates(std::string_view message);
  void decrypt(std::string& clear);
  void fail(int error);

  std::unique_ptr<Library> library_;
  std::string outgoing_;
  std::string_view received_;  // Octets passed to advance() that the library has not read yet.
  std::string_view alert_;
  EngineState status_ = EngineState::handshaking;
  Failure failure_ = Failure::none;
  std::size_t octets_without_progress_ = 0;  // Received since the last result.
  std::uint8_t first_octets_ = 0;            // How many of the two that identify TLS were seen.
  bool certificate_requested_ = false;
  bool secured_ = false;
};

}  // namespace mxsweep::tls
