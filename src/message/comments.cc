// SPDX-License-Identifier: MIT
#include "message/comments.h"

#include <cstddef>

#include "mxsweep/core/tags.h"

namespace mxsweep::message {
namespace {

// Behind the comment that begins at `at`.
std::size_t end_of_comment(std::string_view value, std::size_t at) {
  std::size_t depth = 0;
  for (; at < value.size(); ++at) {
    if (value[at] == '\\') {
      ++at;
    } else if (value[at] == '(') {
      ++depth;
    } else if (value[at] == ')' && --depth == 0) {
      return at + 1;
    }
  }
  return value.size();
}

// Behind the quoted string that begins at `at`.
std::size_t end_of_quoted(std::string_view value, std::size_t at) {
  for (++at; at < value.size(); ++at) {
    if (value[at] == '\\') {
      ++at;
    } else if (value[at] == '"') {
      return at + 1;
    }
  }
  return value.size();
}

}  // namespace

std::string without_comments(std::string_view value) {
  std::string bare;
  const auto add_blank = [&bare] {
    if (!bare.empty() && bare.back() != ' ') bare += ' ';
  };
  for (std::size_t at = 0; at < value.size();) {
    const char c = value[at];
    std::size_t end = at + 1;
    if (c == '(') {
      end = end_of_comment(value, at);
      add_blank();
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      add_blank();
    } else {
      if (c == '"') end = end_of_quoted(value, at);
      bare += value.substr(at, end - at);
    }
    at = end;
  }
  return std::string(trimmed(bare));
}

std::size_t find_unquoted(std::string_view value, char separator) {
  for (std::size_t at = 0; at < value.size();) {
    if (value[at] == separator) return at;
    at = value[at] == '"' ? end_of_quoted(value, at) : at + 1;
  }
  return std::string_view::npos;
}

std::string unquoted(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  std::string contents;
  for (std::size_t at = 1; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    contents += text[at];
  }
  return contents;
}

}  // namespace mxsweep::message
