// SPDX-License-Identifier: MIT
// The server over real loopback sockets, with plain blocking clients.
#include "mxsweep/sink/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "mxsweep/ring/socket.h"
#include "sink/tls_client.h"
#include "support/catch.h"

namespace mxsweep::sink {
namespace {

Fleet fleet_of(const std::vector<std::string>& names) {
  std::vector<Persona> personas = equipped_personas();
  REQUIRE(keep_only(personas, names) == "");
  return {std::move(personas), 1};
}

Listen at(std::string_view text) {
  Listen listen;
  REQUIRE(read_listen(text, listen) == "");
  return listen;
}

void start(Server& server) {
  const auto failure = server.start();
  INFO((failure ? failure->what : ""));
  REQUIRE_FALSE(failure.has_value());
}

class Client {
 public:
  Client(std::string_view address, std::uint16_t port) {
    const Address to = *parse_address(address);
    descriptor_ = ring::open_tcp(to.family);
    const ring::SocketAddress socket = ring::socket_address(to, port);
    connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&socket.storage),
                           socket.octets) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(descriptor_); }

  [[nodiscard]] bool connected() const { return connected_; }

  // Reads up to and including `end`, or to the end of the connection.
  std::string read_until(std::string_view end) {
    std::string received;
    char octet = 0;
    while (received.size() < end.size() || !std::string_view(received).ends_with(end)) {
      const ssize_t got = ::recv(descriptor_, &octet, 1, 0);
      if (got == 0) return received + "<closed>";
      if (got < 0) return received + (errno == ECONNRESET ? "<reset>" : "<error>");
      received.push_back(octet);
    }
    return received;
  }
  std::string ask(std::string_view command, std::string_view end) {
    if (::send(descriptor_, command.data(), command.size(), MSG_NOSIGNAL) < 0) return "<error>";
    return read_until(end);
  }

  void send(std::string_view octets) {
    REQUIRE(::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(octets.size()));
  }
  // Some octets; none if the connection ended.
  std::string read_some() {
    std::string octets(16 * 1024, '\0');
    const ssize_t got = ::recv(descriptor_, octets.data(), octets.size(), 0);
    octets.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return octets;
  }

 private:
  int descriptor_ = -1;
  bool connected_ = false;
};

// The same client, under TLS.
class SecureClient {
 public:
  SecureClient(std::string_view address, std::uint16_t port)
      : client_(address, port), engine_(trusting_client(), "") {}

  // Sends only the first octets of the handshake.
  void begin() {
    engine_.advance({}, received_);
    flush();
  }
  void handshake() {
    while (engine_.status() == tls::Status::handshaking && take()) flush();
    REQUIRE(engine_.status() == tls::Status::established);
  }
  std::string read_until(std::string_view end) {
    while (received_.find(end) == std::string::npos && take()) {
    }
    return std::exchange(received_, {});
  }
  std::string ask(std::string_view command, std::string_view end) {
    engine_.write(command);
    flush();
    return read_until(end);
  }
  Client& in_clear() { return client_; }
  [[nodiscard]] tls::Status status() const { return engine_.status(); }

 private:
  void flush() { client_.send(std::exchange(engine_.outgoing(), {})); }
  bool take() {
    const std::string octets = client_.read_some();
    if (octets.empty()) return false;
    engine_.advance(octets, received_);
    return engine_.status() != tls::Status::failed;
  }

  Client client_;
  tls::Engine engine_;
  std::string received_;
};

constexpr std::string_view kToTheEnd = "never sent by a server";

TEST_CASE("a plain conversation completes on every address of the loopback", "[sink][server]") {
  Server server(fleet_of({"plain"}), at("127.0.0.0/8:0"), 2);
  start(server);
  REQUIRE(server.port() != 0);
  for (const char* const address : {"127.0.0.1", "127.1.2.3", "127.255.255.254"}) {
    Client client(address, server.port());
    REQUIRE(client.connected());
    CHECK(client.read_until("\n") == "220 mail.sink.test ESMTP Postfix\r\n");
    CHECK(
        client.ask("EHLO client.test\r\n", "250 SMTPUTF8\r\n").rfind("250-mail.sink.test\r\n", 0) ==
        0);
    CHECK(client.ask("QUIT\r\n", kToTheEnd) == "221 2.0.0 Bye\r\n<closed>");
  }
  const ServerStats stats = server.stop();
  CHECK(stats.conversations == 3);
  CHECK(stats.by_persona == std::vector<std::uint64_t>{3});
  CHECK(stats.out_of_turn == 0);
  CHECK(stats.held_peak >= 1);
}

TEST_CASE("addresses are counted, and the conversations of the busiest", "[sink][server]") {
  Server server(fleet_of({"close_at_connect"}), at("127.0.0.0/8:0"), 2);
  start(server);
  // With two threads the kernel distributes an address's connections over both.
  for (int i = 0; i < 20; ++i) Client("127.1.2.3", server.port()).read_until(kToTheEnd);
  for (const char* const address : {"127.0.0.1", "127.1.2.4", "127.255.255.254"}) {
    Client(address, server.port()).read_until(kToTheEnd);
  }
  const ServerStats stats = server.stop();
  CHECK(stats.conversations == 23);
  CHECK(stats.addresses == 4);
  CHECK(stats.address_conversations_max == 20);
}

TEST_CASE("a fleet without connections has no addresses", "[sink][server]") {
  Server server(fleet_of({"plain"}), at("127.0.0.1:0"), 1);
  start(server);
  const ServerStats stats = server.stop();
  CHECK(stats.addresses == 0);
  CHECK(stats.address_conversations_max == 0);
}

TEST_CASE("a server has the name of the address that the client connected to", "[sink][server]") {
  Server server(fleet_of({"exim"}), at("127.0.0.0/8:0"), 1);
  start(server);
  Client client("127.4.5.6", server.port());
  CHECK(client.read_until("\n") ==
        "220 mx-127-4-5-6.sink.test ESMTP Exim 4.96 Sun, 22 Nov 2026 10:15:00 +0000\r\n");
  CHECK(client.ask("QUIT\r\n", kToTheEnd) ==
        "221 mx-127-4-5-6.sink.test closing connection\r\n<closed>");
}

TEST_CASE("each address has the persona that the fleet assigns", "[sink][server]") {
  Server server(fleet_of({"busy_421", "half_line_close", "close_at_connect", "tls_first"}),
                at("127.0.0.0/8:0"), 1);
  start(server);
  std::vector<std::uint64_t> expected(4);
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Address address = ipv4(0x7f010000U + i);
    const std::size_t index = server.fleet().index_at(address);
    ++expected[index];
    const std::string text = to_string(address);
    INFO(text);
    const std::string_view answers[] = {"421 4.3.2 All server ports are busy\r\n<closed>",
                                        "220 mail.sink.te<closed>",
                                        "<closed>",
                                        {"\x15\x03\x01\x00\x02\x02P<closed>", 15}};
    CHECK(Client(text, server.port()).read_until(kToTheEnd) == answers[index]);
  }
  CHECK(server.stop().by_persona == expected);
}

TEST_CASE("a reset is a reset, at the greeting and later", "[sink][server]") {
  Server server(fleet_of({"reset_at_greeting"}), at("127.0.0.1:0"), 1);
  start(server);
  CHECK(Client("127.0.0.1", server.port()).read_until(kToTheEnd) == "<reset>");
  Server later(fleet_of({"reset_at_quit"}), at("127.0.0.1:0"), 1);
  start(later);
  Client client("127.0.0.1", later.port());
  CHECK(client.read_until("\n") == "220 mx-127-0-0-1.sink.test ESMTP\r\n");
  CHECK(client.ask("QUIT\r\n", kToTheEnd) == "<reset>");
}

TEST_CASE("a huge reply arrives completely", "[sink][server]") {
  Server server(fleet_of({"huge_ehlo"}), at("127.0.0.1:0"), 1);
  start(server);
  Client client("127.0.0.1", server.port());
  REQUIRE(client.read_until("\n") == "220 mx-127-0-0-1.sink.test ESMTP\r\n");
  const std::string reply = client.ask("EHLO client.test\r\n", "250 8BITMIME\r\n");
  CHECK(std::count(reply.begin(), reply.end(), '\n') == 300);
  CHECK(reply.find("\r\n250-X-SINK-298 of many\r\n") != std::string::npos);
}

TEST_CASE("a flood ends when the client leaves, and does not harm the server", "[sink][server]") {
  Server server(fleet_of({"flood"}), at("127.0.0.1:0"), 1);
  start(server);
  for (int i = 0; i < 3; ++i) {
    Client client("127.0.0.1", server.port());
    const std::string line = "220-mx-127-0-0-1.sink.test one more line of an endless greeting\r\n";
    for (int j = 0; j < 2000; ++j) REQUIRE(client.read_until("\n") == line);
  }
  CHECK(server.stop().conversations == 3);
}

TEST_CASE("a client that sends before the greeting is counted", "[sink][server]") {
  std::vector<Persona> personas = read_personas(builtin_personas()).personas;
  REQUIRE(keep_only(personas, {"plain"}) == "");
  delay_greetings(personas, std::chrono::milliseconds(50));
  Server server({std::move(personas), 1}, at("127.0.0.1:0"), 1);
  start(server);
  Client client("127.0.0.1", server.port());
  CHECK(client.ask("QUIT\r\n", kToTheEnd) ==
        "220 mail.sink.test ESMTP Postfix\r\n221 2.0.0 Bye\r\n<closed>");
  CHECK(server.stop().out_of_turn == 6);
}

TEST_CASE("a conversation continues under TLS", "[sink][server]") {
  Server server(fleet_of({"plain"}), at("127.0.0.0/8:0"), 1);
  start(server);
  SecureClient client("127.4.5.6", server.port());
  CHECK(client.in_clear().read_until("\n") == "220 mail.sink.test ESMTP Postfix\r\n");
  CHECK(client.in_clear().ask("STARTTLS\r\n", "\n") == "220 2.0.0 Ready to start TLS\r\n");
  client.begin();
  client.handshake();
  CHECK(client.ask("EHLO client.test\r\n", "250 SMTPUTF8\r\n").rfind("250-mail.sink.test", 0) == 0);
  CHECK(client.ask("QUIT\r\n", kToTheEnd) == "221 2.0.0 Bye\r\n");
  CHECK(client.status() == tls::Status::closed);
  CHECK(server.stop().out_of_turn == 0);
}

TEST_CASE("more concurrent handshakes than a turn has steps for all complete", "[sink][server]") {
  std::vector<Persona> personas = equipped_personas();
  REQUIRE(keep_only(personas, {"plain", "slow_handshake"}) == "");
  begin_with_tls(personas);
  // All slow ones wake at the same moment, after the others have completed.
  for (Step& step : personas[1].scripts[static_cast<std::size_t>(Trigger::hello)]) {
    step.after = std::chrono::milliseconds(100);
  }
  personas[1].weight = personas[0].weight;
  Server server({std::move(personas), 1}, at("127.0.0.0/8:0"), 2);
  start(server);
  constexpr std::uint32_t kClients = 100;
  std::vector<std::unique_ptr<SecureClient>> clients;
  for (std::uint32_t i = 0; i < kClients; ++i) {
    const std::string address = to_string(ipv4(0x7f020000U + i));
    clients.push_back(std::make_unique<SecureClient>(address, server.port()));
    clients.back()->begin();
  }
  for (const auto& client : clients) {
    client->handshake();
    CHECK(client->read_until("\r\n").rfind("220 ", 0) == 0);
    CHECK(client->ask("QUIT\r\n", kToTheEnd) == "221 2.0.0 Bye\r\n");
  }
  clients.clear();
  CHECK(server.stop().conversations == kClients);
}

TEST_CASE("clients that leave during the handshake do not harm the server", "[sink][server]") {
  std::vector<Persona> personas = equipped_personas();
  REQUIRE(keep_only(personas, {"plain"}) == "");
  begin_with_tls(personas);
  Server server({std::move(personas), 1}, at("127.0.0.1:0"), 1);
  start(server);
  for (int i = 0; i < 50; ++i) SecureClient("127.0.0.1", server.port()).begin();
  SecureClient last("127.0.0.1", server.port());
  last.begin();
  last.handshake();
  CHECK(last.read_until("\r\n") == "220 mail.sink.test ESMTP Postfix\r\n");
  CHECK(server.stop().conversations == 51);
}

TEST_CASE("stop() closes open connections", "[sink][server]") {
  Server server(fleet_of({"silent"}), at("127.0.0.1:0"), 1);
  start(server);
  Client client("127.0.0.1", server.port());
  REQUIRE(client.connected());
  server.stop();
  const std::string end = client.read_until(kToTheEnd);
  const bool over = end == "<closed>" || end == "<reset>";
  CHECK(over);
}

TEST_CASE("the fleet answers on IPv6 too", "[sink][server]") {
  Server server(fleet_of({"plain"}), at("[::1]:0"), 1);
  if (const auto failure = server.start()) {
    WARN("no IPv6 loopback here: " << failure->what);
    return;
  }
  Client client("::1", server.port());
  CHECK(client.read_until("\n") == "220 mail.sink.test ESMTP Postfix\r\n");
}

TEST_CASE("a port in use is a failure with a reason", "[sink][server]") {
  Server first(fleet_of({"plain"}), at("127.0.0.1:0"), 1);
  start(first);
  Server second(fleet_of({"plain"}), at("127.0.0.1:" + std::to_string(first.port())), 1);
  const auto failure = second.start();
  REQUIRE(failure.has_value());
  CHECK(failure->what ==
        "cannot listen on port " + std::to_string(first.port()) + ": Address already in use");
  CHECK_FALSE(failure->refusal.has_value());
}

}  // namespace
}  // namespace mxsweep::sink
