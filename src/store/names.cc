// SPDX-License-Identifier: MIT
#include "store/names.h"

#include <functional>

namespace mxsweep::store {

std::uint32_t Names::number_of(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (2 * (begins_.size() + 1) > places_.size()) grow();
  const std::size_t place = place_of(key);
  return places_[place] != 0 ? places_[place] : add(key, place);
}

void Names::restore(std::string_view key) {
  static_cast<void>(number_of(key));
  saved_ = begins_.size();
}

void Names::clear() {
  const std::lock_guard lock(mutex_);
  keys_.clear();
  begins_.clear();
  places_.clear();
  saved_ = 0;
}

std::string_view Names::key_of(std::uint32_t number) const {
  const std::size_t begin = begins_[number - 1];
  const std::size_t end = number < begins_.size() ? begins_[number] : keys_.size();
  return std::string_view(keys_).substr(begin, end - begin);
}

std::size_t Names::place_of(std::string_view key) const {
  const std::size_t mask = places_.size() - 1;
  std::size_t place = std::hash<std::string_view>{}(key)&mask;
  while (places_[place] != 0 && key_of(places_[place]) != key) place = (place + 1) & mask;
  return place;
}

std::uint32_t Names::add(std::string_view key, std::size_t place) {
  begins_.push_back(static_cast<std::uint32_t>(keys_.size()));
  keys_ += key;
  places_[place] = static_cast<std::uint32_t>(begins_.size());
  return places_[place];
}

void Names::grow() {
  constexpr std::size_t kPlacesMin = 1024;
  const std::size_t count = places_.empty() ? kPlacesMin : 2 * places_.size();
  places_.assign(count, 0);
  for (std::uint32_t number = 1; number <= begins_.size(); ++number) {
    places_[place_of(key_of(number))] = number;
  }
}

}  // namespace mxsweep::store
