// SPDX-License-Identifier: MIT
#include "mxsweep/pace/operator.h"

#include <libpsl.h>

#include "mxsweep/core/random.h"

namespace mxsweep::pace {

std::string registered_domain(std::string_view host) {
  std::string name(host);
  const char* const registered = psl_registrable_domain(psl_builtin(), name.c_str());
  if (registered != nullptr) name.erase(0, static_cast<std::size_t>(registered - name.c_str()));
  return name;
}

// FNV-1a, mixed: the same in every run and on every machine, as shards need it.
std::uint64_t operator_key(std::string_view host) {
  if (host.empty()) return 0;
  std::uint64_t key = 0xcbf29ce484222325U;
  for (const char octet : registered_domain(host)) {
    key = (key ^ static_cast<unsigned char>(octet)) * 0x100000001b3U;
  }
  key = mix(key);
  return key == 0 ? 1 : key;
}

}  // namespace mxsweep::pace
