// SPDX-License-Identifier: MIT
// From a question to its answer: which facts it needs, and how they are written. Pure.
//
//   Shape     facts_for() in the loop's thread; what it returns makes the answer, in any other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/hand.h"
#include "monitor/web_route.h"
#include "mxsweep/api/api.h"
#include "mxsweep/metrics/exposition.h"
#include "mxsweep/serve/request.h"
#include "mxsweep/view/board.h"

namespace mxsweep::monitor {

// What a client may see, and how it is to be written.
struct Viewer {
  bool targets = false;             // May see names and addresses.
  std::string link_key;             // Signs the links to acknowledge; empty: gets none.
  bool sign_in = false;             // Would see more with the token.
  std::string url;                  // Of the site; may be empty.
  bool files = false;               // It is written to files.
  WallTime expires{};               // Of these.
  std::optional<bool> per_monitor;  // Metrics of each; nothing: of up to kPerMonitorMost.
  metrics::Format format = metrics::Format::prometheus;
};

using Process = std::function<api::ProcessFacts()>;
using Make = std::function<serve::Answer()>;

// Requires: a question to the board, which is not about history.db. `process`: outlives the answer.
[[nodiscard]] Make facts_for(const Route& route, const Viewer& viewer, const view::Board& board,
                             Hand& hand, const Process& process);

[[nodiscard]] serve::Answer html(std::string body, int status = 200);
[[nodiscard]] serve::Answer json(std::string body, int status = 200);
// As the path has it: an object, or a page.
[[nodiscard]] serve::Answer error(bool api, int status, std::string_view why);
// The description of the API.
[[nodiscard]] serve::Answer api_description(bool gzip);
[[nodiscard]] serve::Answer busy(bool api, std::string_view why);

}  // namespace mxsweep::monitor
