// SPDX-License-Identifier: MIT
#include "results/extensions.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/imap/capabilities.h"
#include "mxsweep/pop3/capabilities.h"
#include "mxsweep/smtp/capabilities.h"

namespace mxsweep::results {
namespace {

constexpr std::uint16_t kNone = UINT16_MAX;

struct Extension {
  std::string_view keyword;
  std::string_view parameters;
  std::uint64_t hash;
  std::uint16_t again;  // Index of the next line with the same keyword, or kNone.
  std::uint16_t last;   // In a keyword's first line: index of its last line.
  bool first;
};

// Equal for words that differ only in case: the bit that distinguishes a from A is always set.
std::uint64_t case_blind_hash(std::string_view octets) {
  constexpr std::uint64_t kCaseBits = 0x2020202020202020U;
  std::uint64_t hash = octets.size();
  std::uint64_t word;
  for (; octets.size() >= sizeof word; octets.remove_prefix(sizeof word)) {
    std::memcpy(&word, octets.data(), sizeof word);
    hash = mix(hash ^ (word | kCaseBits));
  }
  word = 0;
  for (const char octet : octets) word = word << 8U | static_cast<unsigned char>(octet);
  return mix(hash ^ (word | kCaseBits));
}

// The lines of one reply; lines with the same keyword form a list.
class Extensions {
 public:
  Extensions(const ReplyText& reply, Encoding encoding) {
    switch (reply.protocol) {
      case Protocol::smtp: take(smtp::Capabilities(reply.octets), encoding); break;
      case Protocol::imap: take(imap::Capabilities(reply.octets), encoding); break;
      case Protocol::pop3: take(pop3::Capabilities(reply.octets), encoding); break;
    }
    chain();
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  const Extension& operator[](std::size_t index) const { return lines_[index]; }

 private:
  template <typename Capabilities>
  void take(Capabilities capabilities, Encoding encoding) {
    Capability capability;
    while (size_ < smtp::kReplyLinesMax && capabilities.next(capability)) {
      // Cut before comparing: two different keywords must not become equal afterwards.
      const std::string_view keyword = whole_characters(capability.keyword, encoding);
      const std::string_view parameters = whole_characters(capability.parameters, encoding);
      if (keyword.empty()) continue;
      std::construct_at(&lines_[size_++], Extension{keyword, parameters, case_blind_hash(keyword),
                                                    kNone, kNone, true});
    }
  }

  void chain() {
    const std::size_t mask = std::bit_ceil(2 * size_ + 1) - 1;
    std::fill_n(slots_.begin(), mask + 1, kNone);
    for (std::size_t i = 0; i < size_; ++i) {
      std::size_t at = lines_[i].hash & mask;
      while (slots_[at] != kNone && !same(lines_[slots_[at]], lines_[i])) at = (at + 1) & mask;
      if (slots_[at] == kNone) {
        slots_[at] = static_cast<std::uint16_t>(i);
        lines_[i].last = slots_[at];
      } else {
        append(lines_[slots_[at]], static_cast<std::uint16_t>(i));
      }
    }
  }

  void append(Extension& first, std::uint16_t index) {
    lines_[first.last].again = index;
    first.last = index;
    lines_[index].first = false;
  }

  static bool same(const Extension& a, const Extension& b) {
    return a.hash == b.hash && smtp::same_keyword(a.keyword, b.keyword);
  }

  std::size_t size_ = 0;
  // Most replies have ten lines; the union leaves unused elements uninitialised.
  union {
    Extension lines_[smtp::kReplyLinesMax];
  };
  std::array<std::uint16_t, std::bit_ceil(2 * smtp::kReplyLinesMax + 1)> slots_;
};

std::string_view next_word(std::string_view& text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

struct Word {
  std::string_view text;
  std::size_t place;  // Its position in all lines of the keyword.
};

void add_words(std::string_view parameters, std::vector<Word>& words) {
  for (std::string_view word = next_word(parameters); !word.empty(); word = next_word(parameters)) {
    words.push_back({word, words.size()});
  }
}

// Sorting finds repeated words in O(n log n) for any words; a hash table could be made slow by a
// server that knows the hash function.
void leave_out_repeated(std::vector<Word>& words) {
  std::sort(words.begin(), words.end(), [](const Word& a, const Word& b) {
    return a.text != b.text ? a.text < b.text : a.place < b.place;
  });
  const auto same = [](const Word& a, const Word& b) { return a.text == b.text; };
  words.erase(std::unique(words.begin(), words.end(), same), words.end());
  std::sort(words.begin(), words.end(),
            [](const Word& a, const Word& b) { return a.place < b.place; });
}

void write_merged(const Extensions& lines, const Extension& first, Encoding encoding,
                  JsonText& json) {
  std::vector<Word> words;
  add_words(first.parameters, words);
  const std::size_t words_of_first = words.size();
  for (std::uint16_t i = first.again; i != kNone; i = lines[i].again) {
    add_words(lines[i].parameters, words);
  }
  leave_out_repeated(words);
  json.escaped(first.parameters, encoding);
  bool blank = !first.parameters.empty();
  for (const Word& word : words) {
    if (word.place < words_of_first) continue;
    if (blank) json.raw(" ");
    json.escaped(word.text, encoding);
    blank = true;
  }
}

}  // namespace

void write_extensions(const ReplyText& reply, Encoding encoding, JsonText& json) {
  const Extensions lines(reply, encoding);
  json.raw("{");
  bool comma = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Extension& line = lines[i];
    if (!line.first) continue;
    json.raw(comma ? ",\"" : "\"");
    json.escaped_in_capitals(line.keyword, encoding);
    json.raw("\":\"");
    if (line.again == kNone) {
      json.escaped(line.parameters, encoding);
    } else {
      write_merged(lines, line, encoding, json);
    }
    json.raw("\"");
    comma = true;
  }
  json.raw("}");
}

}  // namespace mxsweep::results
