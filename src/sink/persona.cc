// SPDX-License-Identifier: MIT
#include "mxsweep/sink/persona.h"

#include <algorithm>

#include "sink/imap_personas.json.h"
#include "sink/personas.json.h"
#include "sink/pop3_personas.json.h"

namespace mxsweep::sink {

// The weights are parts of 1000. `plain` has the same host name everywhere, so that its texts need
// no memory of their own.
std::string_view builtin_personas(Protocol protocol) {
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap: return kImapPersonas;
    case Protocol::pop3: return kPop3Personas;
  }
  return kPersonas;
}

std::string host_name(const Address& address) {
  std::string name = "mx-" + to_string(address) + ".sink.test";
  const std::size_t address_end = name.size() - std::string_view(".sink.test").size();
  std::replace_if(
      name.begin(), name.begin() + static_cast<std::ptrdiff_t>(address_end),
      [](char c) { return c == '.' || c == ':'; }, '-');
  return name;
}

std::optional<std::string> keep_only(std::vector<Persona>& personas,
                                     const std::vector<std::string>& names) {
  std::vector<Persona> kept;
  for (const std::string& name : names) {
    const auto found = std::find_if(personas.begin(), personas.end(),
                                    [&](const Persona& persona) { return persona.name == name; });
    if (found == personas.end()) return name;
    kept.push_back(*found);
  }
  personas = std::move(kept);
  return std::nullopt;
}

void delay_greetings(std::vector<Persona>& personas, Duration delay) {
  for (Persona& persona : personas) {
    Script& greeting = persona.scripts[static_cast<std::size_t>(Trigger::greeting)];
    if (greeting.empty()) greeting.emplace_back();
    greeting.front().after += delay;
  }
}

bool speaks_tls(const Persona& persona) {
  const Script& script = persona.script(Trigger::starttls);
  return persona.implicit_tls || (!script.empty() && script.back().action == StepAction::tls);
}

void begin_with_tls(std::vector<Persona>& personas) {
  for (Persona& persona : personas) {
    persona.implicit_tls = true;
    Expected& expect = persona.expect;
    expect.tls.offered.clear();
    expect.anomalies.reset();  // They are in the clear text before TLS.
    if (expect.phase == Phase::starttls) {
      expect = {};  // STARTTLS is never sent.
    } else if (expect.phase == Phase::tls && expect.outcome == Outcome::degraded) {
      expect.outcome = Outcome::failed;
    }
  }
}

}  // namespace mxsweep::sink
