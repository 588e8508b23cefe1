// SPDX-License-Identifier: MIT
// One record of every kind.
#pragma once

#include <vector>

#include "mxsweep/results/record.h"
#include "support/sample_chain_records.h"
#include "support/sample_enumeration.h"
#include "support/sample_name_records.h"
#include "support/sample_odd_records.h"
#include "support/sample_plain_records.h"
#include "support/sample_tls_records.h"
#include "support/sample_transaction_records.h"

namespace mxsweep::results::samples {

inline std::vector<Record> sample_records() {
  std::vector<Record> records;
  for (const auto& kind :
       {plain_records(), transaction_records(), odd_records(), name_records(), tls_records(),
        chain_records(), std::vector<Record>{with_enumeration()}}) {
    records.insert(records.end(), kind.begin(), kind.end());
  }
  return records;
}

}  // namespace mxsweep::results::samples
