// SPDX-License-Identifier: MIT
// System calls on files that must survive a loss of power, or must overwrite nothing.
//
//   Errors   0, or an errno.
#pragma once

#include <string>

namespace mxsweep::files {

// The path without symbolic links; unchanged if there is nothing there.
[[nodiscard]] std::string followed(const std::string& path);

// Renames, unless `to` exists: EEXIST.
[[nodiscard]] int rename_to_new(const std::string& from, const std::string& to);

// Makes the names in the file's folder durable.
[[nodiscard]] int sync_folder_of(const std::string& path);

}  // namespace mxsweep::files
