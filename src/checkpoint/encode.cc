// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <simdjson.h>

#include <cmath>
#include <iterator>

#include "mxsweep/checkpoint/checkpoint.h"

namespace mxsweep::checkpoint {
namespace {

void append_text(std::string& out, std::string_view text) {
  if (!simdjson::validate_utf8(text)) {
    const char* before = "[";
    for (const char octet : text) {
      fmt::format_to(std::back_inserter(out), "{}{}", before, static_cast<unsigned char>(octet));
      before = ",";
    }
    out += ']';
    return;
  }
  out += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", octet);
    } else {
      out += c;
    }
  }
  out += '"';
}

// Appends `[` and the elements, with `append` for each.
template <typename Elements, typename Append>
void append_array(std::string& out, const Elements& elements, Append append) {
  out += '[';
  bool comma = false;
  for (const auto& element : elements) {
    if (comma) out += ',';
    comma = true;
    append(element);
  }
  out += ']';
}

void append_done(std::string& out, const DoneSet& done) {
  fmt::format_to(std::back_inserter(out), R"("done":{{"below":{},"then":[)", done.below());
  std::uint64_t at = done.below();
  bool comma = false;
  done.each_range([&](std::uint64_t begin, std::uint64_t end) {
    if (comma) out += ',';
    comma = true;
    out += fmt::format_int(begin - at).c_str();
    out += ',';
    out += fmt::format_int(end - begin).c_str();
    at = end;
  });
  out += "]}";
}

void append_partial(std::string& out, const std::map<std::uint64_t, Parts>& partial) {
  out += R"("partial":)";
  append_array(out, partial, [&](const auto& entry) {
    fmt::format_to(std::back_inserter(out), R"({{"number":{},"parts":)", entry.first);
    append_array(out, entry.second.recorded, [&](const Part& part) {
      fmt::format_to(std::back_inserter(out), R"(["{:x}")", part.identity);
      if (!part.note.empty()) {
        out += ',';
        append_text(out, part.note);
      }
      out += ']';
    });
    out += '}';
  });
}

}  // namespace

std::string checksum_line(std::string_view first_line) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char octet : first_line) {
    hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100'0000'01b3;
  }
  return fmt::format("{{\"checksum\":\"{:016x}\"}}\n", hash);
}

std::string encode(const Checkpoint& checkpoint) {
  std::string out;
  const auto into = std::back_inserter(out);
  fmt::format_to(into, R"({{"checkpoint":{},"program":)", kFormat);
  append_text(out, checkpoint.program);
  fmt::format_to(into, R"(,"finished":{},"runs":{},"seconds":{:.3f},"command":)",
                 checkpoint.finished, checkpoint.runs,
                 std::isfinite(checkpoint.seconds) ? checkpoint.seconds : 0);
  append_array(out, checkpoint.command, [&](const std::string& word) { append_text(out, word); });
  out += R"(,"folder":)";
  append_text(out, checkpoint.folder);
  fmt::format_to(into, R"(,"seed":{},"shard":)", checkpoint.seed);
  append_text(out, checkpoint.shard);
  out += R"(,"lists":)";
  append_array(out, checkpoint.lists, [&](const ListIdentity& list) {
    out += R"({"path":)";
    append_text(out, list.path);
    fmt::format_to(into, R"(,"octets":{},"sha256":)", list.octets);
    append_text(out, list.sha256);
    out += '}';
  });
  out += R"(,"outputs":)";
  append_array(out, checkpoint.outputs, [&](const FilePosition& file) {
    out += R"({"path":)";
    append_text(out, file.path);
    fmt::format_to(into, R"(,"octets":{},"records":{},"number":{},"renaming":{}}})", file.octets,
                   file.records, file.number, file.renaming);
  });
  out += ',';
  append_done(out, checkpoint.ledger.done);
  out += ',';
  append_partial(out, checkpoint.ledger.partial);
  out += "}\n";
  out += checksum_line(out);
  return out;
}

}  // namespace mxsweep::checkpoint
