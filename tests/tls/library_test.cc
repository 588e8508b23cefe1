// SPDX-License-Identifier: MIT
// The system may configure the TLS library for all programs; what we report about servers must
// not depend on that.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "tls/joined.h"

namespace {

// Forbids what the tests of the versions need.
constexpr std::string_view kHostile =
    "[overrides]\n"
    "disabled-version = tls1.0\n"
    "disabled-version = tls1.1\n"
    "disabled-version = tls1.2\n"
    "insecure-sig = rsa-sha1\n"
    "insecure-hash = sha256\n"
    "tls-disabled-cipher = aes-256-gcm\n"
    "tls-disabled-kx = rsa\n"
    "tls-disabled-group = group-x25519\n";

struct TemporaryFile {
  explicit TemporaryFile(std::string_view text) {
    const int file = ::mkstemp(path);
    REQUIRE(file >= 0);
    const ssize_t written = ::write(file, text.data(), text.size());
    ::close(file);
    REQUIRE(written == static_cast<ssize_t>(text.size()));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(path); }

  char path[32] = "/tmp/mxsweep-gnutls-XXXXXX";
};

// Runs this program again, with the tests that carry `tag` only.
int run_again(std::string tag, std::string first, std::string second) {
  std::string self = "/proc/self/exe";
  char* const arguments[] = {self.data(), tag.data(), nullptr};
  char* const environment[] = {first.data(), second.data(), nullptr};
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, self.c_str(), nullptr, nullptr, arguments, environment) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("what the system's configuration forbids is still observed", "[tls][library]") {
  const TemporaryFile file(kHostile);
  CHECK(run_again("[versions]", std::string("GNUTLS_SYSTEM_PRIORITY_FILE=") + file.path,
                  "GNUTLS_SYSTEM_PRIORITY_FAIL_ON_INVALID=1") == 0);
}

TEST_CASE("several threads may open clients at the same time", "[tls][library]") {
  std::vector<std::thread> threads;
  std::vector<std::string> errors(4, "not run");
  for (std::string& error : errors) {
    threads.emplace_back([&error] {
      mxsweep::tls::Client client;
      error = client.open({});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) CHECK(error.empty());
}
