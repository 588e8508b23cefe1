// SPDX-License-Identifier: MIT
// toml++ without exceptions, and compiled once (toml.cc).
#pragma once

// Its parser asserts more than it needs: a line that is "[" alone fails an assertion, although the
// code below reports the mistake. With NDEBUG the same conditions are assumed to hold, which is
// worse.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
