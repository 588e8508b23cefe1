// SPDX-License-Identifier: MIT
#include "deliver/template.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::deliver {
namespace {

constexpr std::size_t kUncut = 1024 * 1024;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Template> Template::read(std::string_view text, const Known& known) {
  Template made;
  while (!text.empty()) {
    const std::size_t begin = text.find("{{");
    Part part;
    part.literal = text.substr(0, begin);
    if (begin == std::string_view::npos) {
      made.parts_.push_back(std::move(part));
      break;
    }
    text.remove_prefix(begin + 2);
    const std::size_t end = text.find("}}");
    if (end == std::string_view::npos) return Status::unusable("a {{ without its }}");
    std::string_view tag = trimmed(text.substr(0, end));
    text.remove_prefix(end + 2);

    part.verbatim = tag.starts_with('=');
    if (part.verbatim) tag.remove_prefix(1);
    const std::size_t colon = tag.find(':');
    part.field = trimmed(tag.substr(0, colon));
    part.octets_max = kUncut;
    if (colon != std::string_view::npos) {
      const std::string_view digits = trimmed(tag.substr(colon + 1));
      const auto [stop, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), part.octets_max);
      if (error != std::errc() || stop != digits.data() + digits.size() || part.octets_max == 0) {
        return Status::unusable("{{" + std::string(tag) + "}}: the length is not a number");
      }
    }
    const std::optional<Origin> origin = known(part.field);
    if (!origin) return Status::unusable("{{" + part.field + "}}: there is no such field");
    if (part.verbatim && *origin == Origin::message) {
      return Status::unusable("{{=" + part.field + "}}: it has to be escaped: leave the = out");
    }
    made.parts_.push_back(std::move(part));
  }
  return made;
}

std::string Template::render(const Fields& fields, Escaper escaper, Markup markup) const {
  std::string out;
  for (const Part& part : parts_) {
    out += part.literal;
    if (part.field.empty()) continue;
    const auto found = fields.find(part.field);
    INVARIANT(found != fields.end());
    const Field& field = found->second;
    if (part.verbatim) {
      out += field.value;
      continue;
    }
    const Markup its_markup = field.origin == Origin::message ? markup : Markup::none;
    append_escaped(out, neutral(clean(field.value), its_markup, part.octets_max), escaper);
  }
  return out;
}

bool Template::lacks_setting(const Fields& fields) const {
  return std::ranges::any_of(parts_, [&](const Part& part) {
    const auto found = fields.find(part.field);
    return found != fields.end() && found->second.origin == Origin::setting &&
           found->second.value.empty();
  });
}

bool Template::names(std::string_view field) const {
  return std::ranges::any_of(parts_, [&](const Part& part) { return part.field == field; });
}

}  // namespace mxsweep::deliver
