// SPDX-License-Identifier: MIT
#include "mxsweep/json/value.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::json {

TEST_CASE("an error in JSON is reported by its line", "[json]") {
  CHECK(line_of_error("{") == 1);
  CHECK(line_of_error("{\"a\": [1,\n2],\n\"b\": tru}") == 3);
  CHECK(line_of_error("{\"a\": [\n\"\\q\"]}") == 2);
  CHECK(line_of_error("{\"a\":\n01}") == 2);
  CHECK(line_of_error("[1,\n\n]") == 3);
}

TEST_CASE("JSON without an error has no line of an error", "[json]") {
  CHECK(line_of_error("{\"a\": [1, -2.5e+7, true, false, null, \"\\u00fc\"], \"b\": {}}") == 0);
  CHECK(line_of_error("") == 0);
}

TEST_CASE("a text that is not JSON has its mistake, with the line", "[json]") {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  CHECK(mistake_in("{\"a\":\n01}", parser, root).starts_with("not JSON, line 2: "));
  CHECK(mistake_in("", parser, root).starts_with("not JSON: "));
  CHECK(mistake_in("[1]", parser, root).empty());
  CHECK(root.is_array());
}

TEST_CASE("an integer is recognised by its grammar, at any size", "[json]") {
  for (const std::string json : {"0", "-1", "18446744073709551616"}) CHECK(is_integer(json));
  for (const std::string json : {"", "-", "1.0", "1e3", "\"1\""}) CHECK_FALSE(is_integer(json));
}

}  // namespace mxsweep::json
