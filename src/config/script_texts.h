// SPDX-License-Identifier: MIT
// The texts of a script: as they are written, with variables that are replaced while it runs. Pure.
//
//   Errors   problems of the context; then the text is empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"

namespace mxsweep::config {

// Without looking at variables; empty: absent or wrong.
[[nodiscard]] std::string plain_text(Fields& fields, std::string_view key);

// Complains of variables that are not among `variables`.
[[nodiscard]] std::string text_with_variables(Fields& fields, std::string_view key,
                                              const std::vector<std::string>& variables);

// A text as it may become: each variable is one letter.
[[nodiscard]] std::string sample_of(std::string_view text);

// Whether a step can capture under that name: a word in lower case, as of a variable.
[[nodiscard]] bool is_capture_name(std::string_view name);

}  // namespace mxsweep::config
