// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/script.h"

#include <array>
#include <iterator>

#include "mxsweep/core/enum_words.h"

namespace mxsweep::roundtrip {
namespace {

struct ServiceRow {
  Service value;
  std::string_view word;
  std::uint16_t port;
  bool sends;
};
constexpr std::array<ServiceRow, 6> kServices = {{
    {Service::smtp, "smtp", 587, true},
    {Service::smtps, "smtps", 465, true},
    {Service::imap, "imap", 143, false},
    {Service::imaps, "imaps", 993, false},
    {Service::pop3, "pop3", 110, false},
    {Service::pop3s, "pop3s", 995, false},
}};
static_assert(words_differ(kServices));

// In the order of the alternatives of Action.
struct ActionRow {
  std::string_view word;
  bool has_reply;
};
constexpr ActionRow kActions[] = {
    {"connect", true}, {"ehlo", true},  {"starttls", true}, {"auth", true}, {"mail_from", true},
    {"rcpt_to", true}, {"data", true},  {"send", true},     {"quit", true}, {"fetch", false},
    {"header", false}, {"hops", false}, {"delete", false},
};
static_assert(std::size(kActions) == std::variant_size_v<Action> && words_differ(kActions));

}  // namespace

std::string_view to_string(Service service) { return word_of(kServices, service); }

std::uint16_t port_of(Service service) { return row_of(kServices, service).port; }

bool sends(Service service) { return row_of(kServices, service).sends; }

std::string to_string(const Endpoint& endpoint) {
  const bool literal = endpoint.host.find(':') != std::string::npos;
  return std::string(to_string(endpoint.service)) + "://" + (literal ? "[" : "") + endpoint.host +
         (literal ? "]:" : ":") + std::to_string(endpoint.port);
}

std::string_view key_of(const Action& action) { return kActions[action.index()].word; }

bool has_reply(const Action& action) { return kActions[action.index()].has_reply; }

}  // namespace mxsweep::roundtrip
