// SPDX-License-Identifier: MIT
// Any octets as a file of scripts: it is read, or there are problems, each with a sentence of one
// line. What is read is written so that it is read as the same.
#include <cstdint>
#include <string>

#include "mxsweep/config/scripts.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/roundtrip/usual_script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto configured = mxsweep::config::read_scripts({"rt.toml", text});
  INVARIANT(configured.scripts.has_value() == configured.problems.empty());
  for (const auto& problem : configured.problems) {
    INVARIANT(!problem.sentence.empty());
    INVARIANT(problem.sentence.find('\n') == std::string::npos);
  }
  if (!configured.scripts) return 0;
  for (const auto& script : *configured.scripts) {
    const std::string written = write_script(script);
    const auto again = mxsweep::config::read_scripts({"again.toml", written});
    INVARIANT(again.scripts && again.scripts->size() == 1 && again.scripts->front() == script);
    for (const auto& step : script.steps) {
      static_cast<void>(holds(step.expect, 250, "250-a\r\n250 2.0.0 queued as x\r\n"));
    }
  }
  return 0;
}
