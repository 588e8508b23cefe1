// SPDX-License-Identifier: MIT
// Servers that do anything: a number determines the persona, from an almost well-behaved server to
// noise. Each phase is spoiled on its own, so that every one of them is reached often.
//
//   Shape     the same persona is played in memory (support/hostile_talk.h) and, written as JSON,
//             over sockets by the fleet (support/hostile_fleet.cc).
//   Lifetime  a persona shares the TLS servers of HostileTls.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/core/time.h"
#include "mxsweep/sink/authority.h"
#include "mxsweep/sink/persona.h"

namespace mxsweep::sink {

// The TLS behaviours that hostile personas have, with their certificates.
class HostileTls {
 public:
  explicit HostileTls(WallTime now);

  [[nodiscard]] std::string_view root_pem() const { return authority_.root_pem(); }
  [[nodiscard]] const std::vector<Persona>& kinds() const { return kinds_; }

 private:
  Authority authority_;
  std::vector<Persona> kinds_;  // Only their members about TLS are meaningful.
};

struct HostileTimes {
  Duration shorter;  // Pauses up to this meet every deadline.
  Duration longer;   // Pauses up to this, from zero on, may miss them.
};

struct HostileRules {
  HostileTimes times;
  std::uint32_t tls_share = 10;  // One in so many of the servers offers TLS.
  // Over sockets: nothing that depends on which of two things the kernel does first, and whether a
  // conversation begins with TLS is the same for all of a fleet.
  bool steady = false;
  bool begins_with_tls = false;
};

class HostilePersona {
 public:
  HostilePersona(std::uint64_t seed, const HostileTls& tls, const HostileRules& rules);

  [[nodiscard]] const Persona& persona() const { return persona_; }
  [[nodiscard]] Persona& persona() { return persona_; }
  // Whether the connection begins with TLS, for the client; the server may see that differently.
  [[nodiscard]] bool client_begins_with_tls() const { return client_begins_with_tls_; }

 private:
  [[nodiscard]] bool one_in(std::uint32_t count) { return random_.below(count) == 0; }
  [[nodiscard]] std::string any_of(std::string_view alphabet, std::size_t octets);
  [[nodiscard]] std::string any_octets(std::size_t octets_max);
  [[nodiscard]] std::string right_reply(Trigger trigger);
  [[nodiscard]] std::string ehlo_reply();
  [[nodiscard]] std::string wrong_reply();
  [[nodiscard]] std::string odd_lines();
  [[nodiscard]] std::string much();
  [[nodiscard]] std::string other_protocol();
  [[nodiscard]] std::string tls_in_clear();
  [[nodiscard]] std::string early_replies(Trigger trigger);
  [[nodiscard]] std::string reply(Trigger trigger);
  void spoil(std::string& octets);
  [[nodiscard]] Duration pause();
  [[nodiscard]] StepAction ending(Trigger trigger);
  [[nodiscard]] Script script(Trigger trigger);
  [[nodiscard]] Script hello();
  void add_step(Script& script, std::string octets);

  Random random_;
  HostileRules rules_;
  bool offers_tls_ = false;
  bool client_begins_with_tls_ = false;
  Persona persona_;
};

}  // namespace mxsweep::sink
