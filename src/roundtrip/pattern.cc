// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace mxsweep::roundtrip {
namespace {

re2::RE2::Options pattern_options() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(kPatternMemory);
  return options;
}

}  // namespace

Pattern::Pattern(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

Result<Pattern> Pattern::compile(std::string_view text) {
  if (text.size() > kPatternOctetsMax) {
    return Status::unusable("a pattern has at most " + std::to_string(kPatternOctetsMax) +
                            " octets");
  }
  auto compiled = std::make_unique<re2::RE2>(std::string(text), pattern_options());
  if (!compiled->ok()) return Status::unusable("not a pattern: " + compiled->error());
  if (compiled->ProgramSize() > kPatternInstructionsMax) {
    return Status::unusable("the pattern repeats too much to be matched quickly");
  }
  return Pattern(std::move(compiled));
}

bool Pattern::matches(std::string_view text) const {
  const std::string_view looked_at = text.substr(0, kMatchedOctetsMax);
  return re2::RE2::PartialMatch({looked_at.data(), looked_at.size()}, *compiled_);
}

std::optional<std::string> Pattern::capture(std::string_view text) const {
  const std::string_view looked_at = text.substr(0, kMatchedOctetsMax);
  re2::StringPiece groups[2];
  const int wanted = compiled_->NumberOfCapturingGroups() > 0 ? 2 : 1;
  if (!compiled_->Match({looked_at.data(), looked_at.size()}, 0, looked_at.size(),
                        re2::RE2::UNANCHORED, groups, wanted)) {
    return std::nullopt;
  }
  const re2::StringPiece& group = groups[wanted - 1];
  return std::string(group.data(), std::min(group.size(), kCapturedOctetsMax));
}

}  // namespace mxsweep::roundtrip
