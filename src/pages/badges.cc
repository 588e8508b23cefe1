// SPDX-License-Identifier: MIT
#include <string>

#include "mxsweep/pages/pages.h"
#include "mxsweep/results/json_object.h"

namespace mxsweep::pages {
namespace {

std::string_view word_of(Badge::Colour colour) {
  switch (colour) {
    case Badge::Colour::good: return "brightgreen";
    case Badge::Colour::warning: return "orange";
    case Badge::Colour::bad: return "red";
    case Badge::Colour::grey: break;
  }
  return "lightgrey";
}

}  // namespace

std::string shields_json(const Badge& badge) {
  return results::JsonObject()
      .number("schemaVersion", 1)
      .text("label", badge.label)
      .text("message", badge.text)
      .text("color", word_of(badge.colour))
      .end();
}

}  // namespace mxsweep::pages
