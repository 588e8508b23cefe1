// SPDX-License-Identifier: MIT
// Reads a whole list in pieces and describes each item by a line of words, for tests and fuzzing:
//   "3 192.0.2.10 25 text=192.0.2.10 name=mx.example.net tls=implicit meta={}"
//   "4 bad input.syntax text=?"
//
//   Errors  a piece is overwritten as soon as the reader needs more, so that an item which still
//           views it is described wrongly (and detected by a sanitizer).
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/targets/reader.h"

using Items = std::vector<std::string>;

inline std::string describe(const mxsweep::targets::Target& target) {
  using mxsweep::targets::TlsMode;
  std::string words = std::to_string(target.line);
  const bool is_name = target.address.family == mxsweep::Family::none;
  words += ' ' + (is_name ? std::string("unresolved") : to_string(target.address));
  words += ' ' + std::to_string(target.port) + " text=" + std::string(target.text());
  if (!target.name().empty()) words += " name=" + std::string(target.name());
  if (target.tls == TlsMode::automatic) words += " tls=auto";
  if (target.tls == TlsMode::starttls) words += " tls=starttls";
  if (target.tls == TlsMode::implicit) words += " tls=implicit";
  if (target.tls == TlsMode::off) words += " tls=off";
  if (!target.meta().empty()) words += " meta=" + std::string(target.meta());
  return words;
}

inline std::string describe(const mxsweep::targets::BadLine& bad) {
  return std::to_string(bad.line) + " bad " + std::string(to_string(bad.cause)) +
         " text=" + std::string(bad.text);
}

// The additional words of a bad JSON line: "4 bad input.json key=port why=not an integer meta={}".
inline std::string describe_fault(const mxsweep::targets::BadLine& bad) {
  std::string words = std::to_string(bad.line) + " bad " + std::string(to_string(bad.cause));
  if (!bad.key.empty()) words += " key=" + std::string(bad.key);
  if (!bad.why.empty()) words += " why=" + std::string(bad.why);
  if (!bad.meta.empty()) words += " meta=" + std::string(bad.meta);
  return words;
}

// Appends the items available now, up to `items_max` in all. True: the reader needs more octets.
inline bool drain(mxsweep::targets::Reader& reader, Items& items, std::size_t items_max) {
  using Next = mxsweep::targets::Reader::Next;
  mxsweep::targets::Target target;
  mxsweep::targets::BadLine bad;
  while (items.size() < items_max) {
    const Next next = reader.next(target, bad);
    if (next == Next::need_more) return true;
    if (next == Next::end) return false;
    if (next == Next::not_a_list) {
      items.push_back("no list: " + std::string(reader.foreign_format()->name));
      return false;
    }
    items.push_back(next == Next::target ? describe(target) : describe(bad));
  }
  return false;
}

struct ReadOptions {
  std::size_t piece_octets = SIZE_MAX;
  std::vector<std::uint16_t> ports = {25};
  std::size_t items_max = 10'000;
  mxsweep::targets::ListStyle style;
};

inline Items read_list(std::string_view list, const ReadOptions& options = {}) {
  mxsweep::targets::Reader reader(options.ports, options.style);
  Items items;
  while (!list.empty()) {
    const std::size_t octets = std::min(options.piece_octets, list.size());
    const auto piece = std::make_unique<char[]>(octets);
    std::copy_n(list.data(), octets, piece.get());
    list.remove_prefix(octets);
    reader.feed({piece.get(), octets});
    if (!drain(reader, items, options.items_max)) return items;
    std::fill_n(piece.get(), octets, '!');
  }
  reader.finish();
  drain(reader, items, options.items_max);
  return items;
}
