// SPDX-License-Identifier: MIT
#include "tls/library.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "mxsweep/core/invariant.h"

// By default the library initialises itself, and reads its configuration, before main(). This
// symbol prevents that.
extern "C" {
GNUTLS_SKIP_GLOBAL_INIT
}

// Other libraries initialise it, too: libmicrohttpd before main(), in its constructor, and libcurl.
// The program's own function of that name is the one that they call.
extern "C" int gnutls_global_init() {
  using Initialise = int (*)();
  static const auto initialise =
      reinterpret_cast<Initialise>(::dlsym(RTLD_NEXT, "gnutls_global_init"));
  if (initialise == nullptr) return GNUTLS_E_INTERNAL_ERROR;
  // An empty file, so that nothing is configured. In a program with more privileges than its user
  // the library ignores the variable and reads the system's file after all.
  static const bool named = ::setenv("GNUTLS_SYSTEM_PRIORITY_FILE", "/dev/null", 1) == 0;
  return named ? initialise() : GNUTLS_E_MEMORY_ERROR;
}

namespace mxsweep::tls {
namespace {

bool start_once() {
  const int started = gnutls_global_init();
  INVARIANT(started == GNUTLS_E_SUCCESS);
  return true;
}

// Strong ciphers first, so that a server that follows the client's order is seen at its best; then
// everything that encrypts and that the library still implements. The groups are in the order in
// which key shares are preferred: the first is sent, any other costs a round trip. %DUMBFW pads
// the first message past the 256 to 511 octets that make some old load balancers hang. The word
// after it lets a simulated server use a key in a way that its certificate does not allow.
constexpr std::string_view kEverything =
    "NONE:+CTYPE-X509"
    ":+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:+AES-256-CCM:+AES-128-CCM"
    ":+CAMELLIA-256-GCM:+CAMELLIA-128-GCM:+AES-256-CBC:+AES-128-CBC"
    ":+CAMELLIA-256-CBC:+CAMELLIA-128-CBC:+AES-256-CCM-8:+AES-128-CCM-8:+3DES-CBC:+ARCFOUR-128"
    ":+AEAD:+SHA256:+SHA384:+SHA1:+MD5"
    ":+ECDHE-ECDSA:+ECDHE-RSA:+DHE-RSA:+RSA"
    ":+SIGN-ALL:+SIGN-RSA-SHA224:+SIGN-ECDSA-SHA224:+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1:+SIGN-RSA-MD5"
    ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:+GROUP-X448"
    ":+GROUP-X25519-MLKEM768"
    ":+GROUP-FFDHE2048:+GROUP-FFDHE3072:+GROUP-FFDHE4096"
    ":%DUMBFW:%DEBUG_ALLOW_KEY_USAGE_VIOLATIONS:%PROFILE_VERY_WEAK";

// The cost of a handshake is bounded, and with these groups it would be 60 and 130 ms. No server
// lacks all other groups. A list of ciphers may still request them by name.
constexpr std::string_view kCostlyGroups[] = {"GROUP-FFDHE6144", "GROUP-FFDHE8192"};

struct VersionWord {
  Version version;
  std::string_view word;
};
constexpr std::array<VersionWord, 4> kPriorityWords{{{Version::tls1_3, "VERS-TLS1.3"},
                                                     {Version::tls1_2, "VERS-TLS1.2"},
                                                     {Version::tls1_1, "VERS-TLS1.1"},
                                                     {Version::tls1_0, "VERS-TLS1.0"}}};

bool between(Version version, Version least, Version most) {
  return version >= least && version <= most;
}

struct Attempt {
  Priority priority;
  int result = GNUTLS_E_SUCCESS;
  std::string word;  // Not understood; empty if the library does not report it.
};

Attempt attempt(const std::string& text) {
  gnutls_priority_t priority = nullptr;
  const char* where = nullptr;
  const int result = gnutls_priority_init(&priority, text.c_str(), &where);
  if (result == GNUTLS_E_SUCCESS) return {Priority(priority), result, {}};
  const char* const end = text.data() + text.size();
  if (where == nullptr || where < text.data() || where >= end) return {nullptr, result, {}};
  const std::string_view rest(where, static_cast<std::size_t>(end - where));
  return {nullptr, result, std::string(rest.substr(0, rest.find(':')))};
}

// A build of the library may lack some of the words. Retries without each word that is not known;
// every attempt makes the text shorter.
Attempt attempt_known(std::string text) {
  for (;;) {
    Attempt tried = attempt(text);
    const std::size_t at = tried.word.empty() ? std::string::npos : text.find(":" + tried.word);
    if (tried.priority != nullptr || at == std::string::npos) return tried;
    text.erase(at, tried.word.size() + 1);
  }
}

// Requires: it has failed.
Status explain(const Attempt& tried) {
  if (tried.result == GNUTLS_E_MEMORY_ERROR) return short_of_memory();
  if (tried.result == GNUTLS_E_NO_PRIORITIES_WERE_SET) {
    return Status::unusable("the list of ciphers leaves nothing to offer");
  }
  return Status::unusable("the list of ciphers is not understood at \"" + tried.word + "\"");
}

}  // namespace

Status short_of_memory() { return Status::machine("there is not enough memory for TLS"); }

gnutls_datum_t datum(std::string_view octets) {
  auto* const first = reinterpret_cast<unsigned char*>(const_cast<char*>(octets.data()));
  return {first, static_cast<unsigned>(octets.size())};
}

bool has_memory(std::size_t octets) {
  // Volatile, so that the compiler does not optimise the allocation away.
  void* volatile const trial = std::malloc(octets);
  const bool given = trial != nullptr;
  std::free(trial);
  return given;
}

void start_library() {
  static const bool started = start_once();
  INVARIANT(started);
}

Credentials make_credentials() {
  gnutls_certificate_credentials_t credentials = nullptr;
  if (gnutls_certificate_allocate_credentials(&credentials) < 0) return nullptr;
  return Credentials(credentials);
}

AnonymousClient make_anonymous_client() {
  gnutls_anon_client_credentials_t credentials = nullptr;
  if (gnutls_anon_allocate_client_credentials(&credentials) < 0) return nullptr;
  return AnonymousClient(credentials);
}

AnonymousServer make_anonymous_server() {
  gnutls_anon_server_credentials_t credentials = nullptr;
  if (gnutls_anon_allocate_server_credentials(&credentials) < 0) return nullptr;
  AnonymousServer server(credentials);
  if (gnutls_anon_set_server_known_dh_params(credentials, GNUTLS_SEC_PARAM_MEDIUM) < 0) {
    return nullptr;
  }
  return server;
}

Result<Priority> make_priority(const std::string& ciphers, Version version_min,
                               Version version_max) {
  const bool everything = ciphers.empty();
  std::string text = everything ? std::string(kEverything) : ciphers;
  for (const VersionWord& row : kPriorityWords) {
    const bool wanted = between(row.version, version_min, version_max);
    if (!everything && wanted) continue;  // The user's list decides which of these are offered.
    text.append(wanted ? ":+" : ":-").append(row.word);
  }
  for (const std::string_view group : kCostlyGroups) {
    if (text.find(group) == text.npos) text.append(":-").append(group);
  }
  Attempt tried = everything ? attempt_known(std::move(text)) : attempt(text);
  if (tried.priority == nullptr) return explain(tried);
  return std::move(tried.priority);
}

}  // namespace mxsweep::tls
