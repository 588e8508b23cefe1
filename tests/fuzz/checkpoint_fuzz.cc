// SPDX-License-Identifier: MIT
// Any octets as a checkpoint: what is accepted survives being encoded and decoded again.
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/checkpoint/checkpoint.h"
#include "mxsweep/core/invariant.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace checkpoint = mxsweep::checkpoint;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(checkpoint::decode(text));
  // With a checksum that holds, so that the values are reached.
  const std::string line = std::string(text.substr(0, text.find('\n'))) + "\n";
  const auto decoded = checkpoint::decode(line + checkpoint::checksum_line(line));
  if (!decoded.ok()) return 0;
  const std::string again = checkpoint::encode(*decoded);
  const auto twice = checkpoint::decode(again);
  INVARIANT(twice.ok());
  INVARIANT(checkpoint::encode(*twice) == again);
  INVARIANT(twice->ledger == decoded->ledger);
  return 0;
}
