// SPDX-License-Identifier: MIT
// Takes a distinguished name in its text form apart.
//
//   Source    RFC 4514 (the text form, last part first); RFC 5280 section 4.1.2.4.
//   Shape     Parts in the order of the certificate. A name that was cut lacks its first parts.
//   Errors    none: a part without "=" is left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::results {

struct NamePart {
  std::string type;   // "CN", or an OID.
  std::string value;  // Without escapes.
};

[[nodiscard]] std::vector<NamePart> split_name(std::string_view text);

}  // namespace mxsweep::results
