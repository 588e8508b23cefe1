// SPDX-License-Identifier: MIT
// Which software answers, by what it sent: a table of fingerprints, compiled once and then read by
// any number of threads. Pure: nothing is sent for it, and nothing is allocated by identify().
//
//   Source    src/software/fingerprints.json, and the user's own files; docs/software.md has the
//             format.
//   Shape     Tables are searched one after the other: the user's own, then the built-in one. In a
//             table the more certain sign counts, then the part of the conversation in the order of
//             EvidencePart, then the order of the file.
//   Units     octets.
//   Lifetime  An identity views the table and the evidence.
//   Errors    unusable: not JSON, or not a table; the sentence has the line and the entry. Any
//             evidence is accepted: what is not known is absent.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "mxsweep/core/software.h"
#include "mxsweep/core/status.h"

namespace mxsweep::software {

// Of each part no more is read: a product shows itself at the beginning, or not at all.
inline constexpr std::size_t kGreetingOctetsMax = 1024;
inline constexpr std::size_t kEhloOctetsMax = 2048;
inline constexpr std::size_t kRefusalOctetsMax = 1024;
inline constexpr std::size_t kLinesMax = 8;  // Of a greeting or refusal.

// Limits of a table, which keep the cost of one identity bounded.
inline constexpr std::size_t kTableOctetsMax = 1024 * 1024;
inline constexpr std::size_t kPatternsMax = 2048;  // In one part of a table.
inline constexpr std::size_t kPatternOctetsMax = 256;

// Replies as received, with codes and line ends; empty: there was none.
struct Evidence {
  std::string_view greeting{};
  std::string_view ehlo{};
  std::string_view refusal{};  // The reply that declined us, in any phase.
};

// What a table knows.
struct Product {
  std::string_view name;
  std::string_view vendor;
  bool greeting = false;  // The parts that it is known by.
  bool ehlo = false;
  bool reply = false;
  bool extensions = false;
};

class Rules;  // One table, compiled.

class Table {
 public:
  Table();  // The built-in one.
  ~Table();
  Table(Table&&) noexcept;
  Table& operator=(Table&&) noexcept;

  // Adds a table in the same format, which is searched before those that are there.
  Status add(std::string_view json);

  [[nodiscard]] std::optional<Software> identify(const Evidence& evidence) const;

  // All products, in the order in which they are searched. A product may occur more than once.
  [[nodiscard]] std::vector<Product> products() const;

 private:
  std::vector<std::unique_ptr<const Rules>> rules_;
};

// The built-in table, as a template for one's own.
[[nodiscard]] std::string_view builtin_fingerprints();

}  // namespace mxsweep::software
