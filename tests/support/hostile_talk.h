// SPDX-License-Identifier: MIT
// One conversation with a hostile persona, in memory and in virtual time. It checks the client:
// what it sends and when, how much it reads, and that it ends.
//
//   Shape     talk() once; then the record, until the object ends. wrong() is empty, or the first
//             rule that the client has broken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/random.h"
#include "mxsweep/probe/conversation.h"
#include "mxsweep/results/record.h"
#include "mxsweep/sink/session.h"

namespace mxsweep::sink {

// How the network cuts what the server sends, and what it does to it.
struct HostileWire {
  enum class Cut : std::uint8_t { whole, octets, pieces };
  enum class Harm : std::uint8_t { none, flip, insert, close, reset };

  Duration one_way = std::chrono::milliseconds{5};
  Cut cut = Cut::whole;
  bool interleaved = false;  // The server reads what the client sends between two pieces.
  std::uint64_t seed = 0;    // Of the pieces.
  Harm harm = Harm::none;
  std::uint32_t harmed_send = 0;  // The server's send that is harmed, counted from 0.
  std::uint32_t harmed_at = 0;    // Its octet.
};

class HostileTalk {
 public:
  HostileTalk(const Persona& persona, const probe::Plan& plan, const targets::Target& target,
              const HostileWire& wire, std::uint32_t others);

  void talk();

  [[nodiscard]] results::Record record() const { return probe_.observation().record("mx.test"); }
  [[nodiscard]] const probe::Observation& observation() const { return probe_.observation(); }
  // The commands that the client sent, in clear or under TLS.
  [[nodiscard]] const std::string& commands() const { return commands_; }
  [[nodiscard]] const std::string& wrong() const { return wrong_; }
  // Octets that have reached the client, and that it has sent.
  [[nodiscard]] std::size_t octets_in() const { return octets_in_; }
  [[nodiscard]] std::size_t octets_out() const { return octets_out_; }

 private:
  enum class Call : std::uint8_t { octets, other };

  void next();
  void deliver();
  void deliver_to_server();
  void client(const probe::Wants& wants, Call call);
  void server(const Reaction& reaction);
  void harm();
  void count_replies(std::string_view clear);
  [[nodiscard]] std::size_t index_of(std::string_view command) const;
  void check_commands(std::string_view sent);
  void check_end();
  void require(bool holds, const char* rule) {
    if (!holds && wrong_.empty()) wrong_ = rule;
  }

  const probe::Plan& plan_;
  const HostileWire wire_;
  const Instant began_{std::chrono::hours{1}};
  probe::Conversation probe_;
  Session session_;
  Random pieces_;
  Instant now_ = began_;
  probe::Wants wants_;
  std::string to_client_;
  std::string to_server_;
  bool report_sent_ = false;
  Instant wake_ = kNever;
  Reaction::End end_ = Reaction::End::no;
  std::uint32_t sends_ = 0;
  std::uint32_t others_;

  std::string line_;  // The beginning of the line that the server is sending in clear text.
  std::uint32_t replies_ = 0;  // At most so many replies have reached the client.
  std::uint32_t commands_sent_ = 0;
  bool quit_sent_ = false;
  std::string commands_;
  std::size_t octets_in_ = 0;
  std::size_t octets_out_ = 0;
  std::string wrong_;
};

// What must be the same however the octets were cut: empty, or the first difference.
[[nodiscard]] std::string difference(const HostileTalk& a, const HostileTalk& b);

}  // namespace mxsweep::sink
