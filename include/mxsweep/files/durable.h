// SPDX-License-Identifier: MIT
// System calls on files that must survive a loss of power, or must overwrite nothing.
//
//   Errors   0, or an errno.
#pragma once

#include <string>
#include <string_view>

namespace mxsweep::files {

// The path without symbolic links; unchanged if there is nothing there.
[[nodiscard]] std::string followed(const std::string& path);

// Renames, unless `to` exists: EEXIST.
[[nodiscard]] int rename_to_new(const std::string& from, const std::string& to);

[[nodiscard]] int write_all(int descriptor, std::string_view octets);

// Writes the file anew: a reader, or this machine after a loss of power, finds the old text or the
// new one. What is written meanwhile is in `path` + ".new".
[[nodiscard]] int replace_file(const std::string& path, std::string_view text);

// Makes the names in the file's folder durable.
[[nodiscard]] int sync_folder_of(const std::string& path);

}  // namespace mxsweep::files
