// SPDX-License-Identifier: MIT
#include "mxsweep/serve/encoding.h"

#include <zlib.h>

#include <algorithm>
#include <string>

#include "serve/peer.h"
#include "serve/site.h"
#include "support/catch.h"

namespace mxsweep::serve {
namespace {

Answer text_of(std::size_t octets, std::string type = "text/html; charset=utf-8") {
  Answer answer;
  answer.content_type = std::move(type);
  while (answer.body.size() < octets) answer.body += std::to_string(answer.body.size()) + " ";
  answer.body.resize(octets);
  return answer;
}

std::string header_of(const Answer& answer, std::string_view name) {
  const auto found =
      std::ranges::find(answer.headers, name, &std::pair<std::string, std::string>::first);
  return found == answer.headers.end() ? "" : found->second;
}

std::string uncompressed(std::string_view gzip) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string in(gzip);
  std::string out(std::size_t{1} << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

TEST_CASE("gzip is taken as Accept-Encoding weighs it", "[serve][encoding]") {
  for (const std::string_view text :
       {"gzip", "GZIP", "x-gzip", "br, gzip", "gzip, deflate, br, zstd", "gzip;q=0.001",
        "gzip ; q=1.000", "br;q=1.0 ,\tgzip;q=0.8", "*", "*;q=0.5", "identity, gzip",
        "identity;q=0, *", "gzip;q=1.", ",,gzip", "gzip;Q=0.5", "gzip;level=9;q=0.5"}) {
    INFO(text);
    CHECK(takes_gzip(text));
  }
  for (const std::string_view text : {"",
                                      "br",
                                      "identity",
                                      "gzip;q=0",
                                      "gzip;q=0.000",
                                      "*;q=0",
                                      "gzip;q=0, *",
                                      "*, gzip;q=0",
                                      "identity, gzip;q=0.5",
                                      "gzip;q=2",
                                      "gzip;q=1.001",
                                      "gzip;q=-1",
                                      "gzip;q=0.0001",
                                      "gzip;q=x",
                                      "gzip;q=",
                                      "gzip;q",
                                      "gzipped",
                                      "gzip/1",
                                      ";",
                                      ",",
                                      "=",
                                      "q=1"}) {
    INFO(text);
    CHECK_FALSE(takes_gzip(text));
  }
}

TEST_CASE("a long text is compressed, and nothing else", "[serve][encoding]") {
  for (const char* const type :
       {"text/plain; version=0.0.4", "application/json", "application/atom+xml; charset=utf-8",
        "image/svg+xml; charset=utf-8", "application/openmetrics-text; version=1.0.0"}) {
    INFO(type);
    const Answer plain = text_of(5000, type);
    const Answer small = fitted(plain, true, "");
    CHECK(header_of(small, "Content-Encoding") == "gzip");
    CHECK(header_of(small, "Vary") == "Accept-Encoding");
    CHECK(small.body.size() < 2500);
    CHECK(uncompressed(small.body) == plain.body);
    CHECK(small.content_type == type);
    const Answer again = fitted(small, true, "");  // It was compressed before.
    CHECK(again.body == small.body);
    CHECK(again.headers == small.headers);
    // Caches must know that there is another form.
    const Answer unasked = fitted(plain, false, "");
    CHECK(unasked.body == plain.body);
    CHECK(header_of(unasked, "Vary") == "Accept-Encoding");
    CHECK(header_of(unasked, "Content-Encoding").empty());
  }
  CHECK_FALSE(header_of(fitted(text_of(1400), true, ""), "Content-Encoding").empty());
  CHECK(header_of(fitted(text_of(1399), true, ""), "Content-Encoding").empty());
  CHECK(header_of(fitted(text_of(5000, "image/png"), true, ""), "Content-Encoding").empty());
  Answer stream = text_of(5000);
  stream.more = [](std::string& /*part*/, const Wake& /*wake*/) { return Part::last; };
  CHECK(header_of(fitted(stream, true, ""), "Content-Encoding").empty());
}

TEST_CASE("a client is not sent what it has", "[serve][encoding]") {
  Answer tagged = text_of(5000);
  add_tag(tagged);
  const std::string tag = header_of(tagged, "ETag");
  CHECK(tag.starts_with("W/\""));
  for (const std::string& text : {tag, tag.substr(2), "\"x\", " + tag, std::string("*")}) {
    INFO(text);
    const Answer same = fitted(tagged, true, text);
    CHECK(same.status == 304);
    CHECK(same.body.empty());
    CHECK(header_of(same, "ETag") == tag);
    CHECK(header_of(same, "Vary") == "Accept-Encoding");
    CHECK(header_of(same, "Content-Encoding").empty());
  }
  const Answer before = compressed(tagged);
  CHECK(header_of(fitted(before, true, tag), "Content-Encoding").empty());
  for (const std::string& text : {std::string(), std::string("\"x\""), tag.substr(0, 10),
                                  std::string("W/"), std::string(",")}) {
    INFO(text);
    CHECK(fitted(tagged, true, text).status == 200);
  }
  CHECK(fitted(text_of(5000), true, "*").status == 200);  // It has no tag.
  Answer changed = text_of(5001);
  add_tag(changed);
  CHECK(header_of(changed, "ETag") != tag);
  Answer failed = tagged;
  failed.status = 503;
  CHECK(fitted(failed, true, tag).status == 503);
}

TEST_CASE("the server compresses, and answers 304", "[serve][encoding]") {
  Site site;
  const auto ask = [&site](std::string_view headers) {
    const Peer peer(site.address());
    peer.send(get("/tagged", std::string(kClose) + std::string(headers)));
    return peer.receive();
  };
  const std::string plain = ask("");
  CHECK(body_of(plain).size() == 6000);
  const std::string small = ask("Accept-Encoding: gzip;q=0.5, br\r\n");
  CHECK(small.find("Content-Encoding: gzip\r\n") != std::string::npos);
  CHECK(uncompressed(body_of(small)) == body_of(plain));
  const std::size_t at = small.find("ETag: ") + 6;
  const std::string tag = small.substr(at, small.find("\r\n", at) - at);
  const std::string same = ask("If-None-Match: " + tag + "\r\nAccept-Encoding: gzip\r\n");
  CHECK(status_of(same) == 304);
  CHECK(body_of(same).empty());
  CHECK(same.find(tag) != std::string::npos);
  CHECK(same.find("Content-Security-Policy") != std::string::npos);
}

}  // namespace
}  // namespace mxsweep::serve
