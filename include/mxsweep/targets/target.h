// SPDX-License-Identifier: MIT
// One target: where to connect, and the name, TLS mode and meta that the list gives for it.
//
//   Memory   88 octets and at most one allocation (none for a plain IPv4 address), because tens of
//            thousands are in queues and slots at the same time.
//   Lifetime the views that it returns are valid until it is changed or destroyed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/core/protocol.h"

namespace mxsweep::targets {

enum class TlsMode : std::uint8_t { from_flags, automatic, starttls, implicit, off };

class Target {
 public:
  static constexpr std::uint32_t kNotResolved = 0xffff'ffff;

  Address address;  // Family::none: the target is a name that is not resolved yet.
  TlsMode tls = TlsMode::from_flags;
  std::uint16_t port = 0;
  std::optional<Protocol> protocol{};   // Nothing: the list names none.
  std::uint16_t list = 0;               // Which of the sweep's lists, counted from 0.
  bool own = false;                     // What --own names; the feeder decides.
  std::uint32_t dns_us = kNotResolved;  // Time of name resolution; kNotResolved: there was none.
  std::uint64_t line = 0;               // Its line in the list, counted from 1.
  // Its position in the order of the sweep, counted from 0; the servers of a name have the same.
  std::uint64_t number = 0;

  // `host`: the part of `text` that is the name to resolve; empty: the part before ":" or ",".
  // The name is stored in one form: ASCII in lower case, no trailing dot.
  // Requires: text and name shorter than 64 KiB (ensured by the reader's limit on lines).
  void set_words(std::string_view text, std::string_view name, std::string_view meta,
                 std::string_view host = {});
  [[nodiscard]] std::string_view text() const;  // As written in the list.
  [[nodiscard]] std::string_view name() const;  // For SNI and the certificate check; may be empty.
  // The name to resolve: the text without port and without the name for TLS.
  [[nodiscard]] std::string_view host() const;
  // Sets the name for TLS, unless the list gave one.
  void use_name(std::string_view name);
  [[nodiscard]] std::string_view meta() const;  // JSON, octet for octet; may be empty.
  // Heap memory that it owns.
  [[nodiscard]] std::size_t octets_held() const { return held_by(words_); }

 private:
  void fold_name();

  std::string words_;  // text, name and meta, one after the other.
  std::uint16_t text_octets_ = 0;
  std::uint16_t name_octets_ = 0;
  std::uint16_t host_at_ = 0;
  std::uint16_t host_octets_ = 0;  // 0: set_words() got no host.
};

}  // namespace mxsweep::targets
