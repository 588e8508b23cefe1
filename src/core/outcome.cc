// SPDX-License-Identifier: MIT
#include "mxsweep/core/outcome.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep {
namespace {

constexpr EnumWord<Phase> kPhases[] = {
    {Phase::input, "input"},       {Phase::dns, "dns"},           {Phase::connect, "connect"},
    {Phase::greeting, "greeting"}, {Phase::ehlo, "ehlo"},         {Phase::starttls, "starttls"},
    {Phase::tls, "tls"},           {Phase::ehlo_tls, "ehlo_tls"}, {Phase::mail, "mail"},
    {Phase::rcpt, "rcpt"},         {Phase::relay, "relay"},       {Phase::quit, "quit"},
};
static_assert(has_each_value(kPhases, Phase::quit) && words_differ(kPhases));
static_assert(std::size(kPhases) == kPhaseCount);

constexpr EnumWord<Outcome> kOutcomes[] = {
    {Outcome::ok, "ok"},         {Outcome::degraded, "degraded"}, {Outcome::refused, "refused"},
    {Outcome::failed, "failed"}, {Outcome::invalid, "invalid"},   {Outcome::excluded, "excluded"},
    {Outcome::local, "local"},
};
static_assert(has_each_value(kOutcomes, Outcome::local) && words_differ(kOutcomes));
static_assert(std::size(kOutcomes) == kOutcomeCount);

}  // namespace

std::string_view to_string(Phase phase) { return word_of(kPhases, phase); }

std::string_view to_string(Outcome outcome) { return word_of(kOutcomes, outcome); }

}  // namespace mxsweep
