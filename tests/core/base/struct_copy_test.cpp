// SPDX-License-Identifier: GPL-3.0-or-later
// What the compiler makes of our flags: see cmake/DeveloperOptions.cmake.
#include <array>
#include <cstdint>

#include <gmock/gmock.h>

namespace axescope {
namespace {

struct Eleven {
  std::array<std::int64_t, 11> values;
};

// GCC 12.2, told to tune for recent Intel processors, makes 2, 2, 2, 0 of the fifth to eighth.
TEST(StructCopy, ConstantsThatEndInZerosArriveWhole) {
  Eleven original{{4, 4, 2, 2, 2, 2, 0, 0, 0, 0, 1}};
  Eleven copy = original;
  asm volatile("" : "+m"(original));  // both are wanted in memory
  asm volatile("" : "+m"(copy));
  EXPECT_THAT(copy.values, ::testing::ElementsAre(4, 4, 2, 2, 2, 2, 0, 0, 0, 0, 1));
}

}  // namespace
}  // namespace axescope
