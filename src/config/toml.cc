// SPDX-License-Identifier: MIT
// The only translation unit that has toml++'s functions.
#define TOML_IMPLEMENTATION
#include "config/toml.h"
