// SPDX-License-Identifier: MIT
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "mxsweep/sink/persona.h"
#include "sink/json_mistake.h"

namespace mxsweep::sink {
namespace {

namespace dom = simdjson::dom;

constexpr std::pair<std::string_view, Part> kParts[] = {
    {"greeting", Part::greeting}, {"ehlo", Part::ehlo}, {"helo", Part::helo},
    {"starttls", Part::starttls}, {"noop", Part::noop}, {"quit", Part::quit},
    {"other", Part::other},
};
static_assert(std::size(kParts) == kPartCount);

constexpr std::pair<std::string_view, Deed> kDeeds[] = {
    {"close", Deed::close}, {"reset", Deed::reset}, {"hang", Deed::hang}};

template <typename Value, std::size_t N>
std::optional<Value> look_up(const std::pair<std::string_view, Value> (&table)[N],
                             std::string_view word) {
  for (const auto& [name, value] : table) {
    if (name == word) return value;
  }
  return std::nullopt;
}

// The enumerator whose to_string() is `word`.
template <typename Enum>
std::optional<Enum> word_to(std::string_view word, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

using Scripts = std::array<std::optional<Script>, kPartCount>;

// A step as it is written: repetitions are not yet written out.
struct RawStep {
  Step step;
  std::uint64_t repeat = 1;
};

// Reads by recursive descent. Every function answers whether all is well; where not, error_ says
// why, and where in the JSON.
class Reader {
 public:
  PersonasRead read(std::string_view json) {
    dom::parser parser;
    dom::element root;
    PersonasRead result;
    if (const auto error = parser.parse(json.data(), json.size()).get(root)) {
      const std::size_t line = line_of_mistake(json);
      const std::string place = line == 0 ? "" : ", line " + std::to_string(line);
      result.error = "not JSON" + place + ": " + simdjson::error_message(error);
    } else if (read_root(root)) {
      result.personas = std::move(personas_);
    } else {
      result.error = std::move(error_);
    }
    return result;
  }

 private:
  bool fail(const std::string& where, const std::string& why) {
    error_ = where + ": " + why;
    return false;
  }

  bool object_of(const dom::element& from, const std::string& where, dom::object& to) {
    return from.get(to) == simdjson::SUCCESS || fail(where, "must be an object");
  }
  bool array_of(const dom::element& from, const std::string& where, dom::array& to) {
    return from.get(to) == simdjson::SUCCESS || fail(where, "must be an array");
  }
  bool text_of(const dom::element& from, const std::string& where, std::string_view& to) {
    return from.get(to) == simdjson::SUCCESS || fail(where, "must be a string");
  }
  bool number_of(const dom::element& from, const std::string& where, std::uint64_t least,
                 std::uint64_t most, std::uint64_t& to) {
    if (from.get(to) == simdjson::SUCCESS && to >= least && to <= most) return true;
    return fail(where, "must be a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most));
  }

  bool read_root(const dom::element& root);
  bool read_defaults(const dom::element& value, Scripts& defaults);
  bool read_persona(const dom::element& value, const std::string& where, const Scripts& defaults);
  bool read_name(const dom::element& value, const std::string& where, std::string& name);
  bool read_expect(const dom::element& value, const std::string& where, Expected& expect);
  bool read_script(const dom::element& value, const std::string& where, Script& script);
  bool read_step(const dom::element& value, const std::string& where, RawStep& raw);
  bool read_step_key(std::string_view key, const dom::element& value, const std::string& where,
                     RawStep& raw);
  bool read_hex(const dom::element& value, const std::string& where, std::string& octets);
  bool read_repeat(const dom::element& value, const std::string& where, RawStep& raw);
  bool write_out(const std::string& where, RawStep& raw);

  std::vector<Persona> personas_;
  std::string error_;
};

bool Reader::read_root(const dom::element& root) {
  dom::object object;
  if (!object_of(root, "top level", object)) return false;
  Scripts defaults;
  std::optional<dom::element> list;
  for (const auto [key, value] : object) {
    if (key == "defaults") {
      if (!read_defaults(value, defaults)) return false;
    } else if (key == "personas") {
      list = value;
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
    if (!read_persona(value, where, defaults)) return false;
  }
  return true;
}

bool Reader::read_defaults(const dom::element& value, Scripts& defaults) {
  dom::object object;
  if (!object_of(value, "defaults", object)) return false;
  for (const auto [key, script] : object) {
    const std::string where = "defaults." + std::string(key);
    const std::optional<Part> part = look_up(kParts, key);
    if (!part) return fail(where, "unknown key");
    if (!read_script(script, where, defaults[static_cast<std::size_t>(*part)].emplace())) {
      return false;
    }
  }
  return true;
}

bool Reader::read_persona(const dom::element& value, const std::string& place,
                          const Scripts& defaults) {
  dom::object object;
  if (!object_of(value, place, object)) return false;
  Persona persona;
  Scripts scripts = defaults;
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
      if (!read_expect(member, here, persona.expect)) return false;
      expects = true;
    } else if (const std::optional<Part> part = look_up(kParts, key)) {
      if (!read_script(member, here, scripts[static_cast<std::size_t>(*part)].emplace())) {
        return false;
      }
    } else {
      return fail(here, "unknown key");
    }
  }
  if (persona.name.empty()) return fail(where, "\"name\" is missing");
  if (persona.weight == 0) return fail(where, "\"weight\" is missing");
  if (!expects) return fail(where, "\"expect\" is missing");
  for (const auto& [key, part] : kParts) {
    std::optional<Script>& script = scripts[static_cast<std::size_t>(part)];
    if (!script) return fail(where, "no \"" + std::string(key) + "\", here or in \"defaults\"");
    persona.scripts[static_cast<std::size_t>(part)] = std::move(*script);
  }
  personas_.push_back(std::move(persona));
  return true;
}

bool Reader::read_name(const dom::element& value, const std::string& where, std::string& name) {
  std::string_view text;
  if (!text_of(value, where, text)) return false;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  if (text.empty() || !std::all_of(text.begin(), text.end(), allowed)) {
    return fail(where, "must be letters, digits, \"_\" and \"-\"");
  }
  for (const Persona& other : personas_) {
    if (other.name == text) return fail(where, "stands for two personas");
  }
  name = text;
  return true;
}

bool Reader::read_expect(const dom::element& value, const std::string& where, Expected& expect) {
  dom::object object;
  if (!object_of(value, where, object)) return false;
  std::optional<Outcome> outcome;
  std::optional<Phase> phase;
  std::optional<Cause> cause;
  for (const auto [key, member] : object) {
    const std::string here = where + "." + std::string(key);
    std::string_view word;
    if (!text_of(member, here, word)) return false;
    bool known = false;
    if (key == "outcome") {
      known = (outcome = word_to<Outcome>(word, kOutcomeCount)).has_value();
    } else if (key == "phase") {
      known = (phase = word_to<Phase>(word, kPhaseCount)).has_value();
    } else if (key == "cause") {
      known = (cause = word_to<Cause>(word, kCauseCount)).has_value();
    } else {
      return fail(here, "unknown key");
    }
    if (!known)
      return fail(here, "there is no " + std::string(key) + " \"" + std::string(word) + "\"");
  }
  if (!outcome || !phase || !cause) return fail(where, "needs outcome, phase and cause");
  if ((*outcome == Outcome::ok) != (*cause == Cause::none)) {
    return fail(where, "outcome \"ok\" and cause \"none\" belong together");
  }
  expect = {*outcome, *phase, *cause};
  return true;
}

// Whether `next` can be said in one breath with `last`: it follows at once, and nothing is done
// between. Fewer steps are fewer sends.
bool continues(const Step& last, const Step& next) {
  return last.deed == Deed::none && !last.forever && !next.forever &&
         last.octet_interval == Duration::zero() && next.octet_interval == Duration::zero() &&
         next.after == Duration::zero();
}

bool Reader::read_script(const dom::element& value, const std::string& where, Script& script) {
  dom::array array;
  if (!array_of(value, where, array)) return false;
  if (array.size() > kStepsMax) {
    return fail(where, "more than " + std::to_string(kStepsMax) + " steps");
  }
  std::size_t index = 0;
  for (const dom::element element : array) {
    const std::string here = where + "[" + std::to_string(index++) + "]";
    if (!script.empty() && script.back().deed != Deed::none) {
      return fail(here, "is never reached");
    }
    RawStep raw;
    if (!read_step(element, here, raw) || !write_out(here, raw)) return false;
    if (!script.empty() && continues(script.back(), raw.step)) {
      script.back().octets += raw.step.octets;
      script.back().names_host |= raw.step.names_host;
      script.back().deed = raw.step.deed;
    } else {
      script.push_back(std::move(raw.step));
    }
  }
  return true;
}

bool Reader::read_step(const dom::element& value, const std::string& where, RawStep& raw) {
  dom::object object;
  if (!object_of(value, where, object)) return false;
  if (object.size() == 0) return fail(where, "an empty step");
  for (const auto [key, member] : object) {
    if (!read_step_key(key, member, where + "." + std::string(key), raw)) return false;
  }
  const Step& step = raw.step;
  const bool says_how = raw.repeat != 1 || step.forever || step.octet_interval > Duration::zero();
  if (step.octets.empty() && says_how) return fail(where, "nothing to send");
  if (step.forever && step.deed != Deed::none) return fail(where, "\"do\" is never reached");
  return true;
}

bool Reader::read_step_key(std::string_view key, const dom::element& value,
                           const std::string& where, RawStep& raw) {
  std::uint64_t number = 0;
  std::string_view text;
  if (key == "send" || key == "hex") {
    if (!raw.step.octets.empty()) return fail(where, "\"send\" or \"hex\", not both");
    if (key == "hex") return read_hex(value, where, raw.step.octets);
    if (!text_of(value, where, text)) return false;
    raw.step.octets = text;
    return true;
  }
  if (key == "after_ms") {
    if (!number_of(value, where, 0, kAfterMsMax, number)) return false;
    raw.step.after = std::chrono::milliseconds(number);
    return true;
  }
  if (key == "octets_per_s") {
    if (!number_of(value, where, 1, kOctetsPerSecondMax, number)) return false;
    raw.step.octet_interval = Duration(std::chrono::seconds(1)) / number;
    return true;
  }
  if (key == "repeat") return read_repeat(value, where, raw);
  if (key == "do") {
    if (!text_of(value, where, text)) return false;
    const std::optional<Deed> deed = look_up(kDeeds, text);
    if (!deed) return fail(where, "must be \"close\", \"reset\" or \"hang\"");
    raw.step.deed = *deed;
    return true;
  }
  return fail(where, "unknown key");
}

bool Reader::read_hex(const dom::element& value, const std::string& where, std::string& octets) {
  std::string_view text;
  if (!text_of(value, where, text)) return false;
  if (text.size() % 2 != 0) return fail(where, "must be pairs of hexadecimal digits");
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned octet = 0;
    const char* const end = text.data() + i + 2;
    if (std::from_chars(text.data() + i, end, octet, 16).ptr != end) {
      return fail(where, "must be pairs of hexadecimal digits");
    }
    octets.push_back(static_cast<char>(octet));
  }
  return true;
}

bool Reader::read_repeat(const dom::element& value, const std::string& where, RawStep& raw) {
  std::string_view word;
  if (value.get(word) == simdjson::SUCCESS) {
    raw.step.forever = word == "forever";
    return raw.step.forever || fail(where, "must be a number or \"forever\"");
  }
  return number_of(value, where, 1, kStepOctetsMax, raw.repeat);
}

std::string numbered(std::string_view text, std::uint64_t number) {
  std::string result(text);
  const std::string digits = std::to_string(number);
  for (std::size_t at = 0; (at = result.find("{n}", at)) != std::string::npos;) {
    result.replace(at, 3, digits);
    at += digits.size();
  }
  return result;
}

bool Reader::write_out(const std::string& where, RawStep& raw) {
  Step& step = raw.step;
  const std::string once = std::move(step.octets);
  step.octets.clear();
  if (once.size() > kStepOctetsMax) return fail(where, "too many octets");
  if (step.forever) {
    // An endless text hangs when the session has had enough of it.
    step.deed = Deed::hang;
    do step.octets += once;
    while (step.octets.size() + once.size() <= kFloodChunkOctets);
  } else if (raw.repeat == 1) {
    step.octets = once;
  } else {
    for (std::uint64_t i = 1; i <= raw.repeat; ++i) {
      step.octets += numbered(once, i);
      if (step.octets.size() > kStepOctetsMax) {
        return fail(where, "more than " + std::to_string(kStepOctetsMax) +
                               " octets written out; \"forever\" has no such limit");
      }
    }
  }
  step.names_host = step.octets.find("{host}") != std::string::npos;
  return true;
}

}  // namespace

PersonasRead read_personas(std::string_view json) { return Reader().read(json); }

}  // namespace mxsweep::sink
