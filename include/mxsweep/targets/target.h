// SPDX-License-Identifier: MIT
// One thing to probe: where to connect, and what the user said about it.
//
//   Memory   72 octets and at most one allocation (none for a plain IPv4 address): tens of
//            thousands of these wait in queues and sit in slots.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/memory.h"

namespace mxsweep::targets {

enum class TlsMode : std::uint8_t { from_flags, automatic, starttls, implicit, off };

class Target {
 public:
  static constexpr std::uint32_t kNotResolved = 0xffff'ffff;

  Address address;  // Family::none: the target is a name that is not resolved yet.
  TlsMode tls = TlsMode::from_flags;
  std::uint16_t port = 0;
  std::uint32_t dns_us = kNotResolved;  // How long its name took; kNotResolved: it had none.
  std::uint64_t line = 0;               // In the list, counted from 1.

  // `host`: the part of `text` that is the name to resolve; empty: what stands before ":" or ",".
  // The name is kept in its one form: ASCII in lower case, no dot at the end.
  // Requires: text and name shorter than 64 KiB (the reader's line limit sees to it).
  void set_words(std::string_view text, std::string_view name, std::string_view meta,
                 std::string_view host = {});
  [[nodiscard]] std::string_view text() const;  // As written in the list.
  [[nodiscard]] std::string_view name() const;  // For SNI and the certificate check; may be empty.
  // Of a target that is a name: the host, port and other name cut off.
  [[nodiscard]] std::string_view host() const;
  // The name for TLS, unless the list gave one.
  void use_name(std::string_view name);
  [[nodiscard]] std::string_view meta() const;  // JSON, octet for octet; may be empty.
  // What it holds beside itself.
  [[nodiscard]] std::size_t octets_held() const { return held_by(words_); }

 private:
  void fold_name();

  std::string words_;  // text, name and meta, one after the other.
  std::uint16_t text_octets_ = 0;
  std::uint16_t name_octets_ = 0;
  std::uint16_t host_at_ = 0;
  std::uint16_t host_octets_ = 0;  // 0: it was not said where the host stands.
};

}  // namespace mxsweep::targets
