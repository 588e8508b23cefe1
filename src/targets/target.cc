// SPDX-License-Identifier: MIT
#include "mxsweep/targets/target.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::targets {

namespace {

std::string_view without_dot_behind(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

void Target::set_words(std::string_view text, std::string_view name, std::string_view meta,
                       std::string_view host) {
  INVARIANT(text.size() <= UINT16_MAX && name.size() <= UINT16_MAX);
  host_at_ =
      host.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(host.data() - text.data());
  host_octets_ = static_cast<std::uint16_t>(host.size());
  INVARIANT(host_at_ + host.size() <= text.size());
  name = without_dot_behind(name);
  text_octets_ = static_cast<std::uint16_t>(text.size());
  name_octets_ = static_cast<std::uint16_t>(name.size());
  if (name.empty() && meta.empty()) {
    words_.assign(text);
    return;
  }
  words_.clear();
  words_.reserve(text.size() + name.size() + meta.size());
  words_.append(text).append(name).append(meta);
  fold_name();
}

void Target::fold_name() {
  const auto first = words_.begin() + text_octets_;
  std::transform(first, first + name_octets_, first, lower);
}

std::string_view Target::text() const { return std::string_view(words_).substr(0, text_octets_); }

std::string_view Target::name() const {
  return std::string_view(words_).substr(text_octets_, name_octets_);
}

std::string_view Target::host() const {
  if (host_octets_ != 0) return text().substr(host_at_, host_octets_);
  return text().substr(0, text().find_first_of(":,"));
}

void Target::use_name(std::string_view name) {
  if (name_octets_ != 0) return;
  INVARIANT(name.size() <= UINT16_MAX);
  name = without_dot_behind(name);
  words_.insert(text_octets_, name);
  name_octets_ = static_cast<std::uint16_t>(name.size());
  fold_name();
}

std::string_view Target::meta() const {
  return std::string_view(words_).substr(std::size_t{text_octets_} + name_octets_);
}

}  // namespace mxsweep::targets
