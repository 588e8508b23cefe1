// SPDX-License-Identifier: MIT
#include "view/ids.h"

#include <algorithm>
#include <set>

#include "view/board_scene.h"

namespace mxsweep::view {

using namespace std::chrono_literals;

// Links must lead to the same monitor with each later version.
TEST_CASE("the id of a monitor never changes", "[view][ids]") {
  CHECK(id_of("edge mx.example.org:25 192.0.2.1") == "848e72533eee1ff4");
  CHECK(id_of("") == "e220a8397b1dcdaf");
  CHECK(id_of("edge mx.example.org:25 192.0.2.2") != id_of("edge mx.example.org:25 192.0.2.1"));
  std::set<std::string> ids;
  for (int i = 0; i < 20'000; ++i) ids.insert(id_of("edge mx" + std::to_string(i)));
  CHECK(ids.size() == 20'000);
}

TEST_CASE("a monitor is found by its id and by its key", "[view][ids]") {
  BoardScene scene;
  scene.begin(50);
  for (watch::MonitorId id = 0; id < 50; ++id) {
    CHECK(scene.board->find(id_of(scene.key(id))) == id);
    CHECK(scene.board->find(scene.key(id)) == id);
  }
  CHECK_FALSE(scene.board->find("0123456789abcdef"));
  CHECK_FALSE(scene.board->find(""));
  CHECK_FALSE(scene.board->find("0123456789ABCDEG"));
}

TEST_CASE("a monitor that is gone is not found, and its number may be another's", "[view][ids]") {
  BoardScene scene;
  scene.begin(5);
  scene.pass(2min);
  const std::string before = id_of(scene.key(3));
  scene.board->forget(3);
  scene.watch->remove(3, scene.now);
  CHECK_FALSE(scene.board->find(before));
  CHECK_FALSE(scene.board->find_target("mx3.example.net"));
  watch::Monitor other;
  other.target = "other.example.net";
  other.address = ipv4(0x0b000001);
  const watch::MonitorId id = scene.add(other);
  REQUIRE(id == 3);
  const MonitorPage page = scene.page(3);
  CHECK(page.monitor.target == "other.example.net");
  CHECK_FALSE(page.last);
  CHECK(page.bands.empty());
  CHECK(scene.board->overview(0, 1, scene.now).counts.monitors == 5);
}

TEST_CASE("a monitor that was forgotten too late does not stand in for another", "[view][ids]") {
  BoardScene scene;
  scene.begin(5);
  scene.fail(3, kGreylisted);
  scene.pass(2min);
  const std::string before = id_of(scene.key(3));
  scene.watch->remove(3, scene.now);
  scene.recover(3);
  watch::Monitor other;
  other.target = "other.example.net";
  REQUIRE(scene.add(other) == 3);
  CHECK(scene.board->overview(0, 1, scene.now).counts.unobserved == 0);
  CHECK_FALSE(scene.board->find(before));
  CHECK(scene.board->find(id_of(scene.key(3))) == 3);
  CHECK_FALSE(scene.page(3).last);
}

TEST_CASE("a monitor is found by what a user writes", "[view][ids]") {
  BoardScene scene;
  scene.begin(4, [](watch::Monitor& monitor, std::uint32_t i) {
    if (i == 1) monitor.port = 587;
    if (i == 2) {
      monitor.address = *parse_address("2001:db8::1");
      monitor.target = "2001:db8::1";
    }
    if (i == 3) {
      monitor.target = "example.org";
      monitor.host = "mx.example.org";
    }
  });
  const Board& board = *scene.board;
  CHECK(board.find_target("mx0.example.net") == 0);
  CHECK(board.find_target("MX0.Example.NET:25") == 0);
  CHECK_FALSE(board.find_target("mx0.example.net:26"));
  CHECK(board.find_target("10.0.0.0") == 0);
  CHECK(board.find_target("10.0.0.0:25") == 0);
  CHECK(board.find_target("mx1.example.net") == 1);
  CHECK(board.find_target("mx1.example.net:587") == 1);
  CHECK(board.find_target("10.0.1.0:587") == 1);
  CHECK_FALSE(board.find_target("10.0.1.0:25"));
  CHECK(board.find_target("2001:db8::1") == 2);
  CHECK(board.find_target("[2001:db8::1]") == 2);
  CHECK(board.find_target("[2001:DB8:0::1]:25") == 2);
  CHECK_FALSE(board.find_target("[2001:db8::1]:26"));
  CHECK(board.find_target("mx.example.org") == 3);
  CHECK(board.find_target("example.org") == 3);
  CHECK(board.find_target(scene.key(3)) == 3);
  for (const char* text : {"", ":", ":25", "[", "[]", "[]:", "[::1", "a:b",
                           "mx0.example.net:", "mx0.example.net:99999", "[2001:db8::1]x"}) {
    INFO(text);
    CHECK_FALSE(board.find_target(text));
  }
}

TEST_CASE("the pages of a list have each monitor once, whatever comes and goes", "[view][ids]") {
  BoardScene scene({"edge", "core"});
  scene.begin(50,
              [](watch::Monitor& monitor, std::uint32_t i) { monitor.group = i % 2 == 0 ? 0 : 1; });
  std::set<std::string> stay;
  for (watch::MonitorId id = 0; id < 50; ++id) {
    if (id % 7 != 0) stay.insert(scene.key(id));
  }
  std::multiset<std::string> seen;
  Board::MonitorFilter filter;
  for (std::uint32_t page = 0; page < 20; ++page) {
    const MonitorList list = scene.board->monitors(filter, 7, scene.now);
    for (const MonitorLine& line : list.monitors) seen.insert(line.key);
    CHECK(list.monitors.size() <= 7);
    filter.after = list.next;
    if (list.next.empty()) break;
    if (page * 7 < 50) {
      scene.board->forget(page * 7);
      scene.watch->remove(page * 7, scene.now);
      watch::Monitor other;
      other.target = "late" + std::to_string(page) + ".example.net";
      scene.add(other);
    }
  }
  CHECK(filter.after.empty());
  for (const std::string& key : stay) CHECK(seen.count(key) == 1);

  filter = {};
  filter.group = "core";
  for (const MonitorLine& line : scene.board->monitors(filter, 1000, scene.now).monitors) {
    CHECK(line.group == "core");
  }
  filter.group = "none";
  CHECK(scene.board->monitors(filter, 1000, scene.now).monitors.empty());
  filter = {};
  filter.state = watch::State::down;
  CHECK(scene.board->monitors(filter, 1000, scene.now).monitors.empty());
}

TEST_CASE("a group's page has the worst first, then by target", "[view][ids]") {
  BoardScene scene;
  scene.begin(20);
  scene.pass(2min);
  scene.fail(7);
  scene.fail(13);
  scene.fail(4, {Outcome::degraded, Phase::quit, Cause::certificate_expired, 100, 1000});
  scene.pass(8min);
  std::vector<std::string> all;
  for (std::uint32_t first = 0; first < 20; first += 6) {
    const auto page = scene.board->group("edge", first, 6, scene.now);
    REQUIRE(page);
    CHECK(page->all == 20);
    CHECK(page->first == first);
    for (const MonitorLine& line : page->monitors) all.push_back(line.target);
  }
  REQUIRE(all.size() == 20);
  CHECK(all[0] == "mx13.example.net");
  CHECK(all[1] == "mx7.example.net");
  CHECK(all[2] == "mx4.example.net");
  CHECK(std::is_sorted(all.begin() + 3, all.end()));
  CHECK(scene.board->group("edge", 0, 6, scene.now)->incidents.size() == 3);
  CHECK_FALSE(scene.board->group("none", 0, 6, scene.now));
  CHECK(scene.board->group("edge", 500, 6, scene.now)->monitors.empty());
}

}  // namespace mxsweep::view
