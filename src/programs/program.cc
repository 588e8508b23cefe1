// SPDX-License-Identifier: MIT
#include "mxsweep/programs/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include "mxsweep/core/invariant.h"

extern char** environ;  // NOLINT: POSIX names it so.

namespace mxsweep::programs {
namespace {

void close_one(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

// What the service manager gave to this process alone.
bool is_ours(std::string_view variable) {
  return variable.starts_with("NOTIFY_SOCKET=") || variable.starts_with("WATCHDOG_") ||
         variable.starts_with("LISTEN_") || variable.starts_with("MXSWEEP_");
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

struct SpawnSettings {
  SpawnSettings(int input, int output, bool errors) {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (errors) ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes,
        static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

}  // namespace

Program::~Program() {
  if (!done_ && process_ > 0) {
    kill();
    ::waitpid(process_, nullptr, 0);
  }
  close_one(process_descriptor_);
  close_one(input_descriptor_);
  close_one(output_descriptor_);
}

int Program::start(const std::vector<std::string>& command,
                   const std::vector<std::string>& variables, std::string input, const Keep& keep) {
  INVARIANT(!command.empty() && process_ == 0);
  std::array<int, 2> in = {-1, -1};
  std::array<int, 2> out = {-1, -1};
  int error = 0;
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) error = errno;
  if (error == 0) {
    std::vector<std::string> arguments = command;
    std::vector<std::string> environment = variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      if (!is_ours(*variable)) environment.emplace_back(*variable);
    }
    const SpawnSettings settings(in[0], out[1], keep.errors);
    error = ::posix_spawnp(&process_, arguments[0].c_str(), &settings.actions, &settings.attributes,
                           pointers(arguments).data(), pointers(environment).data());
    if (error != 0) process_ = 0;
  }
  close_one(in[0]);
  close_one(out[1]);
  input_descriptor_ = in[1];
  output_descriptor_ = out[0];
  if (error != 0) return error;
  // The header of glibc 2.36 declares pidfd_open() for C only.
  process_descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
  if (process_descriptor_ < 0) return errno;  // The destructor ends it.
  ::fcntl(input_descriptor_, F_SETFL, O_NONBLOCK);
  ::fcntl(output_descriptor_, F_SETFL, O_NONBLOCK);
  input_ = std::move(input);
  output_octets_max_ = keep.octets_max;
  return 0;
}

void Program::descriptors(std::vector<pollfd>& descriptors) const {
  if (done_) return;
  descriptors.push_back({.fd = process_descriptor_, .events = POLLIN, .revents = 0});
  if (input_descriptor_ >= 0) {
    descriptors.push_back({.fd = input_descriptor_, .events = POLLOUT, .revents = 0});
  }
  if (output_descriptor_ >= 0) {
    descriptors.push_back({.fd = output_descriptor_, .events = POLLIN, .revents = 0});
  }
}

void Program::feed() {
  while (input_descriptor_ >= 0) {
    const std::string_view rest = std::string_view(input_).substr(fed_);
    const ssize_t written = rest.empty() ? 0 : ::write(input_descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EAGAIN) return;
    // A program that does not read to the end has closed it: its exit status tells the rest.
    if (written <= 0) return close_one(input_descriptor_);
    fed_ += static_cast<std::size_t>(written);
  }
}

void Program::drain() {
  constexpr int kReadsMax = 64;  // One that writes without an end has its turn again later.
  std::array<char, 4096> octets;
  for (int reads = 0; output_descriptor_ >= 0 && reads < kReadsMax; ++reads) {
    const ssize_t got = ::read(output_descriptor_, octets.data(), octets.size());
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return close_one(output_descriptor_);
    const std::size_t room = output_octets_max_ - output_.size();
    output_.append(octets.data(), std::min(room, static_cast<std::size_t>(got)));
  }
}

void Program::on_ready() {
  if (done_) return;
  feed();
  drain();
  int status = 0;
  if (::waitpid(process_, &status, WNOHANG) != process_) return;
  drain();  // What it wrote last. A process that it left behind may keep the pipe open.
  done_ = true;
  if (WIFEXITED(status)) status_ = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) signal_ = WTERMSIG(status);
  close_one(input_descriptor_);
  close_one(output_descriptor_);
}

void Program::kill() {
  if (!done_ && process_ > 0) ::kill(-process_, SIGKILL);
}

}  // namespace mxsweep::programs
