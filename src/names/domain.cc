// SPDX-License-Identifier: MIT
#include "mxsweep/names/domain.h"

#include "mxsweep/core/cause.h"

namespace mxsweep::names {

void Domain::add_unvisited(const Resolved& server) {
  results::Record record;
  record.cause = server.cause;
  record.outcome = outcome_of(server.cause);
  record.phase = server.phase;
  describe(server.task, record);
  results::DomainPart part = results::domain_part_of(record);
  part.answered = false;  // Nothing was sent to it.
  add(part);
}

}  // namespace mxsweep::names
