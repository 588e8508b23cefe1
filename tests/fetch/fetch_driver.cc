// SPDX-License-Identifier: MIT
// The fetcher as a program, for tests/program/fetch_test.py: each line of the standard input is a
// request, "TICKET HOST PATH ADDRESS,ADDRESS", each line of the standard output what has become of
// one, as JSON with the body in hexadecimal. A line "stop" stops the fetcher.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "mxsweep/fetch/fetcher.h"

namespace mxsweep::fetch {
namespace {

std::string quoted(const std::string& printable) {
  std::string text;
  for (const char c : printable) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return '"' + text + '"';
}

std::string hexadecimal(const std::string& octets) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 15U];
  }
  return text;
}

void print(const Fetched& fetched) {
  std::printf(R"({"ticket":%llu,"outcome":"%s","status":%d,"content_type":%s,"body":"%s",)"
              R"("address":"%s","took_us":%lld,"why":%s})"
              "\n",
              static_cast<unsigned long long>(fetched.ticket),
              std::string(to_string(fetched.outcome)).c_str(), fetched.status,
              quoted(fetched.content_type).c_str(), hexadecimal(fetched.body).c_str(),
              to_string(fetched.address).c_str(),
              static_cast<long long>(fetched.took.count() / 1000), quoted(fetched.why).c_str());
}

void obey(Fetcher& fetcher, const std::string& line) {
  if (line == "stop") {
    fetcher.stop();
    std::printf("{\"stopped\":true}\n");
    return;
  }
  std::istringstream words(line);
  Request request;
  std::string addresses;
  words >> request.ticket >> request.host >> request.path >> addresses;
  std::istringstream list(addresses);
  for (std::string address; std::getline(list, address, ',');) {
    request.addresses.push_back(*parse_address(address));
  }
  fetcher.begin(std::move(request));
}

// Until the end of the input. PORT CA_FILE CONNECT_MS WHOLE_MS
int run(char** arguments) {
  scope::Scope scope;
  scope.allow_private = true;
  const int bell = ::eventfd(0, EFD_CLOEXEC);
  Fetcher fetcher;
  const FetcherOptions options = {.scope = &scope,
                                  .ca_file = arguments[2],
                                  .port = static_cast<std::uint16_t>(std::atoi(arguments[1])),
                                  .connect = std::chrono::milliseconds{std::atoi(arguments[3])},
                                  .whole = std::chrono::milliseconds{std::atoi(arguments[4])}};
  if (!fetcher.open(options, bell).ok()) return 3;
  std::string input;
  for (;;) {
    Fetched fetched;
    while (fetcher.take(fetched)) print(fetched);
    std::fflush(stdout);
    pollfd polled[2] = {{.fd = bell, .events = POLLIN, .revents = 0},
                        {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
    ::poll(polled, 2, -1);
    std::uint64_t rings = 0;
    if (polled[0].revents != 0 && ::read(bell, &rings, sizeof rings) < 0) return 3;
    if (polled[1].revents == 0) continue;
    char octets[65536];
    const ssize_t got = ::read(STDIN_FILENO, octets, sizeof octets);
    if (got <= 0) return 0;
    input.append(octets, static_cast<std::size_t>(got));
    for (std::size_t end; (end = input.find('\n')) != std::string::npos;) {
      obey(fetcher, input.substr(0, end));
      input.erase(0, end + 1);
    }
  }
}

}  // namespace
}  // namespace mxsweep::fetch

int main(int count, char** arguments) { return count == 5 ? mxsweep::fetch::run(arguments) : 2; }
