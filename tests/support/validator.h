// SPDX-License-Identifier: MIT
// Validates lines of JSON against the schema with a validator that is not ours, if it is installed.
//
//   Errors    a status for which is_absent() is true: there is no validator here.
#pragma once

#include <simdjson.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

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

  // 0: all lines are valid; 1: one is not.
  [[nodiscard]] int validate(const std::string& lines,
                             const std::string& schema = schema_json()) const {
    const std::string command = "/usr/bin/python3 '" MXSWEEP_SOURCE_DIR
                                "/tests/support/validate.py' '" +
                                write("schema.json", schema) + "' '" + write("lines.jsonl", lines) +
                                "' >'" + (path_ / "output").string() + "' 2>&1";
    const int status = std::system(command.c_str());
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
  }
  // What the validator said last: how many lines were valid, or what is wrong.
  [[nodiscard]] std::string output() const {
    std::ifstream file(path_ / "output");
    std::string line;
    std::getline(file, line);
    return line;
  }

 private:
  [[nodiscard]] std::string write(const char* name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

  std::filesystem::path path_;
};

inline bool is_absent(int status) {
  constexpr int kNoValidator = 77;
  constexpr int kNoPython = 127;
  return status == kNoValidator || status == kNoPython;
}

}  // namespace mxsweep::results
