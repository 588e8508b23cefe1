// SPDX-License-Identifier: MIT
// The texts of the tables of causes, anomalies and findings mark words in Markdown, for docs; here
// they are without.
#pragma once

#include <string>
#include <string_view>

namespace mxsweep::cli {

[[nodiscard]] inline std::string without_marks(std::string_view markdown) {
  std::string text(markdown);
  std::erase(text, '`');
  return text;
}

}  // namespace mxsweep::cli
