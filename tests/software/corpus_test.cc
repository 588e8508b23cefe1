// SPDX-License-Identifier: MIT
// Greetings of real servers, with the product that an operator reads in them.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/software/software.h"
#include "support/catch.h"
#include "support/corpora.h"

namespace mxsweep::software {
namespace {

// From this line of the corpus on, up to the next row. Empty: nothing in the text shows it.
struct Row {
  std::size_t line;
  std::string_view product;
};

constexpr Row kExpected[] = {
    {1, "IMail Server"},
    {3, "ArGoSoft Mail Server"},
    {6, "AppleShare IP Mail Server"},
    {7, "Check Point FireWall-1"},
    {8, "Cisco PIX/ASA SMTP inspection"},
    {10, "CSM Internet Mail Scanner"},
    {11, "Eudora Internet Mail Server"},
    {12, "Microsoft Exchange"},
    {14, "Microsoft SMTP Service (IIS)"},
    {18, "Exim"},
    {29, "Barracuda Email Security Gateway"},
    {30, "TIS Firewall Toolkit smap"},
    {31, "GroupWise"},
    {33, "IBM VM SMTP"},
    {34, "IntraStore"},
    {35, "MailEnable"},
    {39, "Mail-Max"},
    {40, "MailSite"},
    {42, "MDaemon"},
    {47, "Merak Mail Server"},
    {48, "MERCUR Messaging"},
    {49, "Mercury Mail Transport System"},
    {50, "Norton AntiVirus for Internet Email Gateways"},
    {51, "Netscape Messaging Server"},
    {52, "Lotus Domino"},
    {57, "IBM Domino"},
    {58, "Lotus Domino"},
    {60, "NTMail"},
    {61, "TCP/IP Services for OpenVMS"},
    {63, "PMailServer"},
    {64, "Postfix"},
    {66, "Mail-in-a-Box"},
    {67, "Postfix"},
    {70, "Post.Office"},
    {71, "SAP NetWeaver"},
    {72, "Sendmail"},
    {85, "MetaInfo Sendmail"},
    {86, "Sendmail"},
    {97, "Momentum (Ecelerity)"},
    {99, "SLmail"},
    {101, "Symantec Messaging Gateway"},
    {102, "SonicWall Email Security"},
    {103, "VOPmail"},
    {104, "VPOP3"},
    {105, "McAfee WebShield"},
    {107, "Lyris ListManager"},
    {108, "WinRoute Pro"},
    {109, "ZMailer"},
    {110, "Kerio Connect"},
    {111, "CommuniGate Pro"},
    {112, "Twisted Mail"},
    {113, "WinWebMail"},
    {114, ""},
    {118, "OpenSMTPD"},
};

std::string_view expected_on(std::size_t line) {
  std::string_view product;
  for (const Row& row : kExpected) {
    if (row.line <= line) product = row.product;
  }
  return product;
}

}  // namespace

TEST_CASE("the products of real greetings are known, and none is mistaken", "[software][corpora]") {
  const Table table;
  std::size_t number = 0;
  std::size_t right = 0;
  std::size_t absent = 0;
  std::vector<std::string> wrong;
  const std::vector<std::string> lines = corpus_lines("banners.txt");
  for (const std::string& text : lines) {
    const std::string greeting = "220 " + text + "\r\n";
    const std::optional<Software> found = table.identify({.greeting = greeting});
    const std::string_view expected = expected_on(++number);
    if (!found) {
      ++absent;
      if (!expected.empty()) UNSCOPED_INFO("absent: " << expected << ": " << text);
    } else if (found->product == expected) {
      ++right;
    } else {
      wrong.push_back(std::string(found->product) + ": " + text);
    }
  }
  UNSCOPED_INFO(right << " right, " << absent << " absent, " << wrong.size() << " wrong");
  CHECK(wrong == std::vector<std::string>());
  CHECK(right * 100 >= lines.size() * 95);
}

}  // namespace mxsweep::software
