// SPDX-License-Identifier: MIT
// The identities of a name's servers, by which a resumed sweep knows those that it has recorded.
// Pure.
//
//   Shape    64 bits: the host in the upper half, address and port in the lower one, which is 0 for
//            a host without an address. The same in each run, on each machine.
//   Changes  if DNS answers otherwise than before: a server that is new is recorded, too, but not
//            that a host, or the whole name, has no address now, nor an address of a host that was
//            recorded as having none.
#pragma once

#include <vector>

#include "mxsweep/checkpoint/ledger.h"
#include "mxsweep/scan/task.h"

namespace mxsweep::scan {

// Sets identity and number of the parts, and removes the servers that were recorded. `recorded` may
// be null.
void set_parts(std::vector<Resolved>& servers, const checkpoint::Parts* recorded);

}  // namespace mxsweep::scan
