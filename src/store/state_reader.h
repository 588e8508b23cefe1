// SPDX-License-Identifier: MIT
// Reads what state.db has for the start.
//
//   Shape    Incidents: those that are open, and those of which a channel must still get a message.
//            A notice counts as open for a day, unless each of its channels has got it.
//   Errors   false: the failure is the database's. A word that no enum has is damage.
#pragma once

#include "mxsweep/core/time.h"
#include "mxsweep/watch/rows.h"
#include "store/database.h"

namespace mxsweep::store {

// The incident in a row of `SELECT * FROM incident`.
bool read_incident(Database& database, const Statement& row, watch::Incident& incident);
bool read_state(Database& database, WallTime now, watch::Saved& saved);

}  // namespace mxsweep::store
