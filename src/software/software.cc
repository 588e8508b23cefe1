// SPDX-License-Identifier: MIT
#include "mxsweep/software/software.h"

#include <utility>

#include "mxsweep/core/invariant.h"
#include "software/fingerprints.json.h"
#include "software/rules.h"

namespace mxsweep::software {

Table::Table() {
  const Status built_in = add(kFingerprints);
  INVARIANT(built_in.ok());  // Its own test says what is wrong with it.
}
Table::~Table() = default;
Table::Table(Table&&) noexcept = default;
Table& Table::operator=(Table&&) noexcept = default;

Status Table::add(std::string_view json) {
  Result<std::unique_ptr<const Rules>> rules = Rules::read(json);
  if (!rules.ok()) return rules.status();
  rules_.insert(rules_.begin(), *std::move(rules));
  return {};
}

std::optional<Software> Table::identify(const Evidence& evidence) const {
  for (const std::unique_ptr<const Rules>& rules : rules_) {
    if (std::optional<Software> found = rules->identify(evidence)) return found;
  }
  return std::nullopt;
}

std::vector<Product> Table::products() const {
  std::vector<Product> products;
  for (const std::unique_ptr<const Rules>& rules : rules_) rules->list(products);
  return products;
}

std::string_view builtin_fingerprints() { return kFingerprints; }

}  // namespace mxsweep::software
