// SPDX-License-Identifier: MIT
// Writes HTML and XML, element by element. The only place where pages escape anything.
//
//   Shape    every element that is opened is closed, in order; attributes without a value are left
//            out; elements without content end in "/>", as SVG in HTML and XML demand.
//   Errors   none: octets that are not UTF-8 become U+FFFD; so do characters that turn the
//            direction of writing, and those that XML has not. Control characters become visible.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::pages {

void append_escaped(std::string_view octets, std::string& out);

struct Attribute {
  std::string_view name;
  std::string_view value;
};
using Attributes = std::initializer_list<Attribute>;

class Html {
 public:
  // Names of elements and attributes are of static storage.
  Html& open(std::string_view element, Attributes attributes = {});
  Html& close(std::string_view element);  // Requires: it was opened last.
  Html& alone(std::string_view element, Attributes attributes = {});
  Html& text(std::string_view octets);
  Html& raw(std::string_view markup);
  // The element with a text in it.
  Html& put(std::string_view element, std::string_view octets, Attributes attributes = {}) {
    return open(element, attributes).text(octets).close(element);
  }
  [[nodiscard]] std::string end();  // Requires: everything was closed.

 private:
  void begin(std::string_view element, Attributes attributes);

  std::string out_;
  std::vector<std::string_view> open_;
};

}  // namespace mxsweep::pages
