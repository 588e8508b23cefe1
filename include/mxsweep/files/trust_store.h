// SPDX-License-Identifier: MIT
// Reads the trusted certificate authorities from files.
//
//   Shape     --ca-file and --ca-path replace the system's store. Without them it is searched for
//             in the places of Debian, Fedora, SUSE, Alpine and the BSDs.
//   Lifetime  the authorities are immutable and may be shared by threads.
//   Errors    a Status: a file cannot be read or contains no authority, or there is not enough
//             memory. A system without a store is not an error, but then no certificate is trusted
//             and `source` is empty.
#pragma once

#include <memory>
#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/tls/authorities.h"

namespace mxsweep::files {

struct TrustStore {
  std::shared_ptr<const tls::Authorities> authorities;
  std::string source;  // The files that they were read from.
};

Result<TrustStore> read_trust_store(const std::string& ca_file, const std::string& ca_path);

}  // namespace mxsweep::files
