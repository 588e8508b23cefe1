// SPDX-License-Identifier: MIT
// A server's answer to a ClientHello may be any octets: reading it never crashes, ends within its
// limits, and does not depend on how the octets were cut.
//
// The first octet of the input says where the rest is cut.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/tls/enumerator.h"
#include "mxsweep/tls/first_flight.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mxsweep::tls;
  if (size == 0) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  FirstFlight whole;
  whole.read(octets);
  FirstFlight in_pieces;
  const std::size_t piece = data[0] % 16 + std::size_t{1};
  for (std::size_t at = 0; at < octets.size(); at += piece)
    in_pieces.read(octets.substr(at, piece));
  // Beyond the limit it depends on the pieces which of two ends comes first.
  if (octets.size() > std::size_t{64} * 1024) return 0;
  INVARIANT(whole.state() == in_pieces.state());
  INVARIANT(whole.answer().kind == in_pieces.answer().kind);
  INVARIANT(whole.answer().cipher == in_pieces.answer().cipher);
  INVARIANT(whole.answer().extensions == in_pieces.answer().extensions);

  // A server that gives the same answer to everything ends the enumeration.
  Enumerator enumerator("mx1.example.net");
  while (enumerator.next() != nullptr) {
    if (whole.answer().kind == ServerAnswer::Kind::none) {
      enumerator.on_failure(mxsweep::Phase::tls, mxsweep::Cause::tls_malformed);
    } else {
      enumerator.on_answer(whole.answer());
    }
  }
  static_cast<void>(enumerator.take_result());
  return 0;
}
