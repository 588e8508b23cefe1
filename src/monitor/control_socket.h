// SPDX-License-Identifier: MIT
// Unix sockets, as the control socket needs them.
//
//   Errors   negative errno.
#pragma once

#include <sys/un.h>

#include <optional>
#include <string>

namespace mxsweep::monitor {

// Nothing: the path is too long for a socket.
[[nodiscard]] std::optional<sockaddr_un> socket_path(const std::string& path);
[[nodiscard]] int connect_to(const std::string& path);

}  // namespace mxsweep::monitor
