// SPDX-License-Identifier: MIT
// Whether an address may send mail for a domain: check_host() of SPF. Pure: the caller sends the
// questions.
//
//   Source   RFC 7208 sections 4 to 7, 2.6 (results).
//   Shape    take_question() until there is none, on_answer() for each in any order; then done().
//   Limits   terms with lookups and void lookups as in section 4.6.4. A void lookup is a query of a
//            term that finds nothing, as pyspf counts them: each host of "mx" and each name of
//            "ptr" is one. Lookups for macros and for explanations are not counted.
//   Errors   temperror: a lookup failed. permerror: the records are at fault, or the limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/spf/answers.h"

namespace mxsweep::spf {

enum class Result : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
[[nodiscard]] std::string_view to_string(Result result);

struct Limits {
  unsigned lookups_max = 10;
  unsigned voids_max = 2;
};
inline constexpr std::size_t kExchangesMax = 10;  // Of "mx": more are a permanent error.
inline constexpr std::size_t kNamesMax = 10;      // Of an address: more are not looked at.

struct Client {
  Address address{};
  std::string helo{};
  std::string mail_from{};  // "": postmaster at `helo`.
  std::string receiver = "unknown";
  std::int64_t second = 0;  // Since 1970, for the macro t.
};

struct HostVerdict {
  Result result = Result::none;
  std::string by{};           // The term that decided; "": none did.
  std::string at{};           // The name whose record it stands in.
  std::string explanation{};  // Of a fail, if the domain has one.
  unsigned lookups = 0;
  unsigned voids = 0;
};

class CheckHost {
 public:
  explicit CheckHost(Client client, const Limits& limits = {});

  [[nodiscard]] bool take_question(dns::Question& question) {
    return answers_.take_question(question);
  }
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return verdict_ && answers_.open() == 0; }
  [[nodiscard]] const HostVerdict& verdict() const { return *verdict_; }  // Requires: done().

 private:
  Client client_;
  Limits limits_;
  Answers answers_;
  std::optional<HostVerdict> verdict_;
};

}  // namespace mxsweep::spf
