// SPDX-License-Identifier: MIT
// The authorities whose signature on a certificate counts, read from files.
//
//   Shape     --ca-file and --ca-path replace the system's store; without them it is looked for
//             where Debian, Fedora, SUSE, Alpine and the BSDs keep it.
//   Errors    a file that cannot be read or has no authority in it is unusable; a machine may be
//             short of memory. A system without a store is no error, but then no certificate is
//             trusted, and `source` is empty.
#pragma once

#include <memory>
#include <string>

#include "mxsweep/core/status.h"
#include "mxsweep/tls/authorities.h"

namespace mxsweep::files {

struct TrustStore {
  std::shared_ptr<const tls::Authorities> authorities;
  std::string source;  // Where they came from.
};

Result<TrustStore> read_trust_store(const std::string& ca_file, const std::string& ca_path);

}  // namespace mxsweep::files
