// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/json/value.h"
#include "mxsweep/sink/persona.h"
#include "sink/json_reader.h"

namespace mxsweep::sink {
namespace {

namespace dom = simdjson::dom;

using Scripts = std::array<std::optional<Script>, kTriggerCount>;

class Reader : private JsonReader {
 public:
  Result<std::vector<Persona>> read(std::string_view json) {
    dom::parser parser;
    dom::element root;
    std::string mistake = json::mistake_in(json, parser, root);
    if (!mistake.empty()) return Status::unusable(std::move(mistake));
    if (!read_root(root)) return Status::unusable(std::move(error));
    return std::move(personas_);
  }

 private:
  bool read_root(const dom::element& root);
  bool read_protocol(const dom::element& value);
  bool read_part(std::string_view key, const dom::element& value, const std::string& where,
                 Scripts& scripts);
  bool read_defaults(const dom::element& value);
  bool read_persona(const dom::element& value, const std::string& where);
  bool read_name(const dom::element& value, const std::string& where, std::string& name);
  bool complete(const std::string& where, const Scripts& own, Persona& persona);

  Protocol protocol_ = Protocol::smtp;
  Scripts defaults_;
  std::vector<Persona> personas_;
};

bool Reader::read_root(const dom::element& root) {
  dom::object object;
  if (!object_of(root, "top level", object)) return false;
  std::optional<dom::element> list;
  for (const auto [key, value] : object) {
    if (key == "defaults") {
      if (!read_defaults(value)) return false;
    } else if (key == "personas") {
      list = value;
    } else if (key == "protocol") {
      if (!read_protocol(value)) return false;
    } else {
      return fail("top level", "unknown key \"" + std::string(key) + "\"");
    }
  }
  dom::array array;
  if (!list) return fail("top level", "\"personas\" is missing");
  if (!array_of(*list, "personas", array)) return false;
  if (array.size() == 0 || array.size() > kPersonasMax) {
    return fail("personas", "must be 1 to " + std::to_string(kPersonasMax));
  }
  for (const dom::element value : array) {
    const std::string where = "personas[" + std::to_string(personas_.size()) + "]";
    if (!read_persona(value, where)) return false;
  }
  return true;
}

bool Reader::read_protocol(const dom::element& value) {
  std::string_view word;
  if (!text_of(value, "protocol", word)) return false;
  for (const Protocol protocol : {Protocol::smtp, Protocol::imap, Protocol::pop3}) {
    if (word != to_string(protocol)) continue;
    protocol_ = protocol;
    return true;
  }
  return fail("protocol", "must be \"smtp\", \"imap\" or \"pop3\"");
}

bool Reader::read_part(std::string_view key, const dom::element& value, const std::string& where,
                       Scripts& scripts) {
  const auto* const row = std::find_if(kTriggers.begin(), kTriggers.end(),
                                       [key](const TriggerRow& each) { return each.key == key; });
  if (row == kTriggers.end()) return fail(where, "unknown key");
  Script& script = scripts[static_cast<std::size_t>(row->trigger)].emplace();
  return read_script(*this, value, where, row->trigger, script);
}

bool Reader::read_defaults(const dom::element& value) {
  dom::object object;
  if (!object_of(value, "defaults", object)) return false;
  for (const auto [key, script] : object) {
    if (!read_part(key, script, "defaults." + std::string(key), defaults_)) return false;
  }
  return true;
}

bool Reader::read_persona(const dom::element& value, const std::string& place) {
  dom::object object;
  if (!object_of(value, place, object)) return false;
  Persona persona;
  persona.protocol = protocol_;
  Scripts scripts;
  bool expects = false;
  std::string_view name;
  const bool named = object["name"].get(name) == simdjson::SUCCESS;
  const std::string where = named ? place + " (" + std::string(name) + ")" : place;
  for (const auto [key, member] : object) {
    const std::string here = where + "." + std::string(key);
    if (key == "name") {
      if (!read_name(member, here, persona.name)) return false;
    } else if (key == "weight") {
      std::uint64_t weight = 0;
      if (!number_of(member, here, 1, kWeightMax, weight)) return false;
      persona.weight = static_cast<std::uint32_t>(weight);
    } else if (key == "expect") {
      if (!read_expect(*this, member, here, persona.expect)) return false;
      expects = true;
    } else if (key == "tls") {
      if (!read_tls_behaviour(*this, member, here, persona.tls)) return false;
    } else if (!read_part(key, member, here, scripts)) {
      return false;
    }
  }
  if (persona.name.empty()) return fail(where, "\"name\" is missing");
  if (persona.weight == 0) return fail(where, "\"weight\" is missing");
  if (!expects) return fail(where, "\"expect\" is missing");
  if (!complete(where, scripts, persona)) return false;
  personas_.push_back(std::move(persona));
  return true;
}

void erase_word(std::string& octets, std::string_view word) {
  const std::size_t at = octets.find(word);
  if (at != std::string::npos) octets.erase(at, word.size());
}

void take_starttls_out_of_ehlo(std::string& octets) {
  constexpr std::string_view kOffer = "250-STARTTLS";
  constexpr std::string_view kLastOffer = "250 STARTTLS";
  if (const std::size_t line = octets.find(kOffer); line != std::string::npos) {
    const std::size_t end = octets.find('\n', line);
    octets.erase(line, end == std::string::npos ? end : end + 1 - line);
  }
  if (const std::size_t line = octets.find(kLastOffer); line != std::string::npos) {
    octets.replace(line, kLastOffer.size(), "250 HELP");
  }
}

// A server under TLS does not offer STARTTLS again (RFC 3207, section 4.2). If that was the last
// line of a reply to EHLO, another one must end the reply.
void take_starttls_out(Protocol protocol, Script& ehlo) {
  for (Step& step : ehlo) {
    switch (protocol) {
      case Protocol::smtp: take_starttls_out_of_ehlo(step.octets); break;
      case Protocol::imap: erase_word(step.octets, " STARTTLS"); break;
      case Protocol::pop3: erase_word(step.octets, "STLS\r\n"); break;
    }
  }
}

// Scripts that the persona does not have are taken from the defaults. But its own reply to EHLO has
// precedence over their reply under TLS.
bool Reader::complete(const std::string& where, const Scripts& own, Persona& persona) {
  const bool own_ehlo = own[static_cast<std::size_t>(Trigger::ehlo)].has_value();
  for (const auto& [trigger, key, commands] : kTriggers) {
    const auto index = static_cast<std::size_t>(trigger);
    Script& script = persona.scripts[index];
    if (own[index]) {
      script = *own[index];
    } else if (defaults_[index] && !(trigger == Trigger::ehlo_tls && own_ehlo)) {
      script = *defaults_[index];
    } else if (trigger == Trigger::ehlo_tls) {
      script = persona.script(Trigger::ehlo);
      take_starttls_out(persona.protocol, script);
    } else if (trigger == Trigger::mail || trigger == Trigger::rcpt) {
      script = persona.script(Trigger::other);
    } else if (trigger == Trigger::relay) {
      script = persona.script(Trigger::rcpt);
    } else if (trigger != Trigger::hello &&
               (trigger != Trigger::helo || persona.protocol == Protocol::smtp)) {
      return fail(where, "no \"" + std::string(key) + "\", here or in \"defaults\"");
    }
  }
  return true;
}

bool Reader::read_name(const dom::element& value, const std::string& where, std::string& name) {
  std::string_view text;
  if (!text_of(value, where, text)) return false;
  const auto allowed = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), allowed)) {
    return fail(where, "must be letters, digits, \"_\" and \"-\"");
  }
  for (const Persona& other : personas_) {
    if (other.name == text) return fail(where, "is the name of two personas");
  }
  name = text;
  return true;
}

}  // namespace

Result<std::vector<Persona>> read_personas(std::string_view json) { return Reader().read(json); }

}  // namespace mxsweep::sink
