// SPDX-License-Identifier: MIT
// mxsweep scan --canary.
#include <fmt/format.h>

#include "cli/certificate_words.h"
#include "cli/scan_flags.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/names/resolve.h"
#include "mxsweep/targets/reader.h"

namespace mxsweep::cli {
namespace {

constexpr std::uint16_t kPort = 25;

// A canary is written like a target of a list, and is one server.
Status read_canary(const std::string& text, std::vector<targets::Target>& canaries) {
  targets::Reader reader({kPort}, {.header_row = false});
  targets::Target canary;
  targets::BadLine bad;
  reader.feed(text);
  reader.finish();
  if (reader.next(canary, bad) != targets::Reader::Next::target) {
    return Status::unusable(fmt::format("'{}' is not HOST:PORT", printable(text)));
  }
  targets::Target another;
  if (reader.next(another, bad) != targets::Reader::Next::end) {
    return Status::unusable(fmt::format("'{}' is more than one server", printable(text)));
  }
  if (canaries.size() == scan::kCanariesMost) {
    return Status::unusable(fmt::format("at most {} canaries", scan::kCanariesMost));
  }
  canaries.push_back(std::move(canary));
  return {};
}

Result<targets::Target> find_canary(const targets::Target& canary, names::NameOptions options) {
  if (canary.address.family != Family::none) return canary;
  options.mail_domains = false;
  const Result<std::vector<names::Resolved>> found = names::resolve(canary, options);
  if (!found.ok()) return found.status();
  Cause cause = Cause::none;
  for (const names::Resolved& server : *found) {
    if (server.cause == Cause::none) return server.task.target;
    cause = server.cause;
  }
  return Status::unusable(fmt::format("--canary {}: {}", printable(canary.text()), explain(cause)));
}

}  // namespace

void add_canaries(Command& command, ScanFlags& flags) {
  command.add_list(
      "--canary", "HOST:PORT,...",
      [&flags](const std::string& text) { return read_canary(text, flags.canaries); },
      "SMTP servers that are known to answer. Failures that our own network may have caused do not "
      "count until one of these answers, and if none does, the sweep pauses");
}

std::string describe_canaries(const ScanFlags& flags) {
  std::string text;
  for (const targets::Target& canary : flags.canaries) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", printable(canary.text()));
  }
  return text.empty() ? "none: only a lost route would pause the sweep" : text;
}

Result<std::vector<targets::Target>> find_canaries(const ScanFlags& flags) {
  std::vector<targets::Target> canaries;
  for (const targets::Target& canary : flags.canaries) {
    Result<targets::Target> found = find_canary(canary, flags.names.options());
    if (!found.ok()) return found.status();
    canaries.push_back(*std::move(found));
  }
  return canaries;
}

}  // namespace mxsweep::cli
