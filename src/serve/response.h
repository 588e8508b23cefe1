// SPDX-License-Identifier: MIT
// An answer in the library's type.
//
//   Errors   null: there is no memory for it, or a header has a line break.
#pragma once

#include <microhttpd.h>

#include <functional>
#include <memory>

#include "mxsweep/serve/request.h"

namespace mxsweep::serve {

struct DestroyResponse {
  void operator()(MHD_Response* response) const { ::MHD_destroy_response(response); }
};
using Response = std::unique_ptr<MHD_Response, DestroyResponse>;

// The connection of a streamed answer.
struct Flow {
  Wake wake;
  std::function<bool()> go_on;  // The peer has taken what came before. False: cut the answer off.
  std::function<void()> pause;  // Until `wake`.
};

[[nodiscard]] Response make_response(Answer&& answer, Method method, Flow&& flow);

}  // namespace mxsweep::serve
