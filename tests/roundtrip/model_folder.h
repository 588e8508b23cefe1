// SPDX-License-Identifier: MIT
// A folder of the IMAP server in memory, and its messages by their UIDs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/tags.h"

namespace mxsweep::roundtrip {

using Uids = std::vector<std::uint32_t>;

struct ModelMessage {
  std::uint32_t uid = 0;
  std::string text{};  // The header block, an empty line, the body.
  bool deleted = false;
};

struct ModelFolder {
  std::vector<ModelMessage> messages{};
  std::uint32_t uid_next = 100;
  std::uint32_t uid_validity = 5;
  std::string uses{};  // "\Junk"

  std::uint32_t add(const std::string& text) {
    messages.push_back({.uid = uid_next, .text = text});
    return uid_next++;
  }

  [[nodiscard]] Uids uids() const {
    Uids all;
    for (const ModelMessage& message : messages) all.push_back(message.uid);
    return all;
  }

  // Of "3,5:*": 5 to the highest, and the highest always.
  [[nodiscard]] Uids uids_of(std::string_view set) const {
    Uids uids;
    for_each_part(set, ',', [&](std::string_view part) {
      const auto first = static_cast<std::uint32_t>(std::stoul(std::string(part)));
      if (!part.ends_with(":*")) return uids.push_back(first);
      for (const ModelMessage& message : messages) {
        if (message.uid >= first || &message == &messages.back()) uids.push_back(message.uid);
      }
    });
    return uids;
  }

  void mark_deleted(const Uids& uids) {
    for (ModelMessage& message : messages) message.deleted |= contains(uids, message.uid);
  }

  // Removes those of them that are marked.
  void expunge(const Uids& uids) {
    std::erase_if(messages, [&uids](const ModelMessage& message) {
      return message.deleted && contains(uids, message.uid);
    });
  }

  [[nodiscard]] static bool contains(const Uids& uids, std::uint32_t uid) {
    return std::ranges::find(uids, uid) != uids.end();
  }
};

}  // namespace mxsweep::roundtrip
