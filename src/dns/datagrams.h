// SPDX-License-Identifier: MIT
// Keeps datagrams that c-ares cannot parse away from it, for our own parser.
//
// c-ares before 1.22 passes every response to us unparsed. Newer versions parse a datagram before
// they match it to a query, and fail every query of that socket if parsing fails: one malformed
// answer, or one forged datagram, would fail all lookups in flight. With those versions each
// datagram is therefore parsed here first. If c-ares could not parse it, c-ares gets a mark in its
// place: a bare header and the same question, which only the query with that id and question
// accepts. behind() then returns the octets that the mark stands for. A datagram without a readable
// question is dropped, as one that answers no query.
//
// Streams need another workaround: when one ends in the middle of a response, c-ares 1.34 keeps it
// open and goes on waiting, while the kernel reports the end again and again. The end is noted
// here, so that the caller can stop polling the stream; the query runs into its timeout and is sent
// again over a new connection.
//
//   Source   c-ares 1.34, ares_set_socket_functions(3), ares_dns_parse(3).
//   Memory   the octets of such datagrams until forget(), which the caller calls after each
//            reading of a socket.
//   Lifetime must outlive the channel that it reads for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

struct ares_channeldata;

namespace mxsweep::dns {

class Datagrams {
 public:
  // Installs itself in a channel: before the first query, and once only.
  void read_for(ares_channeldata* channel);

  // The octets received for a response: those that a mark stands for, or else the response itself.
  [[nodiscard]] std::string_view behind(std::string_view response) const;
  // Whether a read since forget() has found the end of that stream.
  [[nodiscard]] bool ended(int stream) const { return ended_ == stream; }
  void forget();

  // What to pass to c-ares for a datagram; empty: drop it.
  [[nodiscard]] std::string_view admit(std::string_view datagram);
  void note_end(int stream) { ended_ = stream; }

 private:
  std::unordered_map<std::uint16_t, std::string> unreadable_;  // By id.
  std::string mark_;
  int ended_ = -1;
};

}  // namespace mxsweep::dns
