// SPDX-License-Identifier: MIT
#include "results/distinguished_name.h"

#include <string>
#include <vector>

#include "support/catch.h"

namespace mxsweep::results {
namespace {

std::string rejoined(std::string_view text) {
  std::string joined;
  for (const NamePart& part : split_name(text)) joined += part.type + "[" + part.value + "]";
  return joined;
}

}  // namespace

TEST_CASE("the parts of a name come in the order of the certificate", "[results][zgrab]") {
  CHECK(rejoined("CN=mx1.example.net,O=Example Trust,C=NL") ==
        "C[NL]O[Example Trust]CN[mx1.example.net]");
  CHECK(rejoined("CN=a+OU=b,C=NL") == "C[NL]OU[b]CN[a]");
  CHECK(rejoined("").empty());
}

TEST_CASE("a name's escapes stand for the octets that they name", "[results][zgrab]") {
  CHECK(rejoined(R"(CN=Acme\, \"Inc\" \+ \\,C=DE)") == R"(C[DE]CN[Acme, "Inc" + \])");
  CHECK(rejoined(R"(CN=\C3\bc,C=DE)") == "C[DE]CN[\xc3\xbc]");
  CHECK(rejoined("CN=a=b") == "CN[a=b]");
}

TEST_CASE("a name that was cut or is none loses only what is incomplete", "[results][zgrab]") {
  CHECK(rejoined("CN=a,O=Exam") == "O[Exam]CN[a]");
  CHECK(rejoined("CN=a,O") == "CN[a]");
  CHECK(rejoined("CN=a\\") == "CN[a]");
  CHECK(rejoined(",,=x,") == "");
  CHECK(rejoined("CN=") == "CN[]");
}

}  // namespace mxsweep::results
