// SPDX-License-Identifier: MIT
#include "monitor/web_stream.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "view/board_scene.h"

namespace mxsweep::monitor {
namespace {

using std::chrono::minutes;

struct Whole {
  std::string lines;
  std::size_t pieces = 0;
};

// All pieces, of at most `rows` each.
Whole all_of(Route route, std::uint32_t rows, const view::BoardScene& scene) {
  route.whole = true;
  route.limit = rows;
  Whole whole;
  for (std::optional<Route> next = route; next;) {
    std::optional<Piece> piece = piece_for(*next, true, *scene.board, scene.now);
    REQUIRE(piece.has_value());
    whole.lines += piece->lines();
    ++whole.pieces;
    next = std::move(piece->next);
  }
  return whole;
}

// The whole list is the same in pieces of any size.
void expect_pieces(const Route& route, std::size_t items, const view::BoardScene& scene) {
  const std::string at_once = all_of(route, 1000, scene).lines;
  CHECK(std::ranges::count(at_once, '\n') == static_cast<std::ptrdiff_t>(items));
  for (const std::uint32_t rows : {1U, 2U, 7U, 25U}) {
    INFO(rows);
    const Whole whole = all_of(route, rows, scene);
    CHECK(whole.lines == at_once);
    CHECK(whole.pieces == std::max<std::size_t>(1, (items + rows - 1) / rows));
  }
}

TEST_CASE("the pieces of a list are the whole list", "[monitor][web]") {
  view::BoardScene scene({"edge", "core"});
  scene.begin(25, [](watch::Monitor& monitor, std::uint32_t i) { monitor.group = i % 5 == 0; });
  scene.pass(minutes{5});
  Route monitors;
  monitors.about = About::api_monitors;
  expect_pieces(monitors, 25, scene);
  monitors.group = "core";
  expect_pieces(monitors, 5, scene);
  monitors.state = watch::State::down;
  expect_pieces(monitors, 0, scene);

  Route incidents;
  incidents.about = About::api_incidents;
  expect_pieces(incidents, 0, scene);
  for (const watch::MonitorId id : {3U, 9U, 17U}) {
    scene.fail(id);
    scene.pass(minutes{20});
    scene.recover(id);
    scene.pass(minutes{20});
  }
  expect_pieces(incidents, 3, scene);
  incidents.open = true;
  expect_pieces(incidents, 0, scene);

  Route history;
  history.about = About::api_history;
  history.name = view::id_of(scene.key(3));
  const auto probes = scene.board->history(history.name, {}, 1000, scene.now);
  REQUIRE(probes.has_value());
  CHECK(probes->probes.size() > 100);
  expect_pieces(history, probes->probes.size(), scene);
  history.name = "0000000000000000";
  CHECK_FALSE(piece_for(history, true, *scene.board, scene.now).has_value());

  Route certificates;
  certificates.about = About::api_certificates;
  expect_pieces(certificates, 0, scene);
}

TEST_CASE("a list of thousands has a piece for each thousand", "[monitor][web]") {
  view::BoardScene scene({"edge"}, {.monitors_expected = 3000});
  scene.begin(3000);
  Route monitors;
  monitors.about = About::api_monitors;
  const Whole whole = all_of(monitors, view::kRowsMost, scene);
  CHECK(std::ranges::count(whole.lines, '\n') == 3000);
  CHECK(whole.pieces == 3);
}

}  // namespace
}  // namespace mxsweep::monitor
