// SPDX-License-Identifier: MIT
#include "mxsweep/checkpoint/checkpoint.h"

#include <string>
#include <string_view>

#include "mxsweep/core/random.h"
#include "support/catch.h"

namespace mxsweep::checkpoint {
namespace {

Checkpoint sample() {
  Checkpoint sample;
  sample.program = "0.1.0";
  sample.runs = 3;
  sample.seconds = 12.5;
  sample.command = {"mxsweep", "scan", "-f", "li\"st\\.txt", "--helo", "\xff\x01 \xc3\xa4"};
  sample.folder = "/home/\xc3\xa4 b\n";
  sample.seed = 0xffff'ffff'ffff'ffff;
  sample.shard = "2/16";
  sample.lists = {{"/l", 12, std::string(64, 'a')}, {"", 0, ""}};
  sample.outputs = {{"/out.jsonl", 1'000'000, 700, 3, 0}, {"/certs", 0, 0, 1, 17}};
  sample.ledger.done.add_range(0, 100);
  sample.ledger.done.add_range(105, 70'000);
  sample.ledger.done.add(200'000);
  sample.ledger.partial[103].recorded = {{0x1234, "mx1.example.net ok"}, {0, ""}};
  sample.ledger.partial[300'000].recorded = {{0xffff'ffff'ffff'ffff, "\xff"}};
  return sample;
}

// With a checksum of its own.
std::string text_of(std::string_view first_line) {
  const std::string line = std::string(first_line) + "\n";
  return line + checksum_line(line);
}

std::string replaced(std::string text, std::string_view old, std::string_view by) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), by);
}

TEST_CASE("what was encoded is decoded", "[checkpoint]") {
  for (const Checkpoint& checkpoint : {Checkpoint{}, sample()}) {
    const Result<Checkpoint> decoded = decode(encode(checkpoint));
    REQUIRE(decoded.ok());
    CHECK(*decoded == checkpoint);
    CHECK(encode(*decoded) == encode(checkpoint));
  }
}

TEST_CASE("the text can be read by people", "[checkpoint]") {
  const std::string text = encode(sample());
  CHECK(text.find(R"("done":{"below":100,"then":[5,69895,130000,1]})") != std::string::npos);
  CHECK(text.find(R"({"number":103,"parts":[["1234","mx1.example.net ok"],["0"]]})") !=
        std::string::npos);
  CHECK(text.find(R"("folder":"/home/ä b\u000a")") != std::string::npos);
}

TEST_CASE("a checkpoint that ends at any octet is refused", "[checkpoint]") {
  const std::string text = encode(sample());
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK_FALSE(decode(std::string_view(text).substr(0, size)).ok());
  }
  CHECK_FALSE(decode(text + "x").ok());
}

TEST_CASE("a checkpoint with any bit changed is refused", "[checkpoint]") {
  const std::string text = encode(sample());
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    REQUIRE_FALSE(decode(changed).ok());
  }
}

TEST_CASE("values that make no sense are refused", "[checkpoint]") {
  const std::string text = encode(sample());
  const std::string line = text.substr(0, text.find('\n'));
  REQUIRE(decode(text_of(line)).ok());
  const std::pair<std::string_view, std::string_view> changes[] = {
      {"[5,69895,130000,1]", "[5,69895,130000]"},
      {"[5,69895,130000,1]", "[0,69895]"},
      {"[5,69895,130000,1]", "[5,0]"},
      {"[5,69895,130000,1]", "[5,18446744073709551615]"},
      {"[5,69895,130000,1]", "[5,4294967296]"},
      {"\"below\":100", "\"below\":-1"},
      {"\"below\":100", "\"below\":18446744073709551615"},
      {"\"number\":103", "\"number\":3"},       // It is done.
      {"\"number\":103", "\"number\":300000"},  // Twice.
      {"\"number\":103", "\"number\":\"103\""},
      {"[\"1234\"", "[\"12345678123456781\""},
      {"[\"1234\"", "[\"x\""},
      {"[\"0\"]", "[]"},
      {"[\"0\"]", "[\"0\",\"\",\"\"]"},
      {"[255,1,", "[256,1,"},
      {"\"runs\":3", "\"runs\":null"},
      {"\"number\":3", "\"number\":0"},
      {"\"finished\":false", "\"finished\":0"},
  };
  for (const auto& [old, by] : changes) {
    CAPTURE(old, by);
    CHECK_FALSE(decode(text_of(replaced(line, old, by))).ok());
  }
}

TEST_CASE("another format is refused with the version that can read it", "[checkpoint]") {
  const std::string text = encode(sample());
  const std::string line =
      replaced(text.substr(0, text.find('\n')), "\"checkpoint\":1", "\"checkpoint\":2");
  const std::string why = decode(text_of(line)).status().sentence();
  CHECK(why.find("format 2") != std::string::npos);
  CHECK(why.find("mxsweep 0.1.0") != std::string::npos);
  CHECK(decode("{\"outcome\":\"ok\"}\n").status().sentence().find("is not a checkpoint") == 0);
}

TEST_CASE("a number is finished when all its parts are recorded", "[checkpoint][ledger]") {
  Ledger ledger;
  ledger.record(0, 1, {});
  CHECK(ledger.done.contains(0));
  ledger.record(1, 3, {.identity = 11});
  ledger.record(1, 3, {.identity = 12, .note = "a note"});
  CHECK_FALSE(ledger.done.contains(1));
  REQUIRE(ledger.find(1) != nullptr);
  CHECK(ledger.find(1)->recorded == std::vector<Part>{{11, ""}, {12, "a note"}});
  ledger.record(1, 3, {.identity = 13});
  CHECK(ledger.done.below() == 2);
  CHECK(ledger.partial.empty());
}

TEST_CASE("the summary of a number comes when its last part is recorded", "[checkpoint][ledger]") {
  Ledger ledger;
  CHECK(ledger.record(1, 1, {}, "one line").starts_with("one line"));
  CHECK(ledger.record(2, 3, {.identity = 1}).empty());
  CHECK(ledger.record(2, 3, {.identity = 2}, "of all three").empty());
  CHECK(ledger.record(2, 3, {.identity = 3}) == "of all three");
  CHECK(ledger.record(3, 0, {}, "of earlier runs") == "of earlier runs");
}

TEST_CASE("a resumed number is finished by the parts that are left", "[checkpoint][ledger]") {
  Checkpoint checkpoint;
  checkpoint.ledger.record(7, 4, {.identity = 11});
  checkpoint.ledger.record(7, 4, {.identity = 12});
  checkpoint.ledger.record(8, 2, {.identity = 11});
  checkpoint.ledger.record(9, 2, {.identity = 11});
  Ledger ledger = decode(encode(checkpoint))->ledger;
  ledger.record(7, 2, {.identity = 13});
  CHECK_FALSE(ledger.done.contains(7));
  CHECK(ledger.find(7)->recorded.size() == 3);
  ledger.record(7, 2, {.identity = 14});
  CHECK(ledger.done.contains(7));
  ledger.record(8, 1, {.identity = 12});
  CHECK(ledger.done.contains(8));
  ledger.record(9, 0, {});  // DNS gives no other part now.
  CHECK(ledger.done.contains(9));
  CHECK(ledger.partial.empty());
}

}  // namespace
}  // namespace mxsweep::checkpoint
