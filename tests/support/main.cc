// SPDX-License-Identifier: MIT
// Catch2 2 is a header and needs one translation unit to live in; Catch2 3 brings its own main.
#if !__has_include(<catch2/catch_test_macros.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
