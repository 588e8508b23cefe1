// SPDX-License-Identifier: MIT
#include "deliver/transfer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::deliver {
namespace {

constexpr std::size_t kShownOctets = 300;  // Of an answer.
constexpr Duration kRetryAfterMost = std::chrono::hours{24};

long milliseconds(Duration span) {
  return static_cast<long>(
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(span).count()));
}

// An option that this libcurl has, so that it cannot fail.
template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  ::curl_easy_setopt(easy, option, value);
}

std::string_view without_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The code of a reply's line; 0: it is none.
int code_of(std::string_view line) {
  if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2])) return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

std::string bracketed(const Address& address) {
  const std::string text = to_string(address);
  return address.family == Family::ipv6 ? "[" + text + "]" : text;
}

}  // namespace

Transfer::Transfer(Request request, const std::string& ca_file, Duration longest)
    : request_(std::move(request)) {
  set_up(ca_file, longest);
  set(easy_, CURLOPT_URL, request_.url.c_str());
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_USERAGENT, "mxsweep");
  if (request_.method != "GET") {
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
    set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  for (const std::string& header : request_.headers) {
    list_ = ::curl_slist_append(list_, header.c_str());
  }
  list_ = ::curl_slist_append(list_, "Expect:");  // No round trip to be asked for the body.
  set(easy_, CURLOPT_HTTPHEADER, list_);
  if (!request_.user.empty()) {
    set(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy_, CURLOPT_USERNAME, request_.user.c_str());
    set(easy_, CURLOPT_PASSWORD, request_.password.c_str());
  }
}

Transfer::Transfer(MailHop hop, const std::string& ca_file, Duration longest)
    : is_mail_(true), hop_(std::move(hop)) {
  set_up(ca_file, longest);
  const std::string_view scheme = hop_.security == Security::implicit ? "smtps" : "smtp";
  const bool literal = hop_.host.find(':') != std::string::npos && !hop_.host.starts_with('[');
  const std::string host = literal ? "[" + hop_.host + "]" : hop_.host;
  set(easy_, CURLOPT_URL, fmt::format("{}://{}:{}/{}", scheme, host, hop_.port, hop_.helo).c_str());
  set(easy_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(easy_, CURLOPT_PROXY, "");
  long use = CURLUSESSL_NONE;
  if (hop_.security == Security::offered) use = CURLUSESSL_TRY;
  if (hop_.security == Security::required || hop_.security == Security::implicit) {
    use = CURLUSESSL_ALL;
  }
  set(easy_, CURLOPT_USE_SSL, use);
  set(easy_, CURLOPT_SSL_VERIFYPEER, hop_.verify ? 1L : 0L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, hop_.verify ? 2L : 0L);
  if (hop_.address.family != Family::none) {
    const std::string place = bracketed(hop_.address);
    connect_ = ::curl_slist_append(
        nullptr, fmt::format("{}:{}:{}:{}", host, hop_.port, place, hop_.port).c_str());
    set(easy_, CURLOPT_CONNECT_TO, connect_);
  }
  if (!hop_.user.empty()) {
    set(easy_, CURLOPT_USERNAME, hop_.user.c_str());
    set(easy_, CURLOPT_PASSWORD, hop_.password.c_str());
  }
  for (const std::string& recipient : hop_.recipients) {
    list_ = ::curl_slist_append(list_, recipient.c_str());
  }
  set(easy_, CURLOPT_MAIL_FROM, hop_.sender.c_str());
  set(easy_, CURLOPT_MAIL_RCPT, list_);
  set(easy_, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);  // One that is refused must not stop the others.
  set(easy_, CURLOPT_UPLOAD, 1L);
  set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(hop_.mail->size()));
  set(easy_, CURLOPT_READFUNCTION, &Transfer::read);
  set(easy_, CURLOPT_READDATA, this);
  set(easy_, CURLOPT_FORBID_REUSE, 1L);
  set(easy_, CURLOPT_FRESH_CONNECT, 1L);
  // Commands and replies are only shown to these callbacks.
  set(easy_, CURLOPT_DEBUGFUNCTION, &Transfer::debug);
  set(easy_, CURLOPT_DEBUGDATA, this);
  set(easy_, CURLOPT_VERBOSE, 1L);
  set(easy_, CURLOPT_XFERINFOFUNCTION, &Transfer::progress);
  set(easy_, CURLOPT_XFERINFODATA, this);
  set(easy_, CURLOPT_SOCKOPTFUNCTION, &Transfer::on_socket);
  set(easy_, CURLOPT_SOCKOPTDATA, this);
  set(easy_, CURLOPT_NOPROGRESS, 0L);
}

void Transfer::set_up(const std::string& ca_file, Duration longest) {
  easy_ = ::curl_easy_init();
  INVARIANT(easy_ != nullptr);  // There is no memory.
  set(easy_, CURLOPT_ERRORBUFFER, error_.data());
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_QUICK_EXIT, 1L);  // A look-up that hangs must not hold up the end.
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min<Duration>(kConnect, longest)));
  set(easy_, CURLOPT_TIMEOUT_MS, milliseconds(longest));
  set(easy_, CURLOPT_WRITEFUNCTION, &Transfer::write);
  set(easy_, CURLOPT_WRITEDATA, this);
  if (!ca_file.empty()) {
    set(easy_, CURLOPT_CAINFO, ca_file.c_str());
    set(easy_, CURLOPT_CAPATH, nullptr);
  }
}

Transfer::~Transfer() {
  ::curl_easy_cleanup(easy_);
  ::curl_slist_free_all(list_);
  ::curl_slist_free_all(connect_);
  for (const int descriptor : sockets_) ::close(descriptor);
}

void Transfer::abandon() {
  hurried_ = true;
  const std::lock_guard lock(lock_);
  for (const int descriptor : sockets_) ::shutdown(descriptor, SHUT_RDWR);
}

int Transfer::on_socket(void* self, curl_socket_t descriptor, curlsocktype /*purpose*/) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::lock_guard lock(transfer.lock_);
  const int copy = transfer.hurried_ ? -1 : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return CURL_SOCKOPT_ERROR;
  transfer.sockets_.push_back(copy);
  return CURL_SOCKOPT_OK;
}

std::size_t Transfer::write(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t octets = size * count;
  const std::size_t room = kAnswerOctetsMax - transfer.body_.size();
  transfer.body_.append(data, std::min(room, octets));
  return octets <= room ? octets : CURL_WRITEFUNC_ERROR;
}

std::size_t Transfer::read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string& mail = *transfer.hop_.mail;
  const std::size_t octets = std::min(size * count, mail.size() - transfer.sent_);
  std::memcpy(data, mail.data() + transfer.sent_, octets);
  transfer.sent_ += octets;
  return octets;
}

int Transfer::debug(CURL* /*easy*/, curl_infotype type, char* data, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line = without_end({data, size});
  if (type == CURLINFO_HEADER_OUT) transfer.on_smtp_command(line);
  if (type == CURLINFO_HEADER_IN) transfer.on_smtp_reply(line);
  return 0;
}

// libcurl asks at least once a second, even while it waits for the reply to QUIT.
int Transfer::progress(void* self, curl_off_t /*down_total*/, curl_off_t /*down*/,
                       curl_off_t /*up_total*/, curl_off_t /*up*/) {
  return static_cast<Transfer*>(self)->hurried_ ? 1 : 0;
}

void Transfer::on_smtp_command(std::string_view line) {
  // Of AUTH, the lines that follow it are secrets.
  verb_ = "AUTH";
  for (const std::string_view verb :
       {"EHLO", "HELO", "STARTTLS", "MAIL FROM", "RCPT TO", "DATA", "QUIT"}) {
    if (line.starts_with(verb)) verb_ = verb;
  }
  hurried_ = verb_ == "QUIT";
}

void Transfer::on_smtp_reply(std::string_view line) {
  const int code = code_of(line);
  if (hurried_ || code == 0 || (line.size() > 3 && line[3] == '-')) return;
  last_reply_ = line.substr(0, kShownOctets);
  if (code >= 400) refusal_ = (verb_.empty() ? "" : verb_ + ": ") + last_reply_;
  if (verb_ == "RCPT TO") replies_.push_back(last_reply_);
}

std::string Transfer::error_text(CURLcode code) const {
  return error_[0] != '\0' ? std::string(error_.data()) : std::string(::curl_easy_strerror(code));
}

Transfer::Outcome Transfer::outcome(CURLcode code) const {
  if (is_mail_) return mail_outcome(code);
  Outcome outcome;
  outcome.answer = http_answer(code);
  return outcome;
}

Answer Transfer::http_answer(CURLcode code) const {
  Answer answer;
  long status = 0;
  ::curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  answer.reached = status != 0;
  const bool too_long = code == CURLE_WRITE_ERROR && body_.size() == kAnswerOctetsMax;
  if (code != CURLE_OK && !(too_long && status != 0)) {
    answer.permanent = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    answer.text = error_text(code);
    return answer;
  }
  answer.ok = status >= 200 && status < 300;
  if (answer.ok) {
    answer.text = body_.substr(0, kShownOctets);
    return answer;
  }
  char* location = nullptr;
  ::curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &location);
  curl_off_t seconds = 0;
  ::curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds);
  answer.retry_after = std::min<Duration>(
      std::chrono::seconds{std::clamp<curl_off_t>(seconds, 0, 1'000'000)}, kRetryAfterMost);
  const bool passing = status == 408 || status == 425 || status == 429;
  answer.permanent = status >= 300 && status < 500 && !passing;
  answer.text = fmt::format("HTTP {}", status);
  if (location != nullptr) {
    answer.text += fmt::format(": redirects to {}, which is not followed", location);
  } else if (!body_.empty()) {
    answer.text += ": " + body_.substr(0, kShownOctets);
  }
  return answer;
}

Transfer::Outcome Transfer::mail_outcome(CURLcode code) const {
  Outcome outcome;
  Answer& answer = outcome.answer;
  answer.ok = code == CURLE_OK;
  answer.reached = !last_reply_.empty();
  answer.text = last_reply_;
  if (answer.ok) {
    answer.status = code_of(last_reply_);
  } else {
    // Only a refusal that ended the transaction explains its end: an error of TLS comes first.
    const bool refused = !refusal_.empty() && refusal_.ends_with(last_reply_);
    answer.status = refused ? code_of(last_reply_) : 0;
    answer.permanent = answer.status >= 500;
    answer.text = refused ? refusal_ : error_text(code);
  }
  outcome.tls_failed = code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION;
  answer.text = fmt::format("{}:{}: {}", hop_.host, hop_.port, answer.text);

  for (std::size_t at = 0; at < hop_.recipients.size(); ++at) {
    Answer& its = outcome.recipients.emplace_back(answer);
    const int its_code = at < replies_.size() ? code_of(replies_[at]) : 0;
    if (its_code < 400) continue;
    its.ok = false;
    its.status = its_code;
    its.permanent = its_code >= 500;
    its.text = fmt::format("{}:{}: RCPT TO: {}", hop_.host, hop_.port, replies_[at]);
  }
  return outcome;
}

Transfers::Transfers() : multi_(::curl_multi_init()) {}

Transfers::~Transfers() {
  for (const auto& talk : talks_) talk->running.transfer->abandon();
  talks_.clear();
  for (const Running& running : running_) {
    ::curl_multi_remove_handle(multi_, running.transfer->easy());
  }
  running_.clear();
  if (multi_ != nullptr) ::curl_multi_cleanup(multi_);
}

void Transfers::start(std::unique_ptr<Transfer> transfer, Done done) {
  if (!transfer->is_mail()) {
    ::curl_multi_add_handle(multi_, transfer->easy());
    running_.push_back({std::move(transfer), std::move(done)});
    return;
  }
  Talk& talk = *talks_.emplace_back(std::make_unique<Talk>());
  talk.running = {std::move(transfer), std::move(done)};
  const int error = talk.thread.start("transfer", [&talk, multi = multi_] {
    talk.code = ::curl_easy_perform(talk.running.transfer->easy());
    talk.ended = true;
    ::curl_multi_wakeup(multi);
  });
  if (error != 0) talk.ended = true;
}

void Transfers::turn(std::vector<curl_waitfd>& others, Duration longest) {
  int running = 0;
  ::curl_multi_perform(multi_, &running);
  // What a callback has started or ended concerns the caller before anything is waited for.
  const bool requests_ended = collect();
  const bool talks_ended = collect_talks();
  if (requests_ended || talks_ended) longest = Duration::zero();
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(longest).count();
  ::curl_multi_poll(multi_, others.data(), static_cast<unsigned>(others.size()),
                    static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000)), nullptr);
}

bool Transfers::collect() {
  bool some = false;
  int left = 0;
  while (const CURLMsg* message = ::curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto found = std::ranges::find_if(
        running_, [easy](const Running& its) { return its.transfer->easy() == easy; });
    INVARIANT(found != running_.end());
    const Running ended = std::move(*found);
    running_.erase(found);
    ::curl_multi_remove_handle(multi_, easy);
    ended.done(ended.transfer->outcome(code));
    some = true;
  }
  return some;
}

bool Transfers::collect_talks() {
  bool some = false;
  for (std::size_t at = 0; at < talks_.size();) {
    if (!talks_[at]->ended) {
      ++at;
      continue;
    }
    const std::unique_ptr<Talk> talk = std::move(talks_[at]);
    talks_.erase(talks_.begin() + static_cast<std::ptrdiff_t>(at));
    talk->thread.join();
    talk->running.done(talk->running.transfer->outcome(talk->code));
    some = true;
  }
  return some;
}

}  // namespace mxsweep::deliver
