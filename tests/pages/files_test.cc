// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>
#include <string>

#include "mxsweep/pages/pages.h"
#include "pages/links.h"
#include "pages/pages_under_test.h"
#include "support/catch.h"
#include "support/sample_facts.h"

namespace mxsweep::pages {
namespace {

namespace samples = view::samples;
using Kind = Place::Kind;

TEST_CASE("each page has a file of its own", "[pages][files]") {
  CHECK(file_of({Kind::overview}) == "index.html");
  CHECK(file_of({Kind::overview, "", 2}) == "index-2.html");
  CHECK(file_of({Kind::group, "edge", 1}) == "group/edge.html");
  CHECK(file_of({Kind::group, "edge", 3}) == "group/edge-3.html");
  CHECK(file_of({Kind::monitor, "0123456789abcdef"}) == "monitor/0123456789abcdef.html");
  CHECK(file_of({Kind::incident, "412"}) == "incident/412.html");
  CHECK(file_of({Kind::certificates, "", 2}) == "certificates-2.html");
  CHECK(file_of({Kind::incidents}) == "incidents.html");
  CHECK(file_of({Kind::feed}) == "feed.atom");
}

TEST_CASE("a name cannot leave the folder, nor be that of another page", "[pages][files]") {
  std::set<std::string> files;
  const std::string names[] = {"edge",
                               "edge-2",
                               "edge-",
                               "a/b",
                               "a_2Fb",
                               "..",
                               ".",
                               "../x",
                               "",
                               "a b",
                               "\xc3\xa9",
                               "a\0b",
                               "-rf",
                               "a%2Fb",
                               "index.html",
                               "a\nb",
                               "mail-edge-9",
                               "C:\\con",
                               "~",
                               std::string("\0", 1),
                               std::string(300, 'a'),
                               std::string(301, 'a'),
                               std::string(100, '/')};
  for (const std::string& name : names) {
    for (const std::uint32_t page : {1U, 2U, 9U}) {
      const std::string file = file_of({Kind::group, name, page});
      INFO(file);
      CHECK(files.insert(file).second);
      REQUIRE(file.starts_with("group/"));
      REQUIRE(file.ends_with(".html"));
      const std::string base = file.substr(6, file.size() - 11);
      CHECK(base.size() <= 220);
      CHECK(std::ranges::all_of(base, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
      }));
    }
  }
}

TEST_CASE("a path of the server has names with every unusual octet encoded", "[pages][links]") {
  CHECK(path_of({Kind::overview}) == "/");
  CHECK(path_of({Kind::overview, "", 2}) == "/?page=2");
  CHECK(path_of({Kind::group, "a/b c\xc3\xa9?", 2}) == "/group/a%2Fb%20c%C3%A9%3F?page=2");
}

TEST_CASE("links of files are relative to where the file is", "[pages][files]") {
  Audience audience = insiders();
  audience.files = true;
  audience.acknowledge = nullptr;
  for (const auto& [name, page] : usual_pages(audience)) {
    INFO(name);
    const bool nested = name.starts_with("group") || name.starts_with("monitor") ||
                        name.starts_with("incident,") || name.starts_with("acknowledge");
    for (const std::string& href : values_of(page, "href")) {
      if (href.starts_with("data:") || href.starts_with('#')) continue;
      INFO(href);
      CHECK(href.starts_with("../") == nested);
      CHECK_FALSE(href.starts_with('/'));
      CHECK((href.ends_with(".html") || href.ends_with(".atom")));
      CHECK(href.find('?') == href.npos);
    }
  }
}

}  // namespace
}  // namespace mxsweep::pages
