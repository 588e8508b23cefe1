// SPDX-License-Identifier: MIT
// The accounts of a round trip: reads their file, and runs the programs that print secrets.
//
//   Secrets  none is in a sentence.
//   Errors   unusable: the file, or what it names, cannot be used.
#pragma once

#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/roundtrip/trip.h"

namespace mxsweep::cli {

// Sets accounts and key of the order. `file`: as the user has named it.
Status use_accounts(const std::string& file, roundtrip::TripOrder& order);

// What an order needs of chance. Requires: it has accounts.
void add_chance(roundtrip::TripOrder& order);

}  // namespace mxsweep::cli
