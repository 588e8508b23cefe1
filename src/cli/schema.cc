// SPDX-License-Identifier: MIT
#include "mxsweep/results/schema.h"

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/say.h"

namespace mxsweep::cli {

void add_schema(Program& program) {
  program.add_command("schema", "Print the JSON Schema (2020-12) of the record").on_run([] {
    put_text(results::schema_json());
    return kRanToItsEnd;
  });
}

}  // namespace mxsweep::cli
