// SPDX-License-Identifier: MIT
// A text with fields: "{{subject}}" is replaced by the field's value, made safe for its place.
// There is no logic in it. Pure.
//
//   Shape    {{name}}       the value, neutralised and escaped
//            {{name:1000}}  the same, cut to 1000 octets before it is escaped
//            {{=name}}      as it is: only for what the operator or the preset has written, never
//                           for a text that may have octets of a peer
//   Errors   an unknown field, a field that must not stand there as it is, a tag without an end.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/text.h"
#include "mxsweep/core/status.h"

namespace mxsweep::deliver {

// Where a field's value comes from.
enum class Origin : std::uint8_t {
  message,   // May have octets of a peer.
  setting,   // Of the channel.
  verbatim,  // Valid in its place as it is.
};

struct Field {
  std::string value;
  Origin origin = Origin::message;
};
using Fields = std::map<std::string, Field, std::less<>>;

class Template {
 public:
  // The origin of a field; nothing: there is no such field.
  using Known = std::function<std::optional<Origin>(std::string_view name)>;
  static Result<Template> read(std::string_view text, const Known& known);

  // Requires: `fields` has all that were known.
  [[nodiscard]] std::string render(const Fields& fields, Escaper escaper, Markup markup) const;
  // Whether a setting that it names is empty.
  [[nodiscard]] bool lacks_setting(const Fields& fields) const;
  [[nodiscard]] bool names(std::string_view field) const;
  [[nodiscard]] bool empty() const { return parts_.empty(); }

 private:
  struct Part {
    std::string literal;  // Before the field.
    std::string field;    // Empty: none.
    std::size_t octets_max = 0;
    bool verbatim = false;
  };
  std::vector<Part> parts_;
};

}  // namespace mxsweep::deliver
