// SPDX-License-Identifier: MIT
// Datagrams that c-ares cannot parse, kept from it and brought to our own reading.
//
// c-ares before 1.22 hands every response on to us. Newer versions parse a datagram before they
// look whose answer it is, and when they cannot, they give up every query of that socket: one
// unreadable answer, or one forged datagram, would fail all lookups in flight. So with those
// versions each datagram is read here first. One that c-ares would not parse goes to it as a mark
// in its place, a bare header and the same question, which only the query of that id and that
// question accepts; the octets that came are what the mark stands for. One without a question that
// can be read is dropped like any that answers nothing.
//
// A stream that ends in the middle of a response is another trouble: c-ares 1.34 keeps it and waits
// on, while the kernel reports its end again and again. Its end is noted here, so that the caller
// can stop watching it; the query runs into its timeout and then goes out by a new connection.
//
//   Memory   the octets of such datagrams until forget(), which follows each reading of a socket.
//   Source   c-ares 1.34, ares_set_socket_functions(3), ares_dns_parse(3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

struct ares_channeldata;

namespace mxsweep::dns {

class Datagrams {
 public:
  // Before the first query, and only once a channel. This object must outlive the channel.
  void read_for(ares_channeldata* channel);

  // What a response stands for: the octets that came, or the response itself.
  [[nodiscard]] std::string_view behind(std::string_view response) const;
  // Whether that stream has ended, in what was read since forget().
  [[nodiscard]] bool ended(int stream) const { return ended_ == stream; }
  void forget();

  // The datagram as c-ares is to see it; empty: it is to be dropped.
  [[nodiscard]] std::string_view admit(std::string_view datagram);
  void note_end(int stream) { ended_ = stream; }

 private:
  std::unordered_map<std::uint16_t, std::string> unreadable_;  // By id.
  std::string mark_;
  int ended_ = -1;
};

}  // namespace mxsweep::dns
