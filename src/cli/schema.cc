// SPDX-License-Identifier: MIT
#include "mxsweep/results/schema.h"

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/say.h"

namespace mxsweep::cli {

void add_schema(CLI::App& program, int& exit_code) {
  program.add_subcommand("schema", "Print the JSON Schema (2020-12) of the record")
      ->callback([&exit_code] {
        put_text(results::schema_json());
        exit_code = kRanToItsEnd;
      });
}

}  // namespace mxsweep::cli
