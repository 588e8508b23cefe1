// SPDX-License-Identifier: MIT
#include "deliver/template.h"

#include "support/catch.h"

namespace mxsweep::deliver {
namespace {

std::optional<Origin> known(std::string_view name) {
  if (name == "subject") return Origin::message;
  if (name == "url") return Origin::setting;
  if (name == "json") return Origin::verbatim;
  return std::nullopt;
}

const Fields kFields = {{"subject", {"<\"a\">", Origin::message}},
                        {"url", {"https://a/<b>", Origin::setting}},
                        {"json", {"{\"a\":1}", Origin::verbatim}}};

std::string sentence_of(std::string_view text) {
  const Result<Template> read = Template::read(text, known);
  return read.ok() ? "" : read.status().sentence();
}

TEST_CASE("fields are replaced, each escaped for its place") {
  const Template made =
      *Template::read(R"({"a":"{{subject}}","b":{"c":"{{ url }}"},"d":{{=json}}})", known);
  CHECK(made.render(kFields, Escaper::json, Markup::slack) ==
        R"({"a":"&lt;\"a\"&gt;","b":{"c":"https://a/<b>"},"d":{"a":1}})");
}

TEST_CASE("a field can be cut") {
  const Template made = *Template::read("{{subject:4}}|{{url:8}}", known);
  CHECK(made.render(kFields, Escaper::none, Markup::none) == "<…|https…");
}

TEST_CASE("a text without fields is itself") {
  CHECK(Template::read("a } }} b", known)->render(kFields, Escaper::json, Markup::none) ==
        "a } }} b");
  CHECK(Template::read("", known)->empty());
}

TEST_CASE("a template with a mistake is refused with a sentence") {
  CHECK(sentence_of("{{nosuch}}") == "{{nosuch}}: there is no such field");
  CHECK(sentence_of("a {{subject") == "a {{ without its }}");
  CHECK(sentence_of("{{subject:x}}") == "{{subject:x}}: the length is not a number");
  CHECK(sentence_of("{{subject:0}}") == "{{subject:0}}: the length is not a number");
  CHECK(sentence_of("{{=subject}}") == "{{=subject}}: it has to be escaped: leave the = out");
  CHECK(sentence_of("{{}}") == "{{}}: there is no such field");
}

TEST_CASE("a value is never read as a template") {
  const Fields fields = {{"subject", {"{{url}}", Origin::message}}};
  CHECK(Template::read("{{subject}}", known)->render(fields, Escaper::none, Markup::none) ==
        "{{url}}");
}

}  // namespace
}  // namespace mxsweep::deliver
