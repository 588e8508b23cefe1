// SPDX-License-Identifier: MIT
// Numbers of the extensions of hellos (IANA, TLS ExtensionType Values) that more than one source
// looks at.
#pragma once

#include <cstdint>

namespace mxsweep::tls::extensions {

inline constexpr std::uint16_t kServerName = 0;
inline constexpr std::uint16_t kAlpn = 16;
inline constexpr std::uint16_t kSupportedVersions = 43;
inline constexpr std::uint16_t kKeyShare = 51;

}  // namespace mxsweep::tls::extensions
