// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels are compiled for several instruction sets (with -march=native, only for those from the machine's own up).
// Each that this machine can run must give the reference's bits.
#include <string>

#include <gtest/gtest.h>

#include "core/datapath/activation_strip.h"
#include "core/datapath/only_target.h"
#include "random_layer.h"

namespace axescope {
namespace {

TEST(InstructionSets, AllGiveTheReferencesBits) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    const OnlyTarget only(target);
    SCOPED_TRACE(hwy::TargetName(target));
    std::mt19937 generator(107);
    for (int round = 0; round < 120; ++round) {
      SCOPED_TRACE("round " + std::to_string(round));
      expectBitForBit(drawLayer(generator));
      ASSERT_FALSE(::testing::Test::HasFailure());
    }
  }
}

TEST(InstructionSets, TheBestOneIsTaken) {
  const std::int64_t best = hwy::SupportedAndGeneratedTargets().front();
  std::int64_t lanes = 0;
  CellForm form = CellForm::words;
  {
    const OnlyTarget only(best);
    lanes = stripSamples();
    form = byteForm();
  }
  EXPECT_EQ(stripSamples(), lanes);
  EXPECT_EQ(byteForm(), form);
}

}  // namespace
}  // namespace axescope
