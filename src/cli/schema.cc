// SPDX-License-Identifier: MIT
#include "mxsweep/results/schema.h"

#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_code.h"

namespace mxsweep::cli {

void add_schema(Program& program) {
  program.add_command("schema", "Print the JSON Schema (2020-12) of the record").on_run([] {
    const std::string schema = results::schema_json();
    const bool written = std::fwrite(schema.data(), 1, schema.size(), stdout) == schema.size() &&
                         std::fflush(stdout) == 0;
    return written ? kRanToItsEnd : kStoppedEarly;
  });
}

}  // namespace mxsweep::cli
