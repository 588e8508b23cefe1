// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_object.h"

#include <limits>
#include <string>

#include "support/catch.h"

namespace mxsweep::results {
namespace {

TEST_CASE("an object has its members in their order, each in the form of its kind") {
  const WallTime time{std::chrono::microseconds{1'795'687'445'123'456}};
  JsonObject object;
  object.text("text", "a\"b\\c\n").number("number", 7).decimal("decimal", -0.25);
  object.milliseconds("span_ms", std::chrono::microseconds{1500});
  object.seconds("span_seconds", std::chrono::milliseconds{1500});
  object.time("at", time).flag("flag", true).json("json", "[1]");
  CHECK(object.end() ==
        R"({"text":"a\"b\\c\u000a","number":7,"decimal":-0.25,"span_ms":1.500,)"
        R"("span_seconds":1.5,"at":"2026-11-26T10:04:05.123456Z","flag":true,"json":[1]})");
}

TEST_CASE("what there is nothing to say about is left out of an object") {
  JsonObject object;
  object.text_if_any("text", "").number_if_any("number", 0).time_if_any("at", WallTime{});
  CHECK(object.end() == "{}");
}

TEST_CASE("a value that is no number is null in JSON") {
  const double infinite = std::numeric_limits<double>::infinity();
  const double none = std::numeric_limits<double>::quiet_NaN();
  CHECK(JsonObject().decimal("a", infinite).decimal("b", none).end() == R"({"a":null,"b":null})");
}

TEST_CASE("an array has its elements in their order") {
  CHECK(JsonArray().end() == "[]");
  CHECK(JsonArray().json("{}").text("a").decimal(0.5).end() == R"([{},"a",0.5])");
}

TEST_CASE("only a whole object may stand in another text as it is") {
  CHECK(is_json_object(R"( {"a":[1,{}]} )"));
  for (const char* const text : {"", "[]", "1", "{", "{}}", "{} {}", "{\"a\":\"\xff\"}"}) {
    INFO(text);
    CHECK_FALSE(is_json_object(text));
  }
}

}  // namespace
}  // namespace mxsweep::results
