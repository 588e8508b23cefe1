// SPDX-License-Identifier: MIT
// Reads what a server answers to a ClientHello, as far as it is in clear: an alert, or ServerHello
// or HelloRetryRequest, and before TLS 1.3 the messages after it up to the group of the key
// exchange.
//
//   Source    RFC 8446 sections 4.1.3, 4.1.4, 5.1, 6; RFC 5246 sections 7.2, 7.4; RFC 8422 section
//             5.4.
//   Shape     read() each received block until it returns something else than reading. answer() is
//             valid at any time: after a ServerHello it has all but the group.
//   Units     octets.
//   Memory    at most one handshake message, of 64 KiB.
//   Errors    malformed, not_tls, flood: values. No input can do worse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::tls {

// What a server has answered.
struct ServerAnswer {
  enum class Kind : std::uint8_t { none, hello, retry, alert };

  Kind kind = Kind::none;
  std::uint16_t version = 0;  // Of hello and retry, after supported_versions.
  std::uint16_t cipher = 0;
  std::uint16_t group = 0;                  // Of the key exchange; 0: none, or not known.
  std::uint16_t dh_bits = 0;                // Of a DHE prime that has no group number; 0: none.
  std::uint8_t alert = 0;                   // Its number.
  bool could_do_1_3 = false;                // A lower version was chosen by a server that has 1.3.
  std::vector<std::uint16_t> extensions{};  // Of ServerHello, in its order.
  std::string alpn{};                       // The protocol chosen; empty: none.

  [[nodiscard]] bool chose() const { return kind == Kind::hello || kind == Kind::retry; }
};

class FirstFlight {
 public:
  enum class State : std::uint8_t {
    reading,
    complete,   // There is nothing more to learn.
    not_tls,    // The first octets are not a TLS record.
    malformed,  // Octets that violate the protocol.
    flood,      // A message, or all of them, longer than we read.
  };

  State read(std::string_view octets);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const ServerAnswer& answer() const { return answer_; }

 private:
  State read_records();
  State read_alerts(std::string_view alerts);
  State read_messages();
  State on_message(unsigned type, std::string_view body);
  State read_hello(std::string_view body);
  State read_key_exchange(std::string_view body);

  ServerAnswer answer_;
  std::string records_;   // Received, not yet read: less than one record.
  std::string messages_;  // Of the handshake, not yet read: less than one message.
  std::size_t octets_ = 0;
  State state_ = State::reading;
};

}  // namespace mxsweep::tls
