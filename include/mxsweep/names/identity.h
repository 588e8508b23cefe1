// SPDX-License-Identifier: MIT
// Whether the name that we send in EHLO belongs to us, as servers check it: the name has an address
// of ours, and that address has the name (forward-confirmed reverse DNS). Pure.
//
//   Source    RFC 1912 section 2.1, RFC 8601 section 2.7.3 (iprev); RFC 5321 section 4.1.4 (EHLO).
//   Shape     like a Route: take_question() until there is none, on_answer() for each; then done().
//   Errors    the Status of the verdict: unusable, with what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/status.h"
#include "mxsweep/dns/message.h"

namespace mxsweep::names {

// Of a name; more are not looked at.
inline constexpr std::size_t kIdentityAddressesMax = 32;

// Whether a name may be sent to servers of others at all: not a name that every machine has
// ("localhost"), and not an address in brackets, unless `literal_allowed`.
Status check_public_name(std::string_view helo, bool literal_allowed = false);

struct IdentityVerdict {
  Status status;
  std::vector<Address> addresses{};  // Of the name.
  std::vector<Address> confirmed{};  // Those of them that are ours and have the name.
};

class Identity {
 public:
  // `ours`: the addresses that connections may come from. `all`: the name must belong to each of
  // them, not to one at least. Requires: check_public_name(helo) is ok.
  Identity(std::string_view helo, std::vector<Address> ours, bool all);

  [[nodiscard]] bool take_question(dns::Question& question);
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return next_ == questions_.size() && open_ == 0; }
  [[nodiscard]] IdentityVerdict verdict() const;  // Requires: done().

 private:
  struct Asked {
    std::string name;
    dns::Type type = dns::Type::a;
    Address address{};  // Of PTR: whose name it is.
  };

  void ask_for_names();
  [[nodiscard]] bool is_ours(const Address& address) const;
  [[nodiscard]] bool is_confirmed(const Address& address) const;
  [[nodiscard]] std::string fault() const;
  [[nodiscard]] std::string fault_of(const Address& source) const;
  [[nodiscard]] std::string fault_elsewhere() const;

  std::string name_;  // In lower case, without a dot at its end.
  std::vector<Address> ours_;
  bool all_;
  std::vector<Asked> questions_;
  std::size_t next_ = 0;
  std::size_t open_ = 0;
  std::vector<Address> addresses_;  // Of the name.
  std::vector<Address> confirmed_;  // Whose PTR records have the name, ours or not.
  std::string failed_;  // How the first question failed that the resolver did not answer.
};

}  // namespace mxsweep::names
