// SPDX-License-Identifier: MIT
// toml++ without exceptions, and compiled once (toml.cc).
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
