// SPDX-License-Identifier: MIT
// One run of check_host() on the answers that are there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/spf/answers.h"
#include "mxsweep/spf/check_host.h"

namespace mxsweep::spf {

// The name that a term is about.
struct Target {
  std::string raw{};        // As macros have it.
  std::string_view name{};  // As a question has it; "": it cannot be asked for.
  std::string own{};        // What `name` views, unless that is the record's or the domain's.
};

// A domain whose record is evaluated. The views outlive the evaluation of that record.
struct Scope {
  std::string_view raw;
  std::string_view name;
  bool included = false;
};

class Evaluation {
 public:
  Evaluation(const Client& client, const Limits& limits, Answers& answers);

  // Empty: answers are missing, which are now asked for.
  [[nodiscard]] std::optional<HostVerdict> run();

 private:
  enum class Match : std::uint8_t { no, yes, temperror, permerror };
  using MaybeMatch = std::optional<Match>;
  using MaybeResult = std::optional<Result>;

  MaybeResult of_domain(const Scope& scope);
  MaybeResult of_record(const Fact& fact, const Scope& scope);
  MaybeResult of_redirect(const Term& redirect, const Fact& fact, const Scope& scope);
  MaybeMatch match(const Term& term, const Fact& fact, const Scope& scope);
  MaybeMatch match_include(const Target& target);
  MaybeMatch match_addresses(const Term& term, std::string_view name);
  MaybeMatch match_exchanges(const Term& term, std::string_view name);
  MaybeMatch match_names(std::string_view name);
  MaybeMatch match_exists(std::string_view name);
  bool explain();

  bool find_target(const Term& term, const Fact& fact, const Scope& scope, Target& target);
  bool expand_for(std::string_view text, const Scope& scope, bool domain, std::string& out);
  bool validated_names(bool counted, std::vector<std::string_view>& names, Match& trouble);
  [[nodiscard]] bool covers(const Term& term, const Address& network) const;
  [[nodiscard]] bool too_many_voids() { return ++verdict_.voids > limits_.voids_max; }
  [[nodiscard]] dns::Type type() const {
    return address_.family == Family::ipv6 ? dns::Type::aaaa : dns::Type::a;
  }

  const Client& client_;
  const Limits& limits_;
  Answers& answers_;
  Address address_;
  std::string local_;
  std::string origin_;
  HostVerdict verdict_;
  std::string explanation_domain_;  // Of the "exp" that counts.
  std::string explanation_scope_;
};

// Whether the first `bits` of both are the same. Requires: the same family.
[[nodiscard]] bool same_network(const Address& a, const Address& b, unsigned bits);

}  // namespace mxsweep::spf
