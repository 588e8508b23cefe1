// SPDX-License-Identifier: MIT
#include "scan/parts.h"

#include <algorithm>
#include <string_view>

namespace mxsweep::scan {
namespace {

constexpr std::uint64_t kLower = 0xffff'ffff;

// FNV-1a, folded to 32 bits.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char octet : text) {
    hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100'0000'01b3;
  }
  return (hash >> 32U ^ hash) & kLower;
}

// The n-th server with that host, address and port has its own.
std::uint64_t identity_of(const Task& task, std::uint64_t n) {
  const targets::Target& target = task.target;
  const std::string_view host =
      task.path->mx_host.empty() ? target.name() : std::string_view(task.path->mx_host);
  if (target.address.family == Family::none) return hash_of(host) << 32U;
  const std::uint64_t server = hash(target.address, std::uint64_t{target.port} << 32U | n);
  return hash_of(host) << 32U | std::max<std::uint64_t>(server & kLower, 1);
}

bool has_address(std::uint64_t identity) { return (identity & kLower) != 0; }

bool was_recorded(const Task& task, const checkpoint::Parts& recorded) {
  const std::uint64_t identity = task.path->identity;
  const bool whole_name = !has_address(identity) && task.path->mx_host.empty();
  if (whole_name) return true;
  return std::ranges::any_of(recorded.recorded, [identity](const checkpoint::Part& part) {
    const bool same_host = (part.identity ^ identity) >> 32U == 0;
    return part.identity == identity ||
           (same_host && (!has_address(part.identity) || !has_address(identity)));
  });
}

}  // namespace

void set_parts(std::vector<Resolved>& servers, const checkpoint::Parts* recorded) {
  for (Resolved& server : servers) {
    if (server.task.path == nullptr) server.task.path = std::make_unique<Path>();
    std::uint64_t n = 0;
    const auto is_taken = [&](const Resolved& other) {
      return other.task.path->identity == server.task.path->identity;
    };
    do {
      server.task.path->identity = identity_of(server.task, n++);
    } while (has_address(server.task.path->identity) &&
             std::any_of(servers.data(), &server, is_taken));
  }
  if (recorded != nullptr) {
    std::erase_if(servers,
                  [&](const Resolved& server) { return was_recorded(server.task, *recorded); });
  }
  for (Resolved& server : servers) {
    server.task.path->parts = static_cast<std::uint32_t>(servers.size());
  }
}

}  // namespace mxsweep::scan
