// SPDX-License-Identifier: MIT
#include <set>
#include <string_view>

#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/message.h"
#include "support/catch.h"

namespace mxsweep::watch {
namespace {

template <typename Enum>
std::set<std::string_view> words_up_to(Enum last) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) words.insert(to_string(static_cast<Enum>(i)));
  return words;
}

TEST_CASE("every kind of the monitor has a word of its own", "[watch][words]") {
  CHECK(words_up_to(Severity::critical).size() == 3);
  CHECK(words_up_to(IncidentKind::digest).size() == 10);
  CHECK(words_up_to(ScopeKind::several).size() == 10);
  CHECK(words_up_to(MessageKind::test).size() == 8);
}

}  // namespace
}  // namespace mxsweep::watch
