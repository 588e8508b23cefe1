// SPDX-License-Identifier: MIT
// What a client keeps of a session to resume it on another connection (RFC 5077; RFC 8446 section
// 2.2).
//
//   Shape     an Engine that is given a Ticket offers its session, if it has one, and asks the
//             server for another. Engine::keep_session() then says whether the server has resumed,
//             and puts the new session in the place of the old one.
#pragma once

#include <string>

namespace mxsweep::tls {

struct Ticket {
  std::string session{};  // Of the library; empty: none.
  bool resumed = false;
};

}  // namespace mxsweep::tls
