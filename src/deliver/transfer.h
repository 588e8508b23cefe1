// SPDX-License-Identifier: MIT
// One HTTP request or one SMTP transaction, and all that are in progress, on libcurl.
//
//   Threads   libcurl's multi interface waits for the last reply of an SMTP transaction while all
//             else stands still (7.88 to 8.14: smtp_done()). So each transaction has a thread of
//             its own for as long as it lasts; requests have none.
//   Source    libcurl-easy(3), libcurl-multi(3); RFC 5321, RFC 3207 and RFC 4954 as libcurl has
//             them.
//   Limits    kConnect to connect, 64 KiB of an answer, no redirects, no protocols but HTTP and
//             SMTP, with and without TLS.
//   Lifetime  Transfers owns what it was given until it is done or abandoned; its callbacks may
//             start more.
//   Errors    every failure is an Answer.
#pragma once

#include <curl/curl.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "deliver/request.h"
#include "deliver/tally.h"
#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/threads/thread.h"

namespace mxsweep::deliver {

inline constexpr std::chrono::seconds kConnect{10};
inline constexpr std::size_t kAnswerOctetsMax = 64 * 1024;

enum class Security : std::uint8_t { none, offered, required, implicit };

// A transaction with one relay.
struct MailHop {
  std::string host;
  std::uint16_t port = 25;
  Address address;  // Family::none: libcurl looks the host up.
  Security security = Security::offered;
  bool verify = true;  // The certificate.
  std::string user;
  std::string password;
  std::string helo;
  std::string sender;
  std::vector<std::string> recipients;
  std::shared_ptr<const std::string> mail;
};

class Transfer {
 public:
  struct Outcome {
    Answer answer;
    std::vector<Answer> recipients;  // Of a mail: one for each, in order.
    bool tls_failed = false;
  };
  // `ca_file`: empty: the system's certificates.
  Transfer(Request request, const std::string& ca_file, Duration longest);
  Transfer(MailHop hop, const std::string& ca_file, Duration longest);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] CURL* easy() { return easy_; }
  [[nodiscard]] bool is_mail() const { return is_mail_; }
  // From another thread: nothing is sent or waited for any more. libcurl by itself would end a mail
  // that is half sent as if it were whole.
  void abandon();
  // Texts are as received: safe_line() is for the caller.
  [[nodiscard]] Outcome outcome(CURLcode code) const;

 private:
  void set_up(const std::string& ca_file, Duration longest);
  [[nodiscard]] Answer http_answer(CURLcode code) const;
  [[nodiscard]] Outcome mail_outcome(CURLcode code) const;
  void on_smtp_command(std::string_view line);
  void on_smtp_reply(std::string_view line);
  [[nodiscard]] std::string error_text(CURLcode code) const;

  static std::size_t write(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t read(char* data, std::size_t size, std::size_t count, void* self);
  static int debug(CURL* easy, curl_infotype type, char* data, std::size_t size, void* self);
  static int on_socket(void* self, curl_socket_t descriptor, curlsocktype);
  static int progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  CURL* easy_ = nullptr;
  curl_slist* list_ = nullptr;     // Headers, or recipients.
  curl_slist* connect_ = nullptr;  // Where to connect instead of the host.
  bool is_mail_ = false;
  Request request_;
  MailHop hop_;
  std::string body_;
  std::size_t sent_ = 0;
  std::string verb_;                   // The last command of SMTP.
  std::string last_reply_;             // Its reply, the last line.
  std::string refusal_;                // The last reply that was negative, with its verb.
  std::vector<std::string> replies_;   // Those to RCPT TO.
  std::atomic<bool> hurried_ = false;  // Nothing is waited for any more.
  std::mutex lock_;                    // Of sockets_.
  std::vector<int> sockets_;           // Copies of a mail's descriptors, to abandon it by.
  std::array<char, CURL_ERROR_SIZE> error_{};
};

class Transfers {
 public:
  using Done = std::function<void(const Transfer::Outcome&)>;

  Transfers();
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  [[nodiscard]] bool good() const { return multi_ != nullptr; }
  void start(std::unique_ptr<Transfer> transfer, Done done);
  // Moves all on, calls back for those that have ended, and waits for a descriptor of theirs or of
  // `others`, `longest` at most.
  void turn(std::vector<curl_waitfd>& others, Duration longest);

 private:
  struct Running {
    std::unique_ptr<Transfer> transfer;
    Done done;
  };

  // A transaction in its thread.
  struct Talk {
    Running running;
    CURLcode code = CURLE_FAILED_INIT;
    std::atomic<bool> ended = false;
    threads::Thread thread;
  };

  bool collect();  // Whether some have ended.
  bool collect_talks();

  CURLM* multi_;
  std::vector<Running> running_;
  std::vector<std::unique_ptr<Talk>> talks_;
};

}  // namespace mxsweep::deliver
