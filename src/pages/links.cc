// SPDX-License-Identifier: MIT
#include "pages/links.h"

#include <fmt/format.h>

#include <algorithm>

#include "mxsweep/core/percent.h"
#include "mxsweep/tls/sha256.h"

namespace mxsweep::pages {
namespace {

// Three octets for each octet of a name, ".html" and a number must fit into the 255 of a file name.
constexpr std::size_t kNameOctetsMax = 200;
constexpr std::size_t kHashDigits = 32;  // Of a hash: enough for names to differ.

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Different for different names. What follows the last "-" is a number only where it is that of a
// page.
std::string safe_name(std::string_view name) {
  std::string safe;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool plain_dash = name[i] == '-' && !is_number(name.substr(i + 1));
    if (is_letter_or_digit(name[i]) || plain_dash) {
      safe += name[i];
    } else {
      safe += fmt::format("_{:02X}", static_cast<unsigned char>(name[i]));
    }
  }
  if (!safe.empty() && safe.size() <= kNameOctetsMax) return safe;
  tls::Sha256 hash;
  hash.add(name);
  return "__" + tls::to_hexadecimal(hash.finish()).substr(0, kHashDigits);
}

}  // namespace

std::string file_of(const Place& place) {
  const std::string number = place.page > 1 ? fmt::format("-{}", place.page) : "";
  const std::string end = number + ".html";
  switch (place.kind) {
    case Place::Kind::overview: break;
    case Place::Kind::incidents: return "incidents" + end;
    case Place::Kind::certificates: return "certificates" + end;
    case Place::Kind::group: return "group/" + safe_name(place.name) + end;
    case Place::Kind::monitor: return "monitor/" + safe_name(place.name) + end;
    case Place::Kind::incident: return "incident/" + safe_name(place.name) + end;
    case Place::Kind::feed: return "feed.atom";
  }
  return "index" + end;
}

std::string path_of(const Place& place) {
  const std::string page = place.page > 1 ? fmt::format("?page={}", place.page) : "";
  switch (place.kind) {
    case Place::Kind::overview: break;
    case Place::Kind::incidents: return "/incidents" + page;
    case Place::Kind::certificates: return "/certificates" + page;
    case Place::Kind::group: return "/group/" + percent_encoded(place.name) + page;
    case Place::Kind::monitor: return "/monitor/" + percent_encoded(place.name) + page;
    case Place::Kind::incident: return "/incident/" + percent_encoded(place.name) + page;
    case Place::Kind::feed: return "/feed.atom";
  }
  return "/" + page;
}

}  // namespace mxsweep::pages
