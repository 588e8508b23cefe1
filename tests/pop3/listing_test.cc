// SPDX-License-Identifier: MIT
#include "mxsweep/pop3/listing.h"

#include "support/catch.h"

namespace mxsweep::pop3 {
namespace {

TEST_CASE("unique names are listed with the numbers of messages", "[pop3]") {
  CHECK(read_uidl("+OK\r\n1 whqtswO00WBw418f9t5JxYwZ\r\n2 QhdPYR:00WBw1Ph7x7\r\n.\r\n") ==
        std::vector<ListedMessage>{{1, "whqtswO00WBw418f9t5JxYwZ"}, {2, "QhdPYR:00WBw1Ph7x7"}});
  CHECK(read_uidl("+OK\r\n.\r\n").empty());
}

TEST_CASE("lines that are no list are skipped", "[pop3]") {
  CHECK(read_uidl("+OK 7 x\r\n0 a\r\n1\r\n2 \r\nx y\r\n99999999999 b\r\n3 " +
                  std::string(kUidOctetsMax + 1, 'x') + "\r\n4 ok\r\n.\r\n") ==
        std::vector<ListedMessage>{{4, "ok"}});
}

TEST_CASE("a message loses the dots that were added", "[pop3]") {
  CHECK(read_message("+OK\r\na: b\r\n\r\n..\r\n...x\r\n.\r\n") == "a: b\r\n\r\n.\r\n..x\r\n");
}

}  // namespace
}  // namespace mxsweep::pop3
