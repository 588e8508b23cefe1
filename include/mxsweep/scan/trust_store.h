// SPDX-License-Identifier: MIT
// Whose signature on a certificate counts: the authorities, read from files.
//
//   Shape     --ca-file and --ca-path replace the system's store; without them it is looked for
//             where Debian, Fedora, SUSE, Alpine and the BSDs keep it.
//   Errors    `error` says which file cannot be read. A system without a store is no error, but
//             then nobody is trusted, and `source` is empty.
#pragma once

#include <string>

namespace mxsweep::scan {

struct TrustStore {
  std::string pem;     // Certificates, one after the other.
  std::string source;  // Where they came from.
  std::string error;
};

[[nodiscard]] TrustStore read_trust_store(const std::string& ca_file, const std::string& ca_path);

}  // namespace mxsweep::scan
