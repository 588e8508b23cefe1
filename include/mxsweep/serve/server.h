// SPDX-License-Identifier: MIT
// An HTTP server for few users and many strangers, on libmicrohttpd.
//
//   Source    RFC 9110, 9112; libmicrohttpd 0.9.75 or newer.
//   Shape     open() binds, start() begins to serve, and the destructor ends it. The handler gets
//             each valid request and must answer it exactly once, at once or later: see Responder.
//   Threads   one of its own, in which the handler and the functions given to
//             Responder::answer() run: they must not wait. It takes no signals. A Responder may be
//             used in any thread.
//   Limits    connections, also of one address (/64 of IPv6); a whole request, and the sending of
//             its answer, have a deadline each; a streamed answer may take longer, as long as its
//             peer takes it. Headers, target and body have a maximum. At the limit of connections,
//             of all or of an address, the one of them that has waited longest for its peer is
//             closed for a new one.
//   Checks    Host must be one of `hosts`, or the address that was connected to; else 421. Methods
//             other than GET, HEAD and POST: 405. A malformed target: 400.
//   Headers   every answer has Content-Security-Policy, X-Content-Type-Options, Referrer-Policy,
//             Cross-Origin-Resource-Policy and Cache-Control, unless the answer has its own; but
//             not the library's own answers to what is no HTTP, which are constant texts.
//   Encoding  a text is compressed if its client takes it so; one with an ETag that the client has
//             already is answered by 304: see encoding.h.
//   Errors    unusable: the address cannot be bound. Afterwards none: a peer only harms itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/serve/request.h"

namespace mxsweep::serve {

inline constexpr Duration kPatience = std::chrono::seconds{30};  // For a handler's answer.
// For all of a streamed answer: what a peer that takes a little now and then can cost.
inline constexpr Duration kStreamSpan = std::chrono::minutes{10};

inline constexpr std::uint32_t kConnectionsMost = 1024;

struct ServerOptions {
  std::string listen;  // "127.0.0.1:8025", "[::1]:8025"; port 0: any free one. "[::]": IPv4, too.
  std::vector<std::string> hosts;  // Names that Host may have, beside addresses and "localhost".
  std::uint32_t connections = kConnectionsMost;
  std::uint32_t connections_of_address = 64;
  Duration request_deadline = std::chrono::seconds{10};
  Duration answer_deadline = std::chrono::seconds{30};  // Of a streamed one: for each block.
  Duration stream_deadline = kStreamSpan;
  Duration patience = kPatience;  // Also for each part of a streamed answer.
  std::size_t body_octets_max = 64 * 1024;
};

// The right to answer one request. If it is dropped, the answer is 503.
class Responder {
 public:
  struct Ticket;  // Of server.cc.
  explicit Responder(std::shared_ptr<Ticket> ticket);
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) noexcept = default;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  // Makes the answer in the server's thread, if the peer is still there.
  void answer(std::function<Answer()> make) &&;
  void answer(Answer&& answer) &&;

 private:
  std::shared_ptr<Ticket> ticket_;
};

class Server {
 public:
  using Handler = std::function<void(Request&& request, Responder&& responder)>;

  explicit Server(Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Status open(const ServerOptions& options);
  Status start();
  [[nodiscard]] const std::string& address() const;  // "127.0.0.1:8025", with the port in use.
  // Ends it; what is not answered by then is not answered.
  void stop();

  struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  // Malformed, too large, of a wrong Host, or too many.
    std::uint64_t expired = 0;  // Connections that were closed at a deadline, or to make room.
    std::uint32_t open = 0;     // Connections.
  };
  [[nodiscard]] Counts counts() const;  // From any thread.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mxsweep::serve
