// SPDX-License-Identifier: MIT
#include "mxsweep/message/authentication.h"

#include <algorithm>

#include "message/comments.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/tags.h"

namespace mxsweep::message {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// White space may stand around "=". Texts in quotes remain as they are.
std::string joined_at_equals(std::string_view text) {
  std::string joined;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    const bool beside = (at + 1 < text.size() && text[at + 1] == '=') || joined.ends_with('=');
    if (quoted || text[at] != ' ' || !beside) joined += text[at];
  }
  return joined;
}

// "dkim=pass header.d=example.org"; without a method: nothing, as of "none".
std::optional<MethodResult> read_method(std::string_view part) {
  MethodResult result;
  bool first = true;
  for_each_unquoted(joined_at_equals(trimmed(part)), ' ', [&](std::string_view word) {
    const std::size_t equals = std::min(find_unquoted(word, '='), word.size());
    const std::string_view name = word.substr(0, equals);
    const std::string value = unquoted(word.substr(std::min(equals + 1, word.size())));
    if (first) {
      result.method = lowered(name.substr(0, name.find('/')));  // "dkim/1": a version.
      result.result = lowered(value);
    } else if (equals < word.size() && result.properties.size() < kPropertiesMax) {
      result.properties.emplace_back(lowered(name), value);
    }
    first = false;
  });
  if (result.method.empty() || result.result.empty()) return std::nullopt;
  return result;
}

// Whether the field begins with that name, and a version that is known.
bool is_of(std::string_view identity, std::string_view authserv_id) {
  std::size_t words = 0;
  bool known = true;
  for_each_unquoted(identity, ' ', [&](std::string_view word) {
    known &= words == 0 ? same_word(unquoted(word), authserv_id) : words == 1 && word == "1";
    ++words;
  });
  return known;
}

}  // namespace

const Field* authentication_field(const Headers& headers, std::string_view authserv_id) {
  for (const Field& field : headers.fields) {
    if (!same_word(field.name, "Authentication-Results")) continue;
    const std::string bare = without_comments(field.value);
    const std::string_view identity = std::string_view(bare).substr(0, find_unquoted(bare, ';'));
    if (is_of(trimmed(identity), authserv_id)) return &field;
  }
  return nullptr;
}

std::optional<std::vector<MethodResult>> authentication_results(const Headers& headers,
                                                                std::string_view authserv_id) {
  const Field* const field = authentication_field(headers, authserv_id);
  if (field == nullptr) return std::nullopt;
  const std::string bare = without_comments(field->value);
  const std::size_t end = std::min(find_unquoted(bare, ';'), bare.size());
  std::vector<MethodResult> results;
  for_each_unquoted(std::string_view(bare).substr(std::min(end + 1, bare.size())), ';',
                    [&results](std::string_view part) {
                      std::optional<MethodResult> result = read_method(part);
                      if (result && results.size() < kMethodsMax) {
                        results.push_back(*std::move(result));
                      }
                    });
  return results;
}

std::vector<DkimSigner> dkim_signers(const Headers& headers) {
  std::vector<DkimSigner> signers;
  for (const Field& field : headers.fields) {
    if (!same_word(field.name, "DKIM-Signature")) continue;
    DkimSigner signer;
    for (const Tag& tag : tags_of(field.value)) {
      if (tag.name == "d") signer.domain = lowered(tag.value);
      if (tag.name == "s") signer.selector = lowered(tag.value);
    }
    const bool whole = !signer.domain.empty() && !signer.selector.empty();
    if (!whole || std::ranges::find(signers, signer) != signers.end()) continue;
    if (signers.size() == kSignaturesMax) break;
    signers.push_back(std::move(signer));
  }
  return signers;
}

}  // namespace mxsweep::message
