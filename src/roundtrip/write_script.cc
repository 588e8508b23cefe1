// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mxsweep/core/duration.h"
#include "mxsweep/roundtrip/usual_script.h"

namespace mxsweep::roundtrip {
namespace {

// A basic string of TOML.
std::string toml_quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (octet < ' ' || octet == 0x7f) {
      out.append("\\u00").append(1, kDigits[octet >> 4U]).append(1, kDigits[octet & 15U]);
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <typename Texts>
std::string array_of(const Texts& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + toml_quoted(text);
  return out + "]";
}

// Pairs "KEY = VALUE", of a table inside or of the lines of a section.
class Pairs {
 public:
  explicit Pairs(std::string_view between) : between_(between) {}

  void add(std::string_view key, std::string_view value) {
    if (!text_.empty()) text_ += between_;
    text_.append(key).append(" = ").append(value);
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string as_table() const { return text_.empty() ? "{}" : "{ " + text_ + " }"; }

 private:
  std::string_view between_;
  std::string text_;
};

std::string span_of(Duration span) { return toml_quoted(write_duration(span)); }

std::string value_of(const Connect& connect) { return toml_quoted(to_string(connect.endpoint)); }
std::string value_of(const Ehlo&) { return "true"; }
std::string value_of(const StartTls& starttls) {
  Pairs pairs(", ");
  pairs.add("verify", starttls.verify ? "true" : "false");
  if (starttls.days_left != 0) pairs.add("days_left", std::to_string(starttls.days_left));
  return pairs.as_table();
}
std::string value_of(const Authenticate& auth) {
  Pairs pairs(", ");
  if (auth.mechanism) pairs.add("mechanism", toml_quoted(sasl::to_string(*auth.mechanism)));
  pairs.add("user", toml_quoted(auth.user));
  if (auth.in_clear) pairs.add("in_clear", "true");
  return pairs.as_table();
}
std::string value_of(const MailFrom& mail) { return toml_quoted(mail.address); }
std::string value_of(const RcptTo& rcpt) { return toml_quoted(rcpt.address); }
std::string value_of(const Data& data) {
  Pairs pairs(", ");
  if (!data.file.empty()) {
    pairs.add("file", toml_quoted(data.file));
    return pairs.as_table();
  }
  pairs.add("subject", toml_quoted(data.subject));
  pairs.add("octets", std::to_string(data.octets));
  return pairs.as_table();
}
std::string value_of(const Send& send) { return toml_quoted(send.line); }
std::string value_of(const Quit&) { return "true"; }
std::string value_of(const Fetch& fetch) { return toml_quoted(to_string(fetch.endpoint)); }
std::string value_of(const HeaderCheck& check) {
  Pairs pairs(", ");
  for (const HeaderPattern& each : check.patterns) {
    std::string name = each.name;
    if (each.index != 0) name += "[" + std::to_string(each.index) + "]";
    pairs.add(toml_quoted(name), toml_quoted(each.pattern));
  }
  return pairs.as_table();
}
std::string value_of(const HopsCheck& hops) {
  Pairs pairs(", ");
  if (hops.max != 0) pairs.add("max", std::to_string(hops.max));
  if (hops.each != Duration::zero()) pairs.add("each", span_of(hops.each));
  return pairs.as_table();
}
std::string value_of(const Delete&) { return "true"; }

std::string expectation_of(const Expectation& expect) {
  const std::vector<std::string> words = words_of(expect);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool number = i < expect.codes.size();
    out.append(i == 0 ? "" : ", ").append(number ? words[i] : toml_quoted(words[i]));
  }
  return words.size() == 1 ? out : "[" + out + "]";
}

void add_step(const Step& step, std::string& out) {
  Pairs lines("\n");
  lines.add(key_of(step.action),
            std::visit([](const auto& action) { return value_of(action); }, step.action));
  if (const auto* ehlo = std::get_if<Ehlo>(&step.action); ehlo && !ehlo->want.empty()) {
    lines.add("want", array_of(ehlo->want));
  }
  if (const auto* connect = std::get_if<Connect>(&step.action); connect && !connect->verify) {
    lines.add("verify", "false");
  }
  if (const auto* fetch = std::get_if<Fetch>(&step.action)) {
    if (!fetch->folders.empty()) lines.add("folder", array_of(fetch->folders));
    if (!fetch->want_folder.empty()) lines.add("want_folder", toml_quoted(fetch->want_folder));
    if (!fetch->user.empty()) lines.add("user", toml_quoted(fetch->user));
    if (!fetch->verify) lines.add("verify", "false");
    if (fetch->in_clear) lines.add("in_clear", "true");
  }
  if (!step.name.empty()) lines.add("name", toml_quoted(step.name));
  if (!step.expect.empty()) lines.add("expect", expectation_of(step.expect));
  if (step.within != Duration::zero()) lines.add("within", span_of(step.within));
  if (!step.captures.empty()) {
    Pairs pairs(", ");
    for (const Capture& each : step.captures)
      pairs.add(toml_quoted(each.name), toml_quoted(each.pattern));
    lines.add("capture", pairs.as_table());
  }
  if (step.always) lines.add("always", "true");
  out += "\n[[check.step]]\n" + lines.text() + "\n";
}

}  // namespace

std::string write_script(const Script& script) {
  Pairs lines("\n");
  lines.add("kind", toml_quoted("script"));
  lines.add("name", toml_quoted(script.name));
  lines.add("deadline", span_of(script.deadline));
  if (!script.authserv_id.empty()) lines.add("authserv_id", toml_quoted(script.authserv_id));
  if (!script.secret_file.empty()) lines.add("secret_file", toml_quoted(script.secret_file));
  std::string out = "[[check]]\n" + lines.text() + "\n";
  for (const Step& step : script.steps) add_step(step, out);
  return out;
}

}  // namespace mxsweep::roundtrip
