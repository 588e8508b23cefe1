// SPDX-License-Identifier: MIT
#include "serve/response.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "serve/checks.h"

namespace mxsweep::serve {
namespace {

constexpr std::size_t kBlockOctets = 16 * 1024;
// A part may be empty, but not forever: the loop has other peers.
constexpr int kEmptyPartsMax = 16;

struct Stream {
  std::string part;
  std::size_t sent = 0;
  Part then = Part::more;  // What follows `part`.
  std::function<Part(std::string&, const Wake&)> more;
  Flow flow;
};

ssize_t next_octets(void* context, std::uint64_t /*position*/, char* out, std::size_t room) {
  auto& stream = *static_cast<Stream*>(context);
  if (!stream.flow.go_on()) return MHD_CONTENT_READER_END_WITH_ERROR;
  for (int tried = 0; stream.sent == stream.part.size() && tried < kEmptyPartsMax; ++tried) {
    if (stream.then == Part::last) return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream.then == Part::none) return MHD_CONTENT_READER_END_WITH_ERROR;
    stream.part.clear();
    stream.sent = 0;
    stream.then = stream.more(stream.part, stream.flow.wake);
    if (stream.then == Part::later && stream.part.empty()) {
      stream.flow.pause();
      return 0;
    }
  }
  const std::size_t octets = std::min(room, stream.part.size() - stream.sent);
  std::memcpy(out, stream.part.data() + stream.sent, octets);
  stream.sent += octets;
  return static_cast<ssize_t>(octets);  // 0: the library asks again in its next turn.
}

void drop_stream(void* context) { delete static_cast<Stream*>(context); }

void drop_body(void* context) { delete static_cast<std::string*>(context); }

MHD_Response* stream_response(Answer& answer, Method method, Flow&& flow) {
  auto stream = std::make_unique<Stream>();
  stream->part = std::move(answer.body);
  stream->more = std::move(answer.more);
  stream->flow = std::move(flow);
  MHD_Response* const response = ::MHD_create_response_from_callback(
      MHD_SIZE_UNKNOWN, kBlockOctets, next_octets, stream.get(), drop_stream);
  if (response == nullptr) return nullptr;
  static_cast<void>(stream.release());
  // Version 0.9.75 ends even an answer to HEAD with a last chunk, unless it is not chunked.
  if (method == Method::head) {
    ::MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  }
  return response;
}

MHD_Response* whole_response(Answer& answer) {
  auto body = std::make_unique<std::string>(std::move(answer.body));
  MHD_Response* const response = ::MHD_create_response_from_buffer_with_free_callback_cls(
      body->size(), body->data(), drop_body, body.get());
  if (response != nullptr) static_cast<void>(body.release());
  return response;
}

}  // namespace

Response make_response(Answer&& answer, Method method, Flow&& flow) {
  add_common_headers(answer);
  Response response(answer.more ? stream_response(answer, method, std::move(flow))
                                : whole_response(answer));
  if (!response) return nullptr;
  const auto add = [&response](const std::string& name, const std::string& value) {
    return ::MHD_add_response_header(response.get(), name.c_str(), value.c_str()) == MHD_YES;
  };
  bool added = answer.content_type.empty() || add("Content-Type", answer.content_type);
  for (const auto& [name, value] : answer.headers) added = added && add(name, value);
  return added ? std::move(response) : nullptr;
}

}  // namespace mxsweep::serve
