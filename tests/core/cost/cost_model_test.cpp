// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/cost_model.h"

#include <gmock/gmock.h>

#include "core/cost/builtin_cost_models.h"

namespace axescope {
namespace {

using testing::HasSubstr;

// A table whose lines count from 1 at its brace.
std::string table(const std::string& coefficients, const std::string& rules) {
  return R"({
  "format": "axescope-cost-model",
  "version": 1,
  "name": "mine",
  "title": "Mine",
  "unit": "coins",
  "source": "a test",
  "coefficients": {
    )" + coefficients +
         R"(
  },
  "rules": [
    )" + rules +
         R"(
  ],
  "otherwise": 0
}
)";
}

std::string refusal(const std::string& text) {
  const auto model = costModelFromJson(text, "mine.json");
  return model ? "accepted" : model.error().line();
}

TEST(CostModel, SaysTheSameAfterWritingAndReading) {
  const std::string text =
      table(R"("x": "2 * y", "y": 3)",
            R"({"operations": ["multiply"], "roles": ["product"], "a": "integer", "price": "x * a"},
    {"b": "power-of-two", "price": 1.5})");
  const auto model = costModelFromJson(text, "mine.json");
  ASSERT_TRUE(model) << model.error().line();
  EXPECT_EQ(model->rules.size(), 2U);
  EXPECT_EQ(model->coefficients.front().first, "x");
  const auto again = costModelFromJson(toJson(*model), "again.json");
  ASSERT_TRUE(again) << again.error().line();
  EXPECT_EQ(*again, *model);
}

TEST(CostModel, ABadTableIsRefusedWithLineAndReason) {
  EXPECT_THAT(refusal(table("", R"({"operations": ["multiplies"], "price": "a"})")),
              testing::AllOf(HasSubstr("mine.json"), HasSubstr("line 12"), HasSubstr("known operation"),
                             HasSubstr("'multiplies'")));
  EXPECT_THAT(refusal(table("", "{\"price\": \"a\"},\n    {\"price\": \"1 / (a - a)\"}")),
              testing::AllOf(HasSubstr("line 13"), HasSubstr("/rules/1/price"), HasSubstr("division by zero")));
  EXPECT_THAT(refusal(table("\"x\": \"y\",\n    \"y\": \"z + 1\",\n    \"z\": \"x\"", "")),
              testing::AllOf(HasSubstr("line 9"), HasSubstr("/coefficients/x"), HasSubstr("a circle through 'x'")));
}

TEST(CostModel, EveryOtherMistakeHasItsLine) {
  EXPECT_THAT(refusal("[]"), HasSubstr("line 1"));
  EXPECT_THAT(refusal("{\n\"format\": \"axescope-study\"\n}"), HasSubstr("line 2"));
  EXPECT_THAT(refusal("{\n\n\"a\": }"), HasSubstr("line 3"));
  EXPECT_THAT(refusal(table("", R"({"price": "a", "prize": "a"})")), HasSubstr("line 12"));
  EXPECT_THAT(refusal(table("", R"({"price": "a +"})")), HasSubstr("/rules/0/price"));
  EXPECT_THAT(refusal(table("", R"({"price": "unheard_of"})")), HasSubstr("unheard_of"));
  EXPECT_THAT(refusal(table("", R"({"roles": ["products"], "price": "a"})")), HasSubstr("known role"));
  EXPECT_THAT(refusal(table("", R"({"a": "complex", "price": "a"})")), HasSubstr("known type"));
  EXPECT_THAT(refusal(table("", R"({"price": "-1"})")), HasSubstr("at least 0"));
  EXPECT_THAT(refusal(table("", R"({"price": "P_I"})")), HasSubstr("widths of layers"));
  EXPECT_THAT(refusal(table(R"("x": "a")", "")), HasSubstr("which operations differ in"));
  EXPECT_THAT(refusal(table(R"("P_I": 3)", "")), HasSubstr("not taken"));
  EXPECT_THAT(refusal(table(R"("x y": 3)", "")), HasSubstr("a name of letters"));
  EXPECT_THAT(refusal(table(R"("x": 3, "x": 4)", "")), HasSubstr("second time"));
  EXPECT_THAT(refusal(table(R"("x": "1 / 0")", "")), HasSubstr("/coefficients/x"));
  EXPECT_THAT(refusal(table(R"("x": true)", "")), HasSubstr("a text"));
  std::string deep = "1";
  for (int i = 0; i < 100; ++i) deep = "[" + deep + "]";
  EXPECT_THAT(refusal(deep), HasSubstr("levels"));
  EXPECT_THAT(refusal(std::string(2 << 20, ' ')), HasSubstr("bytes"));
}

TEST(CostModel, AFormulaThatNeedsItselfDirectlyIsACircleToo) {
  EXPECT_THAT(refusal(table(R"("x": "x + 1")", "")), HasSubstr("a circle through 'x'"));
}

TEST(CostModel, EveryTableThatComesWithTheProgramIsSound) {
  ASSERT_EQ(builtinTables().size(), builtinCostModelCount);
  for (const BuiltinTable& table : builtinTables()) {
    const auto model = costModelFromJson(std::string(table.text), std::string(table.name));
    ASSERT_TRUE(model) << model.error().line();
    EXPECT_EQ(model->name, table.name);
    EXPECT_FALSE(model->source.empty());
    EXPECT_FALSE(model->assumptions.empty());
    EXPECT_EQ(costModelFromJson(toJson(*model), "again"), *model);
  }
  EXPECT_EQ(builtinCostModels().size(), builtinCostModelCount);
}

TEST(CostModel, AMissingFileIsOneLine) {
  const auto model = findCostModel("no-such-table.json");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::notFound);
}

}  // namespace
}  // namespace axescope
