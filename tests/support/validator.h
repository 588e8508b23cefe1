// SPDX-License-Identifier: MIT
// Validates lines of JSON against the schema with a validator that is not ours, if it is installed.
// One run checks all lines, because starting it takes longer than checking hundreds of lines.
#pragma once

#include <simdjson.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "mxsweep/results/schema.h"
#include "support/catch.h"

namespace mxsweep::results {

// The schema of one of the definitions in the record's schema.
inline std::string schema_of(const std::string& definition) {
  simdjson::dom::parser parser;
  const simdjson::dom::element schema = parser.parse(schema_json()).value();
  return R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/)" +
         definition + R"(","$defs":)" + std::string(simdjson::minify(schema["$defs"].value())) +
         "}";
}

// Works in a directory of its own, gone with it.
class Validator {
 public:
  Validator() {
    std::string name = (std::filesystem::temp_directory_path() / "mxsweep-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Validator(const Validator&) = delete;
  Validator& operator=(const Validator&) = delete;
  ~Validator() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  // The result for each line, "valid" or what is wrong; empty: the validator is not installed.
  // `script`: of tests/support; what it takes as its schema.
  [[nodiscard]] std::optional<std::vector<std::string>> judge(
      const std::string& lines, const std::string& schema = schema_json(),
      const std::string& script = "validate.py") const {
    const std::string output = (path_ / "output").string();
    const std::string command = "/usr/bin/python3 '" MXSWEEP_SOURCE_DIR "/tests/support/" + script +
                                "' '" + write("schema.json", schema) + "' '" +
                                write("lines.jsonl", lines) + "' >'" + output + "' 2>&1";
    const int status = std::system(command.c_str());
    REQUIRE(WIFEXITED(status));
    constexpr int kNoValidator = 77;
    constexpr int kNoPython = 127;
    if (WEXITSTATUS(status) == kNoValidator || WEXITSTATUS(status) == kNoPython) {
      WARN("not validated: python3-jsonschema is not installed");
      return std::nullopt;
    }
    std::ifstream file(output);
    std::vector<std::string> words;
    for (std::string line; std::getline(file, line);) words.push_back(line);
    CAPTURE(words);
    REQUIRE(WEXITSTATUS(status) == 0);
    return words;
  }

 private:
  [[nodiscard]] std::string write(const char* name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

  std::filesystem::path path_;
};

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line.ends_with('\n') ? line : line + '\n';
  return text;
}

// Each line of `right` is valid and each of `wrong` is not.
inline void expect_judged(const std::vector<std::string>& right,
                          const std::vector<std::string>& wrong,
                          const std::string& schema = schema_json(),
                          const std::string& script = "validate.py") {
  const auto words = Validator().judge(joined(right) + joined(wrong), schema, script);
  if (!words) return;
  REQUIRE(words->size() == right.size() + wrong.size());
  for (std::size_t i = 0; i < words->size(); ++i) {
    INFO((i < right.size() ? right[i] : wrong[i - right.size()]));
    INFO((*words)[i]);
    CHECK(((*words)[i] == "valid") == (i < right.size()));
  }
}

// The lines of a text, without their ends.
inline std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream from(text);
  for (std::string line; std::getline(from, line);) lines.push_back(line);
  return lines;
}

}  // namespace mxsweep::results
