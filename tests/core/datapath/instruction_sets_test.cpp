// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels are compiled for several instruction sets (with -march=native, only for those from the machine's own up).
// Each that this machine can run must give the reference's bits.
#include <string>

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include "core/datapath/activation_strip.h"
#include "random_layer.h"

namespace axescope {
namespace {

/// Kernels run on this instruction set only, while it lives.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;
  ~OnlyTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

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
