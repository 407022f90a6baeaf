// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/formula.h"

#include <array>

#include <gmock/gmock.h>

namespace axescope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

double valueOf(const std::string& text, double a = 3.0, double b = 4.0) {
  const auto formula = Formula::compile(text, {"a", "b"});
  EXPECT_TRUE(formula) << formula.error().line();
  return formula ? formula->evaluate(std::array{a, b}).value_or(-1.0) : -1.0;
}

TEST(Formula, ComputesWhatItSays) {
  EXPECT_EQ(valueOf("a * b + 1"), 13.0);
  EXPECT_EQ(valueOf("max(a, b) - min(a, b)"), 1.0);
  EXPECT_EQ(valueOf("a < b ? 10 : 20"), 10.0);
  EXPECT_EQ(valueOf("2 ^ a"), 8.0);
  EXPECT_EQ(valueOf("log2(b) + floor(7 / 2) + ceil(7 / 2)"), 9.0);
}

TEST(Formula, SnapTakesTheFirstStepThatIsNotBelow) {
  EXPECT_EQ(valueOf("snap(a, 4, 8, 16)"), 4.0);
  EXPECT_EQ(valueOf("snap(a, 4, 8, 16)", 8.0), 8.0);
  EXPECT_EQ(valueOf("snap(a, 4, 8, 16)", 9.0), 16.0);
  EXPECT_EQ(valueOf("snap(a, 4, 8, 16)", 99.0), 16.0);
}

TEST(Formula, KnowsTheNamesItUses) {
  const auto formula = Formula::compile("b + b", {"a", "b"});
  ASSERT_TRUE(formula);
  EXPECT_THAT(formula->uses(), ElementsAre(1));
}

TEST(Formula, RefusesWhatIsNoFormula) {
  for (const char* text : {"", "a +", "c", "a b", "nothing(a)", "a = 3", "1, 2", "\"a\"", "a += 1"}) {
    EXPECT_FALSE(Formula::compile(text, {"a", "b"})) << text;
  }
  EXPECT_FALSE(Formula::compile(std::string(2000, '1'), {}));
}

TEST(Formula, ADivisionByZeroIsAnError) {
  const auto formula = Formula::compile("1 / (a - b)", {"a", "b"});
  ASSERT_TRUE(formula);
  EXPECT_EQ(formula->evaluate(std::array{3.0, 1.0}).value_or(0.0), 0.5);
  const auto value = formula->evaluate(std::array{3.0, 3.0});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::numerical);
  EXPECT_THAT(value.error().line(), HasSubstr("division by zero"));
}

}  // namespace
}  // namespace axescope
