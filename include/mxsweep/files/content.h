// SPDX-License-Identifier: MIT
// Reads files that a resumed sweep depends on: whole, line by line, or only for their identity.
//
//   Units    octets.
//   Errors   why it cannot be read; the sentence begins with the path.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::files {

struct Identity {
  std::uint64_t octets = 0;
  std::string sha256;  // Of the content, in hexadecimal.
};

// Errors also: it is not a regular file.
Result<Identity> identify(const std::string& path);

Result<std::string> read_text(const std::string& path, std::uint64_t octets_max);

// Calls `on_line` for each whole line in the first `octets` of the file, without its line end.
Status read_lines(const std::string& path, bool zstd, std::uint64_t octets,
                  const std::function<void(std::string_view line)>& on_line);

}  // namespace mxsweep::files
