// SPDX-License-Identifier: MIT
#include "verdict/folded.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::verdict {
namespace {

constexpr bool is_word(char c) { return is_lower(c) || is_digit(c); }

bool same_letters(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// Letters, digits, and the characters that join the parts of a name or a mailbox.
bool is_of_token(char c) {
  return is_word(lower(c)) || c == '.' || c == '-' || c == '_' || c == '@' || c == '+';
}

std::string_view token_at_start(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_of_token(text[end])) ++end;
  while (end > 0 && !is_word(lower(text[end - 1]))) --end;
  return text.substr(0, end);
}

// "later.Please" is the end of a sentence and the start of the next.
bool is_sentence_end(std::string_view token, std::size_t dot) {
  if (std::count(token.begin(), token.end(), '.') != 1) return false;
  const char before = token[dot - 1];
  return is_lower(before) && is_upper(token[dot + 1]) && dot + 2 < token.size() &&
         !is_upper(token[dot + 2]);
}

// A host name, an address, a file, a mailbox: words with dots or "@" between them.
bool is_name(std::string_view token) {
  if (token.find('@') != std::string_view::npos) return true;
  for (std::size_t i = 1; i + 1 < token.size(); ++i) {
    if (token[i] == '.' && is_word(lower(token[i - 1])) && is_word(lower(token[i + 1])) &&
        !is_sentence_end(token, i)) {
      return true;
    }
  }
  return false;
}

// The length of a quoted command of ours: "'EHLO scanner.example.net'", "<STARTTLS>". If the
// closing quote is missing, the length up to the verb's end. 0: not a quoted command.
std::size_t quoted_command(std::string_view text) {
  constexpr std::string_view kOpening = "'\"`<([";
  constexpr std::string_view kClosing = "'\"'>)]";
  const std::size_t quote = kOpening.find(text.front());
  if (quote == std::string_view::npos) return 0;
  const std::string_view verb = token_at_start(text.substr(1));
  const std::string_view rest = text.substr(verb.size() + 1);
  const bool ours = same_letters(verb, "EHLO") || same_letters(verb, "HELO") ||
                    same_letters(verb, "STARTTLS") || same_letters(verb, "QUIT") ||
                    same_letters(verb, "RSET") ||
                    (same_letters(verb, "MAIL") && same_letters(rest.substr(0, 6), " FROM:")) ||
                    (same_letters(verb, "RCPT") && same_letters(rest.substr(0, 4), " TO:"));
  if (!ours) return 0;
  const std::size_t end = text.find(kClosing[quote], 1);
  return end == std::string_view::npos ? verb.size() + 1 : end + 1;
}

// The local part in "RCPT TO:<postmaster@example.org>\r\n".
std::string_view local_part_of(std::string_view command) {
  const std::size_t bracket = command.find('<');
  const std::size_t at = command.rfind('@');
  if (bracket == std::string_view::npos || at == std::string_view::npos || at < bracket) return {};
  return command.substr(bracket + 1, at - bracket - 1);
}

// The argument of "EHLO scanner.example.net\r\n".
std::string_view argument_of(std::string_view command) {
  const std::size_t blank = command.find(' ');
  if (blank == std::string_view::npos) return {};
  const std::string_view argument = command.substr(blank + 1);
  return argument.substr(0, argument.find_last_not_of("\r\n") + 1);
}

}  // namespace

Folded::Folded(std::string_view reply, const SentCommands& sent)
    : our_name_(argument_of(sent.hello)), our_recipient_(local_part_of(sent.recipient)) {
  add(' ');
  smtp::ReplyLines lines(reply);
  std::string_view line;
  for (bool first = true; size_ < kOctetsMax - 1 && lines.next(line); first = false) {
    add_line(line, first);
  }
  INVARIANT(size_ < kOctetsMax);
  if (octets_[size_ - 1] != ' ') octets_[size_++] = ' ';
}

void Folded::add_line(std::string_view line, bool first) {
  line.remove_prefix(std::min(line.find_first_not_of("0123456789.# \t"), line.size()));
  add(' ');
  // RFC 5321 section 4.2: the server's own name comes first.
  if (const std::string_view server = token_at_start(line); first && is_name(server)) {
    line.remove_prefix(server.size());
  }
  bool quoted = false;  // Before this token.
  bool in_url = false;
  bool in_path = false;  // After a slash in the URL: the names of pages count as words.
  while (!line.empty()) {
    const std::string_view token = token_at_start(line);
    if (token.empty()) {
      if (line.starts_with("<>")) {
        for (const char c : kEmptyPath) add(c);
        line.remove_prefix(2);
        continue;
      }
      const bool at_host = line.starts_with("//");
      in_url = at_host || (in_url && line.front() != ' ');
      in_path = in_url && !at_host && line.front() == '/';
      quoted = line.front() == '<' || line.front() == '"' || line.front() == '\'';
      add(' ');
      line.remove_prefix(at_host ? 2 : std::max<std::size_t>(quoted_command(line), 1));
      continue;
    }
    if (same_letters(token, our_name_)) {
      remove_verb();
    } else if (!quoted || !same_letters(token, our_recipient_)) {
      is_name(token) && !in_path ? add_name(token) : add_words(token);
    }
    line.remove_prefix(token.size());
  }
}

// Our name together with the verb before it is our own command, not the server's words.
void Folded::remove_verb() {
  for (const std::string_view verb : {" ehlo ", " helo "}) {
    if (text().ends_with(verb)) size_ -= verb.size() - 1;
  }
}

void Folded::add_words(std::string_view words) {
  for (const char c : words) add(is_word(lower(c)) ? lower(c) : ' ');
}

void Folded::add_name(std::string_view name) {
  add(' ');
  add('.');
  for (const char c : name) add(is_word(lower(c)) ? lower(c) : '.');
  add('.');
  add(' ');
}

// Leaves room for the closing blank.
void Folded::add(char octet) {
  if (octet == ' ' && size_ > 0 && octets_[size_ - 1] == ' ') return;
  if (size_ < kOctetsMax - 1) octets_[size_++] = octet;
}

}  // namespace mxsweep::verdict
