// SPDX-License-Identifier: MIT
#include "dns/datagrams.h"

// c-ares 1.18 lacks the functions that replace the deprecated ones used here.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace mxsweep::dns {
namespace {

constexpr std::size_t kHeaderOctets = 12;
constexpr std::size_t kTypeAndClassOctets = 4;
// A response with the opcode STATUS: c-ares parses it, no server sends it in response to a query,
// and our own parser treats it as malformed.
constexpr std::string_view kMarkFlags("\x90\x00", 2);
constexpr std::string_view kMarkCounts("\0\1\0\0\0\0\0\0", 8);

std::uint16_t id_of(std::string_view message) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(message[0]) << 8U |
                                    static_cast<unsigned char>(message[1]));
}

// The octets of the question: an uncompressed name, a type and a class. Empty optional: the
// question is truncated or compressed.
std::optional<std::string_view> question_of(std::string_view datagram) {
  std::size_t at = kHeaderOctets;
  while (at < datagram.size() && datagram[at] != 0) {
    const auto length = static_cast<unsigned char>(datagram[at]);
    if (length > 63) return std::nullopt;
    at += 1U + length;
  }
  const std::size_t end = at + 1 + kTypeAndClassOctets;
  if (end > datagram.size()) return std::nullopt;
  return datagram.substr(kHeaderOctets, end - kHeaderOctets);
}

#if __has_include(<ares_dns_record.h>)
bool is_parsed(std::string_view datagram) {
  ares_dns_record_t* record = nullptr;
  const auto status = ::ares_dns_parse(reinterpret_cast<const unsigned char*>(datagram.data()),
                                       datagram.size(), 0, &record);
  ::ares_dns_record_destroy(record);
  return status == ARES_SUCCESS;
}

// Replaces recvfrom(2) in c-ares. For a stream c-ares passes no address; its octets pass unchanged.
ares_ssize_t receive(ares_socket_t socket, void* buffer, std::size_t size, int flags,
                     sockaddr* from, ares_socklen_t* from_size, void* data) {
  while (true) {
    const ssize_t count = ::recvfrom(socket, buffer, size, flags, from, from_size);
    auto& datagrams = *static_cast<Datagrams*>(data);
    if (from == nullptr) {
      if (count == 0) datagrams.note_end(socket);
      return count;
    }
    if (count <= 0) return count;
    const std::string_view admitted =
        datagrams.admit({static_cast<const char*>(buffer), static_cast<std::size_t>(count)});
    if (admitted.empty()) continue;
    std::memmove(buffer, admitted.data(), admitted.size());
    return static_cast<ares_ssize_t>(admitted.size());
  }
}
#else
bool is_parsed(std::string_view /*datagram*/) { return true; }
#endif

}  // namespace

void Datagrams::read_for([[maybe_unused]] ares_channeldata* channel) {
#if __has_include(<ares_dns_record.h>)
  static const ares_socket_functions functions = [] {
    ares_socket_functions only{};  // The other functions remain those of c-ares.
    only.arecvfrom = receive;
    return only;
  }();
  ::ares_set_socket_functions(channel, &functions, this);
#endif
}

void Datagrams::forget() {
  unreadable_.clear();
  ended_ = -1;
}

std::string_view Datagrams::admit(std::string_view datagram) {
  if (is_parsed(datagram)) return datagram;
  if (datagram.size() < kHeaderOctets) return {};
  const auto question = question_of(datagram);
  if (!question) return {};
  mark_.assign(datagram.substr(0, 2)).append(kMarkFlags).append(kMarkCounts).append(*question);
  unreadable_.insert_or_assign(id_of(datagram), std::string(datagram));
  return mark_;
}

std::string_view Datagrams::behind(std::string_view response) const {
  if (unreadable_.empty() || response.size() < kHeaderOctets) return response;
  const bool is_mark = response.substr(2, kMarkFlags.size()) == kMarkFlags;
  const auto known = unreadable_.find(id_of(response));
  return is_mark && known != unreadable_.end() ? std::string_view(known->second) : response;
}

}  // namespace mxsweep::dns
