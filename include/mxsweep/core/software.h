// SPDX-License-Identifier: MIT
// What software answers at a server, as a record has it: the product, and how it is known.
//
//   Source    the tables of fingerprints in the room `software`.
//   Lifetime  the views are of the table and of the reply; the product outlives no table.
//   Errors    none: to_string() covers every value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mxsweep {

// The part of the conversation that shows the product. In order of precedence between two products
// of the same confidence.
enum class EvidencePart : std::uint8_t {
  greeting,    // Its text.
  ehlo,        // The first line of the reply to EHLO: the server's name and what follows it.
  reply,       // The text of the reply that refused us.
  extensions,  // The keywords of the reply to EHLO and their order.
};
inline constexpr std::size_t kEvidencePartCount = 4;

enum class Confidence : std::uint8_t {
  certain,   // The product names itself, or a hosted service answers under its own domain.
  likely,    // A text or an order that is known of this product only.
  possible,  // Others are known to answer like this too, but rarely.
};
inline constexpr std::size_t kConfidenceCount = 3;

// The words of the schema: "greeting", "certain".
[[nodiscard]] std::string_view to_string(EvidencePart part);
[[nodiscard]] std::string_view to_string(Confidence confidence);

struct Software {
  std::string_view product;
  std::string_view version{};  // As sent: letters, digits, ".", "_", "+" and "-". May be empty.
  std::string_view release{};  // The name that the vendor sells this version by. May be empty.
  std::string_view vendor{};   // May be empty.
  EvidencePart evidence = EvidencePart::greeting;
  Confidence confidence = Confidence::certain;

  friend bool operator==(const Software&, const Software&) = default;
};

}  // namespace mxsweep
