// SPDX-License-Identifier: MIT
#include "pages/icon.h"

#include <fmt/format.h>

namespace mxsweep::pages {

std::string icon_of(std::string_view mood) {
  // In a URL "<" is %3C, ">" %3E, "#" %23 and a blank %20.
  std::string_view shape =
      "circle%20cx='8'%20cy='8'%20r='6'%20fill='none'%20stroke='%23808890'%20stroke-width='3'";
  if (mood == "up") shape = "path%20d='M8,1L15,14H1z'%20fill='%231f9d61'";
  if (mood == "degraded") shape = "path%20d='M8,0L16,8L8,16L0,8z'%20fill='%23d98a0b'";
  if (mood == "down") shape = "path%20d='M1,2H15L8,15z'%20fill='%23e0352b'";
  return fmt::format(
      "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2016%2016'"
      "%3E%3C{}/%3E%3C/svg%3E",
      shape);
}

}  // namespace mxsweep::pages
