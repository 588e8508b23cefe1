// SPDX-License-Identifier: MIT
#include "mxsweep/targets/target.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep::targets {

void Target::set_words(std::string_view text, std::string_view name, std::string_view meta) {
  INVARIANT(text.size() <= UINT16_MAX && name.size() <= UINT16_MAX);
  text_octets_ = static_cast<std::uint16_t>(text.size());
  name_octets_ = static_cast<std::uint16_t>(name.size());
  if (name.empty() && meta.empty()) {
    words_.assign(text);
    return;
  }
  words_.clear();
  words_.reserve(text.size() + name.size() + meta.size());
  words_.append(text).append(name).append(meta);
}

std::string_view Target::text() const { return std::string_view(words_).substr(0, text_octets_); }

std::string_view Target::name() const {
  return std::string_view(words_).substr(text_octets_, name_octets_);
}

std::string_view Target::host() const { return text().substr(0, text().find_first_of(":,")); }

void Target::use_name(std::string_view name) {
  if (name_octets_ != 0) return;
  INVARIANT(name.size() <= UINT16_MAX);
  words_.insert(text_octets_, name);
  name_octets_ = static_cast<std::uint16_t>(name.size());
}

std::string_view Target::meta() const {
  return std::string_view(words_).substr(std::size_t{text_octets_} + name_octets_);
}

}  // namespace mxsweep::targets
