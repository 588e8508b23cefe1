// SPDX-License-Identifier: MIT
// One TLS connection without a socket: ciphertext in and out, clear text out and in.
//
//   Source    RFC 8446 (TLS 1.3), RFC 5246 and before; RFC 6066 (SNI); no ALPN, no tickets, one key
//             share (X25519): a server that prefers another group asks again.
//   Shape     A client begins with advance({}). Then advance() with whatever arrives, until it
//             answers closed or failed; write() once established. After each call outgoing() is
//             what must be sent; take it and clear() it.
//   Lifetime  Its Client or Server outlives it. The octets passed to advance() are read where they
//             are, and no longer needed when it returns.
//   Cost      a server chooses some of it, by its keys, groups and certificates. What would cost
//             more than 50 ms of one advance() ends the handshake instead.
//   Memory    of the library's, for a client: 12 KB once it has spoken, 11 KB when established. A
//             peer that sends and sends without a result is cut off after 256 KiB.
//   Errors    status failed, with failure() and, if one was received, alert(); from the beginning
//             when there is no memory for a session. No octet that a peer
//             can send does worse. When we are the one who gives up, outgoing() holds our alert;
//             nothing, to a peer that does not speak TLS.
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

namespace mxsweep::tls {

enum class EngineState : std::uint8_t {
  handshaking,
  established,
  closed,  // close_notify was received, after the handshake.
  failed,
};

// One word for each that a reader of the record would treat differently.
enum class Failure : std::uint8_t {
  none,
  not_tls,             // The first octets are no TLS record.
  version,             // No version in common: an alert, or a version that we do not accept.
  handshake_failure,   // Nothing else in common (alerts handshake_failure, insufficient_security).
  client_certificate,  // It insists on a client certificate.
  alert,               // Any other fatal alert that it sent.
  bad_certificate,     // Its certificate cannot be parsed, or its key cannot be used or is so
                       // large that we do not.
  limit,               // A message, or messages without a result, longer than we read; or more
                       // work than we do for one server.
  unsupported,         // A key, curve or signature of a kind that the library does not know.
  malformed,           // Octets that break the protocol: their framing, their order, their MAC.
  closed,              // close_notify in the middle of the handshake.
  shortage,            // The library could not allocate: ours, and nothing about the peer.
};

class Engine {
 public:
  // `server_name`: for SNI, a host name; empty or an address: none is sent.
  Engine(const Client& client, std::string_view server_name);
  explicit Engine(const Server& server);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Takes all of `received` and appends what was decrypted to `clear`.
  EngineState advance(std::string_view received, std::string& clear);

  // Requires: established.
  void write(std::string_view clear);
  // Says close_notify. Requires: established, or closed by the peer.
  void close();

  [[nodiscard]] std::string& outgoing() { return outgoing_; }

  [[nodiscard]] EngineState status() const { return status_; }
  [[nodiscard]] Failure failure() const { return failure_; }
  // The fatal alert that the peer sent, by its name in RFC 8446; empty: none.
  [[nodiscard]] std::string_view alert() const { return alert_; }

  // Whether the handshake was finished, whatever came behind it.
  [[nodiscard]] bool secured() const { return secured_; }
  // All of it once the handshake is done, and ever after. Before that, and when it has failed, the
  // version alone, if the server has shown certificates; else nothing.
  [[nodiscard]] Session session() const;
  // Of the client's side: whether the server asked for a certificate. Any time.
  [[nodiscard]] bool client_certificate_requested() const { return certificate_requested_; }
  // The certificates that the peer sent, DER, leaf first, even if the handshake failed then. The
  // views live until the next advance(), or as long as the engine once it is done or failed.
  [[nodiscard]] std::vector<std::string_view> peer_chain() const;

 private:
  struct Library;

  [[nodiscard]] int start(unsigned flags, void* priority, void* credentials, void* anonymous);
  [[nodiscard]] bool begins_like_tls();
  void shake_hands();
  [[nodiscard]] int keep_shown(std::string_view message);
  void decrypt(std::string& clear);
  void fail(int error);

  std::unique_ptr<Library> library_;
  std::string outgoing_;
  std::string_view received_;  // What advance() was given and the library has not read yet.
  std::string_view alert_;
  EngineState status_ = EngineState::handshaking;
  Failure failure_ = Failure::none;
  std::size_t octets_without_progress_ = 0;  // Received since the last result.
  std::uint8_t first_octets_ = 0;            // How many of the two that give TLS away were seen.
  bool certificate_requested_ = false;
  bool secured_ = false;
};

}  // namespace mxsweep::tls
