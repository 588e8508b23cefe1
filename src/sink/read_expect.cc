// SPDX-License-Identifier: MIT
#include <algorithm>
#include <span>

#include "mxsweep/core/anomaly.h"
#include "sink/json_reader.h"

namespace mxsweep::sink {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kVersions[] = {"TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
constexpr std::string_view kOffered[] = {"yes", "no", "unknown"};
constexpr auto kVerifyErrorCount =
    static_cast<std::size_t>(tls::VerifyError::validation_failure) + 1;

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool no_such(JsonReader& json, const std::string& where, std::string_view what,
             std::string_view word) {
  return json.fail(where, "there is no " + std::string(what) + " \"" + std::string(word) + "\"");
}

bool read_tls(JsonReader& json, const dom::element& value, const std::string& where,
              ExpectedTls& tls) {
  dom::object object;
  if (!json.object_of(value, where, object)) return false;
  for (const auto [key, member] : object) {
    const std::string here = where + "." + std::string(key);
    if (key == "verified" || key == "name_match") {
      if (!json.truth_of(member, here, key == "verified" ? tls.verified : tls.name_match)) {
        return false;
      }
      continue;
    }
    std::string_view word;
    if (!json.text_of(member, here, word)) return false;
    bool known = false;
    if (key == "version") {
      known = is_one_of(kVersions, word);
      tls.version = word;
    } else if (key == "verify_error") {
      const auto error = word_to<tls::VerifyError>(word, kVerifyErrorCount);
      known = error.has_value() && error != tls::VerifyError::none;
      tls.verify_error = word;
    } else if (key == "offered") {
      known = is_one_of(kOffered, word);
      tls.offered = word;
    } else {
      return json.fail(here, "unknown key");
    }
    if (!known) return no_such(json, here, key, word);
  }
  return true;
}

bool read_anomalies(JsonReader& json, const dom::element& value, const std::string& where,
                    AnomalySet& anomalies) {
  dom::array array;
  if (!json.array_of(value, where, array)) return false;
  for (const dom::element element : array) {
    std::string_view word;
    if (!json.text_of(element, where, word)) return false;
    const std::optional<Anomaly> anomaly = word_to<Anomaly>(word, kAnomalyCount);
    if (!anomaly) return no_such(json, where, "anomaly", word);
    anomalies.add(*anomaly);
  }
  return true;
}

}  // namespace

bool read_expect(JsonReader& json, const dom::element& value, const std::string& where,
                 Expected& expect) {
  dom::object object;
  if (!json.object_of(value, where, object)) return false;
  std::optional<Outcome> outcome;
  std::optional<Phase> phase;
  std::optional<Cause> cause;
  for (const auto [key, member] : object) {
    const std::string here = where + "." + std::string(key);
    if (key == "tls") {
      if (!read_tls(json, member, here, expect.tls)) return false;
      continue;
    }
    if (key == "anomalies") {
      if (!read_anomalies(json, member, here, expect.anomalies.emplace())) return false;
      continue;
    }
    std::string_view word;
    if (!json.text_of(member, here, word)) return false;
    bool known = false;
    if (key == "outcome") {
      known = (outcome = word_to<Outcome>(word, kOutcomeCount)).has_value();
    } else if (key == "phase") {
      known = (phase = word_to<Phase>(word, kPhaseCount)).has_value();
    } else if (key == "cause") {
      known = (cause = word_to<Cause>(word, kCauseCount)).has_value();
    } else {
      return json.fail(here, "unknown key");
    }
    if (!known) return no_such(json, here, key, word);
  }
  if (!outcome || !phase || !cause) return json.fail(where, "needs outcome, phase and cause");
  if ((*outcome == Outcome::ok) != (*cause == Cause::none)) {
    return json.fail(where, "outcome \"ok\" and cause \"none\" belong together");
  }
  expect.outcome = *outcome;
  expect.phase = *phase;
  expect.cause = *cause;
  return true;
}

}  // namespace mxsweep::sink
