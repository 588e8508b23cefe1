// SPDX-License-Identifier: MIT
// Whose signature on a certificate counts: the authorities, read from files.
//
//   Shape     --ca-file and --ca-path replace the system's store; without them it is looked for
//             where Debian, Fedora, SUSE, Alpine and the BSDs keep it.
//   Errors    `error` says which file cannot be read or has no authority in it; with a `cure` it is
//             not the file but this machine that is at fault. A system without a store is no error,
//             but then no certificate is trusted, and `source` is empty.
#pragma once

#include <memory>
#include <string>

#include "mxsweep/tls/authorities.h"

namespace mxsweep::scan {

struct TrustStore {
  std::shared_ptr<const tls::Authorities> authorities;
  std::string source;  // Where they came from.
  std::string error;
  std::string cure;
};

[[nodiscard]] TrustStore read_trust_store(const std::string& ca_file, const std::string& ca_path);

}  // namespace mxsweep::scan
