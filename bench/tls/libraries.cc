// SPDX-License-Identifier: MIT
// The bare cost of a TLS library for a client: full handshakes in memory, no sockets, no
// chain verification. Compares the libraries that the tls room could be built on, and gives the
// lower bound for a TLS conversation (scripts/bench tls).
//
//   usage    libraries [--library openssl|gnutls] [--server tls1.3|tls1.2] [--leaf p256|rsa2048]
//                      [--handshakes N] [--held N]
//   Prints   one JSON line: the client's CPU microseconds per handshake, and octets of heap that a
//            client session holds when the handshake is completed.
//   Method   the server is always OpenSSL's, so that both clients do the same work. The CPU clock
//            of the thread and malloc's own count are read around the client's calls only.
#include <gnutls/gnutls.h>
#include <malloc.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "libraries: %s\n", what);
  std::exit(1);
}

struct Options {
  std::string library = "gnutls";
  std::string server = "tls1.3";
  std::string leaf = "p256";
  int handshakes = 1500;
  int held = 200;
};

Options read_options(int count, char** words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view flag = words[i];
    const std::string value = words[i + 1];
    if (flag == "--library")
      options.library = value;
    else if (flag == "--server")
      options.server = value;
    else if (flag == "--leaf")
      options.leaf = value;
    else if (flag == "--handshakes")
      options.handshakes = std::atoi(value.c_str());
    else if (flag == "--held")
      options.held = std::atoi(value.c_str());
    else
      fail("unknown flag");
  }
  return options;
}

std::int64_t cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

std::int64_t heap_octets() {
  return static_cast<std::int64_t>(::mallinfo2().uordblks + ::mallinfo2().hblkhd);
}

// --- the server (OpenSSL): a leaf and the intermediate that signed it

EVP_PKEY* make_key(const std::string& kind) {
  if (kind == "rsa2048") return EVP_RSA_gen(2048);
  return EVP_EC_gen("P-256");
}

void add_extension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* issue(EVP_PKEY* key, const char* name, X509* issuer, EVP_PKEY* issuer_key, bool ca) {
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ca ? 2 : 3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 90 * 86400);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate, issuer == nullptr ? subject : X509_get_subject_name(issuer));
  X509_set_pubkey(certificate, key);
  add_extension(certificate, NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (!ca) add_extension(certificate, NID_subject_alt_name, "DNS:mx1.sink.test");
  if (X509_sign(certificate, issuer_key, EVP_sha256()) == 0) fail("cannot sign a certificate");
  return certificate;
}

SSL_CTX* make_server(const Options& options) {
  SSL_CTX* const server = SSL_CTX_new(TLS_server_method());
  EVP_PKEY* const ca_key = make_key(options.leaf);
  EVP_PKEY* const key = make_key(options.leaf);
  X509* const ca = issue(ca_key, "mxsweep bench intermediate", nullptr, ca_key, true);
  X509* const leaf = issue(key, "mx1.sink.test", ca, ca_key, false);
  SSL_CTX_use_certificate(server, leaf);
  SSL_CTX_use_PrivateKey(server, key);
  SSL_CTX_add1_chain_cert(server, ca);
  SSL_CTX_set_num_tickets(server, 0);
  const int version = options.server == "tls1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_max_proto_version(server, version);
  return server;
}

// One server session over two memory BIOs.
class Server {
 public:
  explicit Server(SSL_CTX* context) : ssl_(SSL_new(context)) {
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { SSL_free(ssl_); }

  std::string answer(std::string_view octets) {
    BIO_write(SSL_get_rbio(ssl_), octets.data(), static_cast<int>(octets.size()));
    SSL_do_handshake(ssl_);
    std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl_)), '\0');
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl_), out.data(), static_cast<int>(out.size()));
    return out;
  }

 private:
  SSL* ssl_;
};

// --- the clients: octets in, octets out, true when the handshake is completed

class OpenSslClient {
 public:
  static void* make_context(bool prefer_one_share) {
    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    if (prefer_one_share) SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521");
    SSL_CTX_set_cert_verify_callback(
        context, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
    return context;
  }
  explicit OpenSslClient(void* context) : ssl_(SSL_new(static_cast<SSL_CTX*>(context))) {
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_tlsext_host_name(ssl_, "mx1.sink.test");
    SSL_set_connect_state(ssl_);
  }
  OpenSslClient(const OpenSslClient&) = delete;
  OpenSslClient& operator=(const OpenSslClient&) = delete;
  ~OpenSslClient() { SSL_free(ssl_); }

  bool step(std::string_view in, std::string& out) {
    BIO_write(SSL_get_rbio(ssl_), in.data(), static_cast<int>(in.size()));
    const int done = SSL_do_handshake(ssl_);
    out.resize(BIO_ctrl_pending(SSL_get_wbio(ssl_)));
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl_), out.data(), static_cast<int>(out.size()));
    if (done == 1) return true;
    if (SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ) fail("OpenSSL's handshake failed");
    return false;
  }

 private:
  SSL* ssl_;
};

class GnuTlsClient {
 public:
  struct Context {
    gnutls_priority_t priority;
    gnutls_certificate_credentials_t credentials;
  };
  static void* make_context(bool) {
    auto* const context = new Context;
    gnutls_priority_init(&context->priority,
                         "NORMAL:+VERS-TLS1.1:+VERS-TLS1.0:-GROUP-ALL:+GROUP-X25519:"
                         "+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:+GROUP-FFDHE2048",
                         nullptr);
    gnutls_certificate_allocate_credentials(&context->credentials);
    return context;
  }
  explicit GnuTlsClient(void* raw) {
    const auto& context = *static_cast<Context*>(raw);
    gnutls_init(&session_, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS |
                               GNUTLS_KEY_SHARE_TOP);
    gnutls_priority_set(session_, context.priority);
    gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, context.credentials);
    gnutls_server_name_set(session_, GNUTLS_NAME_DNS, "mx1.sink.test", 13);
    gnutls_transport_set_ptr(session_, this);
    gnutls_transport_set_pull_function(session_, &pull);
    gnutls_transport_set_push_function(session_, &push);
    gnutls_handshake_set_timeout(session_, 0);
  }
  GnuTlsClient(const GnuTlsClient&) = delete;
  GnuTlsClient& operator=(const GnuTlsClient&) = delete;
  ~GnuTlsClient() { gnutls_deinit(session_); }

  bool step(std::string_view in, std::string& out) {
    in_ = in;
    out.clear();
    out_ = &out;
    const int done = gnutls_handshake(session_);
    if (done == GNUTLS_E_SUCCESS) return true;
    if (gnutls_error_is_fatal(done) != 0) fail(gnutls_strerror(done));
    return false;
  }

 private:
  static ssize_t pull(gnutls_transport_ptr_t self, void* to, std::size_t most) {
    auto& client = *static_cast<GnuTlsClient*>(self);
    const std::size_t octets = std::min(most, client.in_.size());
    if (octets == 0) {
      gnutls_transport_set_errno(client.session_, EAGAIN);
      return -1;
    }
    std::memcpy(to, client.in_.data(), octets);
    client.in_.remove_prefix(octets);
    return static_cast<ssize_t>(octets);
  }
  static ssize_t push(gnutls_transport_ptr_t self, const void* from, std::size_t octets) {
    static_cast<GnuTlsClient*>(self)->out_->append(static_cast<const char*>(from), octets);
    return static_cast<ssize_t>(octets);
  }

  gnutls_session_t session_ = nullptr;
  std::string_view in_;
  std::string* out_ = nullptr;
};

template <typename Client>
std::unique_ptr<Client> handshake(void* context, SSL_CTX* server_context, std::int64_t& client_ns,
                                  std::int64_t& client_octets) {
  Server server(server_context);
  std::string out;
  const std::int64_t heap = heap_octets();
  std::int64_t start = cpu_ns();
  auto client = std::make_unique<Client>(context);
  bool done = client->step({}, out);
  client_ns += cpu_ns() - start;
  std::int64_t grown = heap_octets() - heap;
  while (!done) {
    const std::string answer = server.answer(out);
    if (answer.empty()) fail("the server has no answer");
    const std::int64_t before = heap_octets();
    start = cpu_ns();
    done = client->step(answer, out);
    client_ns += cpu_ns() - start;
    grown += heap_octets() - before;
  }
  client_octets += grown;
  return client;
}

template <typename Client>
int measure(const Options& options) {
  void* const context = Client::make_context(true);
  SSL_CTX* const server = make_server(options);
  std::int64_t ns = 0;
  std::int64_t octets = 0;
  for (int i = 0; i < options.handshakes / 10; ++i) handshake<Client>(context, server, ns, octets);
  ns = 0;
  for (int i = 0; i < options.handshakes; ++i) {
    const auto client = handshake<Client>(context, server, ns, octets);
    // Destroying the client is part of the cost.
    const std::int64_t start = cpu_ns();
    const_cast<std::unique_ptr<Client>&>(client).reset();
    ns += cpu_ns() - start;
  }
  octets = 0;
  std::int64_t unused = 0;
  std::vector<std::unique_ptr<Client>> held;
  for (int i = 0; i < options.held; ++i) {
    held.push_back(handshake<Client>(context, server, unused, octets));
  }
  std::printf(
      "{\"library\":\"%s\",\"server\":\"%s\",\"leaf\":\"%s\",\"handshakes\":%d,"
      "\"cpu_us\":%.1f,\"session_octets\":%lld}\n",
      options.library.c_str(), options.server.c_str(), options.leaf.c_str(), options.handshakes,
      static_cast<double>(ns) / 1e3 / options.handshakes,
      static_cast<long long>(octets / options.held));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const Options options = read_options(count, words);
  if (options.library == "openssl") return measure<OpenSslClient>(options);
  if (options.library == "gnutls") return measure<GnuTlsClient>(options);
  fail("--library is openssl or gnutls");
}
