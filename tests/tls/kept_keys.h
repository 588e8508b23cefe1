// SPDX-License-Identifier: MIT
// Keys that take long to make, from tests/tls/keys.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "mxsweep/tls/issue.h"

namespace mxsweep::tls::samples {

// Empty for a key on a curve, which is made in no time.
inline std::string kept_key(KeyKind kind) {
  const char* const name = [&] {
    switch (kind) {
      case KeyKind::rsa_1024: return "rsa_1024.pem";
      case KeyKind::rsa_2048: return "rsa_2048.pem";
      case KeyKind::rsa_4096: return "rsa_4096.pem";
      case KeyKind::ec_p256:
      case KeyKind::ec_p384:
      case KeyKind::ed25519: break;
    }
    return "";
  }();
  if (*name == '\0') return {};
  std::ifstream file(std::string(MXSWEEP_SOURCE_DIR "/tests/tls/keys/") + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace mxsweep::tls::samples
