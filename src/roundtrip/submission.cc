// SPDX-License-Identifier: MIT
#include "roundtrip/submission.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "mxsweep/core/invariant.h"
#include "mxsweep/roundtrip/expectation.h"
#include "mxsweep/roundtrip/pattern.h"
#include "mxsweep/roundtrip/step_result.h"

namespace mxsweep::roundtrip {
namespace {

// In the order of the alternatives of Action, those that talk SMTP.
constexpr std::array<Phase, 9> kFirstPhases = {
    Phase::greeting, Phase::ehlo, Phase::starttls, Phase::auth, Phase::mail,
    Phase::rcpt,     Phase::data, Phase::command,  Phase::quit,
};

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " or ") + word;
  return text;
}

}  // namespace

const Submission& submission_of(Phase phase) {
  const auto row = std::ranges::find(kSubmissions, phase, &Submission::phase);
  INVARIANT(row != std::end(kSubmissions));
  return *row;
}

Phase phase_of(const Action& action) {
  INVARIANT(action.index() < kFirstPhases.size());
  return kFirstPhases[action.index()];
}

std::optional<std::string> fault_of_reply(const Expectation& expectation, const Submission& usual,
                                          int code, std::string_view reply) {
  if (expectation.empty() ? usual.succeeds(code) : holds(expectation, code, reply)) {
    return std::nullopt;
  }
  const std::string wanted =
      expectation.empty() ? std::string(usual.success) : listed(words_of(expectation));
  return "expected " + wanted + ", but the server replied " + std::to_string(code) + " " +
         kept_text(reply);
}

std::string kept_text(std::string_view reply) { return text_of(reply).substr(0, kReplyOctetsKept); }

void capture(const Step& step, std::string_view reply, Variables& variables) {
  for (const Capture& each : step.captures) {
    const Result<Pattern> pattern = Pattern::compile(each.pattern);
    INVARIANT(pattern.ok());
    if (std::optional<std::string> found = pattern->capture(text_of(reply))) {
      variables.set(each.name, *std::move(found));
    }
  }
}

}  // namespace mxsweep::roundtrip
