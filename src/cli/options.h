// SPDX-License-Identifier: MIT
// The flags that several subcommands share, and the words of their values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/choice.h"
#include "cli/command.h"
#include "mxsweep/core/status.h"
#include "mxsweep/files/trust_store.h"
#include "mxsweep/names/name_options.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/tls/client.h"

namespace mxsweep::cli {

inline constexpr std::array<Choice<probe::Depth>, 6> kDepths{{
    {"connect", probe::Depth::connect},
    {"greeting", probe::Depth::greeting},
    {"ehlo", probe::Depth::ehlo},
    {"tls", probe::Depth::tls},
    {"mail", probe::Depth::mail},
    {"rcpt", probe::Depth::rcpt},
}};
inline constexpr std::array<Choice<std::optional<Protocol>>, 4> kProtocols{{
    {"auto", std::nullopt},
    {"smtp", Protocol::smtp},
    {"imap", Protocol::imap},
    {"pop3", Protocol::pop3},
}};
inline constexpr std::array<Choice<targets::TlsMode>, 4> kTlsModes{{
    {"auto", targets::TlsMode::automatic},
    {"starttls", targets::TlsMode::starttls},
    {"implicit", targets::TlsMode::implicit},
    {"off", targets::TlsMode::off},
}};
inline constexpr std::array<Choice<tls::Version>, 4> kTlsVersions{{
    {"1.0", tls::Version::tls1_0},
    {"1.1", tls::Version::tls1_1},
    {"1.2", tls::Version::tls1_2},
    {"1.3", tls::Version::tls1_3},
}};
inline constexpr std::array<Choice<results::ChainDetail>, 3> kChainDetails{{
    {"full", results::ChainDetail::full},
    {"leaf", results::ChainDetail::leaf},
    {"digest", results::ChainDetail::digest},
}};

// The flags of a conversation: --helo, --depth, the timeouts and TLS.
struct ConversationFlags {
  std::string helo;
  probe::Depth depth = probe::Depth::tls;
  std::uint64_t mail_size = smtp::Envelope{}.octets;
  std::string recipient;
  std::string relay_domain;
  std::optional<Protocol> protocol{};
  targets::TlsMode tls = targets::TlsMode::automatic;
  tls::Version tls_min = tls::Version::tls1_0;
  std::string ciphers;
  std::string ca_file;
  std::string ca_path;
  results::ChainDetail chain = results::ChainDetail::full;
  bool require_valid = false;
  std::string fingerprints;
  bool enumerate = false;                 // --tls-enumerate.
  std::vector<std::string> server_names;  // Of --sni.
  probe::Plan defaults{""};

  void add_to(Command& command);
  void add_identity(Command& command);  // --helo, of add_to() as well.
  void add_trust(Command& command);     // --ca-file and --ca-path, of add_to() as well.
  // --tls-enumerate, with what its help says beside `what`, and --sni.
  Flag& add_survey(Command& command, std::string_view what);
  [[nodiscard]] Status check_survey() const;
  // The name to send in EHLO; empty: none is given, and the machine's own is not valid.
  [[nodiscard]] std::string helo_name() const;
  Result<probe::Plan> plan() const;
  // Whether to go further than servers of other people may be asked to.
  [[nodiscard]] bool is_for_own_only() const { return depth > kForeignDepthMost; }
  [[nodiscard]] tls::ClientOptions tls_options(const files::TrustStore& trust) const;

 private:
  [[nodiscard]] Status check_envelope() const;
};

// The flags of name resolution: --resolver, -4, -6, --one-address.
struct NameFlags {
  std::vector<std::string> resolvers;
  bool ipv4_only = false;
  bool ipv6_only = false;
  bool one_address = false;

  void add_to(Command& command);
  [[nodiscard]] names::NameOptions options() const;
};

}  // namespace mxsweep::cli
