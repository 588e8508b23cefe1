// SPDX-License-Identifier: MIT
// The commands that submit a message, as a table, beside those of smtp/dialogue.h, and how their
// replies are judged.
//
//   Source   RFC 5321 sections 4.3.2 (codes) and 4.5.3.2 (how long a client must wait), RFC 4954
//            section 4 (AUTH).
//   Errors   the first thing that is wrong, in a sentence with the server's words.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/roundtrip/script.h"
#include "mxsweep/roundtrip/variables.h"
#include "mxsweep/roundtrip/verdict.h"

namespace mxsweep::roundtrip {

struct Submission {
  Phase phase;
  std::string_view success;  // One code, or a class.
  Duration patience;         // For the reply.

  [[nodiscard]] bool succeeds(int code) const {
    return success.back() == 'x' ? code / 100 == success.front() - '0'
                                 : std::to_string(code) == success;
  }
};

inline constexpr Submission kSubmissions[] = {
    {Phase::greeting, "220", std::chrono::minutes{5}},
    {Phase::ehlo, "250", std::chrono::minutes{5}},
    {Phase::starttls, "220", std::chrono::minutes{5}},
    {Phase::ehlo_tls, "250", std::chrono::minutes{5}},
    {Phase::auth, "235", std::chrono::minutes{3}},
    {Phase::mail, "250", std::chrono::minutes{5}},
    {Phase::rcpt, "2xx", std::chrono::minutes{5}},
    {Phase::data, "354", std::chrono::minutes{2}},
    {Phase::dot, "250", std::chrono::minutes{10}},
    {Phase::command, "2xx", std::chrono::minutes{5}},
    {Phase::quit, "221", std::chrono::minutes{2}},
};

[[nodiscard]] const Submission& submission_of(Phase phase);
// The phase of the command that an action sends first.
[[nodiscard]] Phase phase_of(const Action& action);

// Nothing: the reply is as expected.
[[nodiscard]] std::optional<std::string> fault_of_reply(const Expectation& expectation,
                                                        const Submission& usual, int code,
                                                        std::string_view reply);
// The part of a reply that results have.
[[nodiscard]] std::string kept_text(std::string_view reply);
void capture(const Step& step, std::string_view reply, Variables& variables);

}  // namespace mxsweep::roundtrip
