// SPDX-License-Identifier: MIT
// Addresses of pages: paths of the server, or names of files that are relative to a page's own.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/pages/pages.h"

namespace mxsweep::pages {

// "/group/a%2Fb?page=2"
[[nodiscard]] std::string path_of(const Place& place);

class Links {
 public:
  Links(bool files, const Place& from)
      : files_(files), nested_(from.kind >= Place::Kind::group && from.kind != Place::Kind::feed) {}

  [[nodiscard]] std::string to(const Place& place) const {
    return files_ ? (nested_ ? "../" : "") + file_of(place) : path_of(place);
  }
  [[nodiscard]] std::string group(std::string_view name) const {
    return to({Place::Kind::group, std::string(name)});
  }
  [[nodiscard]] std::string monitor(std::string_view id) const {
    return to({Place::Kind::monitor, std::string(id)});
  }
  [[nodiscard]] std::string incident(watch::IncidentId id) const {
    return to({Place::Kind::incident, std::to_string(id)});
  }

 private:
  bool files_;
  bool nested_;
};

}  // namespace mxsweep::pages
