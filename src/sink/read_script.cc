// SPDX-License-Identifier: MIT
#include <charconv>

#include "sink/json_reader.h"

namespace mxsweep::sink {
namespace {

namespace dom = simdjson::dom;

constexpr std::pair<std::string_view, StepAction> kStepActions[] = {
    {"close", StepAction::close}, {"reset", StepAction::reset}, {"hang", StepAction::hang},
    {"tls", StepAction::tls},     {"cut", StepAction::cut},
};

// A step as written; repetitions are not yet expanded.
struct RawStep {
  Step step;
  std::uint64_t repeat = 1;
};

bool read_hex(JsonReader& json, const dom::element& value, const std::string& where,
              std::string& octets) {
  std::string_view text;
  if (!json.text_of(value, where, text)) return false;
  if (text.size() % 2 != 0) return json.fail(where, "must be pairs of hexadecimal digits");
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned octet = 0;
    const char* const end = text.data() + i + 2;
    if (std::from_chars(text.data() + i, end, octet, 16).ptr != end) {
      return json.fail(where, "must be pairs of hexadecimal digits");
    }
    octets.push_back(static_cast<char>(octet));
  }
  return true;
}

bool read_repeat(JsonReader& json, const dom::element& value, const std::string& where,
                 RawStep& raw) {
  std::string_view word;
  if (value.get(word) == simdjson::SUCCESS) {
    raw.step.forever = word == "forever";
    return raw.step.forever || json.fail(where, "must be a number or \"forever\"");
  }
  return json.number_of(value, where, 1, kStepOctetsMax, raw.repeat);
}

bool read_step_key(JsonReader& json, std::string_view key, const dom::element& value,
                   const std::string& where, RawStep& raw) {
  std::uint64_t number = 0;
  std::string_view text;
  if (key == "send" || key == "hex") {
    if (!raw.step.octets.empty()) return json.fail(where, "\"send\" or \"hex\", not both");
    if (key == "hex") return read_hex(json, value, where, raw.step.octets);
    if (!json.text_of(value, where, text)) return false;
    raw.step.octets = text;
    return true;
  }
  if (key == "after_ms") {
    if (!json.number_of(value, where, 0, kAfterMsMax, number)) return false;
    raw.step.after = std::chrono::milliseconds(number);
    return true;
  }
  if (key == "octets_per_s") {
    if (!json.number_of(value, where, 1, kOctetsPerSecondMax, number)) return false;
    raw.step.octet_interval = Duration(std::chrono::seconds(1)) / number;
    return true;
  }
  if (key == "repeat") return read_repeat(json, value, where, raw);
  if (key == "do") {
    if (!json.text_of(value, where, text)) return false;
    const std::optional<StepAction> action = look_up(kStepActions, text);
    if (!action)
      return json.fail(where, "must be \"close\", \"reset\", \"hang\", \"tls\" or \"cut\"");
    raw.step.action = *action;
    return true;
  }
  return json.fail(where, "unknown key");
}

bool read_step(JsonReader& json, const dom::element& value, const std::string& where,
               RawStep& raw) {
  dom::object object;
  if (!json.object_of(value, where, object)) return false;
  if (object.size() == 0) return json.fail(where, "an empty step");
  for (const auto [key, member] : object) {
    if (!read_step_key(json, key, member, where + "." + std::string(key), raw)) return false;
  }
  const Step& step = raw.step;
  const bool has_modifier =
      raw.repeat != 1 || step.forever || step.octet_interval > Duration::zero();
  if (step.octets.empty() && has_modifier) return json.fail(where, "nothing to send");
  if (step.forever && step.action != StepAction::none)
    return json.fail(where, "\"do\" is never reached");
  return true;
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

bool write_out(JsonReader& json, const std::string& where, RawStep& raw) {
  Step& step = raw.step;
  const std::string once = std::move(step.octets);
  step.octets.clear();
  if (once.size() > kStepOctetsMax) return json.fail(where, "too many octets");
  if (step.forever) {
    // An endless text hangs when it has reached its limit.
    step.action = StepAction::hang;
    do step.octets += once;
    while (step.octets.size() + once.size() <= kFloodChunkOctets);
  } else if (raw.repeat == 1) {
    step.octets = once;
  } else {
    for (std::uint64_t i = 1; i <= raw.repeat; ++i) {
      step.octets += numbered(once, i);
      if (step.octets.size() > kStepOctetsMax) {
        return json.fail(where, "more than " + std::to_string(kStepOctetsMax) +
                                    " octets when expanded; \"forever\" has no such limit");
      }
    }
  }
  step.has_fields = step.octets.find("{host}") != std::string::npos ||
                    step.octets.find("{tag}") != std::string::npos;
  return true;
}

// Whether `next` can be sent together with `last`: it follows at once, without an action in
// between. Fewer steps mean fewer sends.
bool continues(const Step& last, const Step& next) {
  return last.action == StepAction::none && !last.forever && !next.forever &&
         last.octet_interval == Duration::zero() && next.octet_interval == Duration::zero() &&
         next.after == Duration::zero();
}

}  // namespace

bool read_script(JsonReader& json, const dom::element& value, const std::string& where,
                 Trigger trigger, Script& script) {
  dom::array array;
  if (!json.array_of(value, where, array)) return false;
  if (array.size() > kStepsMax) {
    return json.fail(where, "more than " + std::to_string(kStepsMax) + " steps");
  }
  std::size_t index = 0;
  for (const dom::element element : array) {
    const std::string here = where + "[" + std::to_string(index++) + "]";
    if (!script.empty() && script.back().action != StepAction::none) {
      return json.fail(here, "is never reached");
    }
    RawStep raw;
    if (!read_step(json, element, here, raw) || !write_out(json, here, raw)) return false;
    if (raw.step.action == StepAction::tls && trigger != Trigger::starttls) {
      return json.fail(here + ".do", "\"tls\" is allowed only in \"starttls\"");
    }
    if (raw.step.action == StepAction::cut && trigger != Trigger::hello) {
      return json.fail(here + ".do", "\"cut\" is allowed only in \"hello\"");
    }
    if (!script.empty() && continues(script.back(), raw.step)) {
      script.back().octets += raw.step.octets;
      script.back().has_fields |= raw.step.has_fields;
      script.back().action = raw.step.action;
    } else {
      script.push_back(std::move(raw.step));
    }
  }
  return true;
}

}  // namespace mxsweep::sink
