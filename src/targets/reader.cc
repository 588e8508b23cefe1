// SPDX-License-Identifier: MIT
#include "mxsweep/targets/reader.h"

#include <simdjson.h>

#include <algorithm>
#include <span>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "targets/csv.h"
#include "targets/json_line.h"
#include "targets/line.h"

namespace mxsweep::targets {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

constexpr bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The lines of masscan -oJ that are not objects; some versions write the last one.
bool is_array_frame(std::string_view text) {
  return text == "[" || text == "]" || text == "," || text == "{finished: 1}";
}

// For arrays with one element on each line.
std::string_view without_comma_behind(std::string_view text) {
  if (text.ends_with(',')) text.remove_suffix(1);
  return without_blanks_around(text);
}

// A "#" after a blank starts a comment, as in the lists of other scanners. Not in JSON, where it
// may be part of a string, and not between quotes.
std::string_view without_comment(std::string_view text) {
  const std::size_t mark = text.find('#');
  if (mark == std::string_view::npos || text.front() == '{') return text;
  if (mark != 0 && !is_white(text[mark - 1])) return text;
  const std::string_view before = text.substr(0, mark);
  if (std::ranges::count(before, '"') % 2 != 0) return text;
  return without_blanks_around(before);
}

bool is_text(std::string_view line) {
  return line.find('\0') == std::string_view::npos &&
         simdjson::validate_utf8(line.data(), line.size());
}

// Never cuts within a character, which would make the text invalid UTF-8.
std::string_view cut_for_record(std::string_view text) {
  if (text.size() <= kBadLineOctetsKept) return text;
  std::size_t end = kBadLineOctetsKept;
  for (int i = 0; i < 3 && (static_cast<unsigned char>(text[end]) >> 6U) == 2; ++i) --end;
  return text.substr(0, end);
}

}  // namespace

std::string complaint(const BadLine& bad) {
  std::string words(to_string(bad.cause));
  for (const std::string_view part : {bad.key, bad.why, bad.text}) {
    if (!part.empty()) words.append(": ").append(part);
  }
  return words;
}

struct Reader::State {
  enum class Cut : std::uint8_t { line, too_long, need_more, end };

  State(std::vector<std::uint16_t> ports, ListStyle its_style)
      : default_ports(std::move(ports)), style(its_style) {
    INVARIANT(!default_ports.empty());
    carry.reserve(kLineOctetsMax + 1);
  }

  [[nodiscard]] Cut cut_line(std::string_view& octets);
  [[nodiscard]] Cause understand(std::string_view text);
  [[nodiscard]] Next read_line(BadLine& bad);
  [[nodiscard]] bool is_skipped(std::string_view text);
  [[nodiscard]] std::span<const std::uint16_t> ports() const;
  void expand_into(Target& target);

  const std::vector<std::uint16_t> default_ports;
  const ListStyle style;
  Columns columns;            // From the header row.
  bool seen_content = false;  // There was a header row, or a line that was not skipped.

  std::string_view block;    // Octets from feed() that were not read yet.
  std::string carry;         // The start of a line that continues in the next block.
  bool carry_spent = false;  // The last line was in carry, which is cleared at the next call.
  bool skipping = false;     // In the rest of a line that was too long.
  bool finished = false;
  std::uint64_t lines = 0;
  std::uint64_t skipped = 0;
  const ForeignFormat* foreign = nullptr;  // The format of input that is not a list.
  JsonLine json;

  // The line being expanded. It views the fed block, carry or json, all of which stay unchanged
  // until the next line is cut off. range.first and port_index are those of the next target.
  Line line;
  std::size_t port_index = 0;
  bool expanding = false;
};

// Cuts off the next line. If it is too long, `octets` is its first kLineOctetsMax + 1 octets,
// independent of the blocks that it came in.
Reader::State::Cut Reader::State::cut_line(std::string_view& octets) {
  if (std::exchange(carry_spent, false)) carry.clear();
  while (true) {
    const std::size_t line_end = block.find('\n');
    const bool ended = line_end != std::string_view::npos;
    const std::string_view piece = block.substr(0, line_end);
    block.remove_prefix(ended ? line_end + 1 : block.size());
    if (skipping) {
      skipping = !ended;
      if (ended) continue;
      return finished ? Cut::end : Cut::need_more;
    }
    octets = piece.substr(0, kLineOctetsMax + 1);
    if (!ended || !carry.empty()) {
      carry.append(octets.substr(0, kLineOctetsMax + 1 - carry.size()));
      octets = carry;
      const bool complete = ended || (finished && !carry.empty());
      if (!complete && carry.size() <= kLineOctetsMax) return finished ? Cut::end : Cut::need_more;
      carry_spent = true;
    }
    ++lines;
    if (octets.size() <= kLineOctetsMax) return Cut::line;
    skipping = !ended;
    return Cut::too_long;
  }
}

Cause Reader::State::understand(std::string_view text) {
  const Cause cause = text.front() == '{'
                          ? json.read(without_comma_behind(text), style.mail_domains, line)
                          : read_text(text, style.mail_domains, columns, line);
  // A line of which every octet was parsed is valid text; only other lines need this check.
  if (cause == Cause::none && !line.has_unread) return cause;
  return is_text(cause == Cause::none ? line.text : text) ? cause : Cause::input_not_text;
}

// Whether the line is part of the list's syntax and not a target: an array's, or the header row.
bool Reader::State::is_skipped(std::string_view text) {
  if (is_array_frame(text)) return true;
  const bool is_first = !std::exchange(seen_content, true);
  return is_first && style.header_row && read_header(text, columns);
}

// Reads up to the next line that is not skipped. Next::target: it is ready to be expanded.
Reader::Next Reader::State::read_line(BadLine& bad) {
  while (foreign == nullptr) {
    std::string_view text;
    const Cut cut = cut_line(text);
    if (cut == Cut::need_more) return Next::need_more;
    if (cut == Cut::end) return Next::end;

    if (lines == 1) foreign = recognise_foreign_format(text);
    if (foreign != nullptr) break;
    const bool too_long = cut == Cut::too_long;
    if (lines == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text = without_blanks_around(text);
    // The rest of an overlong comment can be dropped, but after many blanks there may be a target.
    if (text.starts_with('#') || (text.empty() && !too_long)) {
      ++skipped;
      continue;
    }
    text = without_comment(text);
    if (!too_long && is_skipped(text)) {
      ++skipped;
      continue;
    }
    const Cause cause = too_long ? Cause::input_line_too_long : understand(text);
    if (cause == Cause::none) return Next::target;
    bad = {};
    bad.line = lines;
    bad.cause = cause;
    bad.text = cut_for_record(text);
    if (text.starts_with('{') && !too_long && cause != Cause::input_not_text) {
      bad.key = cut_for_record(json.fault().key);
      bad.why = json.fault().why;
      bad.meta = line.meta;
    }
    return Next::bad_line;
  }
  return Next::not_a_list;
}

std::span<const std::uint16_t> Reader::State::ports() const {
  if (line.port != 0) return {&line.port, 1};
  if (!line.ports.empty()) return line.ports;
  if (line.scheme_port != 0) return {&line.scheme_port, 1};
  return default_ports;
}

void Reader::State::expand_into(Target& target) {
  const std::size_t port_count = ports().size();
  target.address = without_mapping(line.range.first);
  target.tls = line.tls;
  target.protocol = line.protocol;
  target.port = ports()[port_index];
  target.line = lines;
  target.set_words(line.text, line.name, line.meta, line.host);
  expanding = ++port_index < port_count || line.range.first != line.range.last;
  if (port_index < port_count) return;
  port_index = 0;
  if (expanding) line.range.first = next_usable(line.range.first);
}

Reader::Reader(std::vector<std::uint16_t> default_ports, ListStyle style)
    : state_(std::make_unique<State>(std::move(default_ports), style)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

void Reader::feed(std::string_view octets) {
  INVARIANT(state_->block.empty() && !state_->finished);
  state_->block = octets;
}

void Reader::finish() { state_->finished = true; }

Reader::Next Reader::next(Target& target, BadLine& bad) {
  if (!state_->expanding) {
    const Next line = state_->read_line(bad);
    if (line != Next::target) return line;
  }
  state_->expand_into(target);
  return Next::target;
}

Reader::Next Reader::next_line(Target& target, Expansion& all, BadLine& bad) {
  INVARIANT(!state_->expanding);
  const Next line = state_->read_line(bad);
  if (line != Next::target) return line;
  all.range = state_->line.range;
  all.ports.assign(state_->ports().begin(), state_->ports().end());
  state_->expand_into(target);
  skip_rest_of_line();
  return Next::target;
}

void Reader::skip_rest_of_line() {
  state_->expanding = false;
  state_->port_index = 0;
}

std::uint64_t Reader::rest_of_line() const {
  if (!state_->expanding) return 0;
  const Line& line = state_->line;
  const std::uint64_t ports = state_->ports().size();
  const bool is_name = line.range.first.family == Family::none;
  const std::uint64_t addresses = is_name ? 1 : address_count(line.range);
  if (addresses > UINT64_MAX / ports) return UINT64_MAX;
  return addresses * ports - state_->port_index;
}

const ForeignFormat* Reader::foreign_format() const { return state_->foreign; }
std::uint64_t Reader::lines_read() const { return state_->lines; }
std::uint64_t Reader::lines_skipped() const { return state_->skipped; }

}  // namespace mxsweep::targets
