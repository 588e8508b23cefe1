// SPDX-License-Identifier: MIT
// One table, compiled.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/software.h"
#include "mxsweep/software/software.h"
#include "software/order.h"
#include "software/pattern.h"
#include "software/text_index.h"

namespace mxsweep::software {

struct Entry {
  std::string product;
  std::string vendor;
  // By the beginning of the version, which ends at a dot: {"15.1", "2016"}.
  std::vector<std::pair<std::string, std::string>> releases;
};

// What a product is known by, in one part of the conversation.
struct Sign {
  std::size_t entry = 0;
  EvidencePart part = EvidencePart::greeting;
  Confidence confidence = Confidence::certain;
  std::string release;            // Where the text itself shows it.
  std::vector<Pattern> versions;  // Where in the line the version is.
  std::vector<Pattern> unless;    // Patterns of the same line that speak against it.
  bool several_lines = false;     // Only of a reply with more than one line.
};

class Rules {
 public:
  // Errors as in Table::add().
  static Result<std::unique_ptr<const Rules>> read(std::string_view json);

  [[nodiscard]] std::optional<Software> identify(const Evidence& evidence) const;
  void list(std::vector<Product>& products) const;

 private:
  friend class Reader;
  struct Found {
    const Sign* sign;
    std::string_view version;
  };

  static constexpr std::size_t kTextParts = 3;  // greeting, ehlo, reply: the first of EvidencePart.
  static_assert(static_cast<std::size_t>(EvidencePart::extensions) == kTextParts);

  [[nodiscard]] std::optional<Found> find(EvidencePart part, std::string_view reply) const;
  [[nodiscard]] std::optional<Found> fits(const Sign& sign, const Pattern& pattern,
                                          std::string_view line) const;
  [[nodiscard]] Software identity(const Found& found) const;

  std::vector<Entry> entries_;
  std::vector<Sign> signs_;
  std::array<TextIndex, kTextParts> texts_;
  OrderIndex orders_;
};

}  // namespace mxsweep::software
