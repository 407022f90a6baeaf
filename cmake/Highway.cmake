# SPDX-License-Identifier: GPL-3.0-or-later
# Vector kernels: sources that name <hwy/foreach_target.h> are compiled for every processor and chosen at run time.
find_package(hwy REQUIRED)
set_package_properties(hwy PROPERTIES PURPOSE "vector kernels for every processor, chosen at run time")
# AVX3_DL: Highway 1.0.3 attains it only when asked, even where the compiler's own processor has it.
# EMU128, where there are no vectors at all: withheld from GCC before 12.3 for the sake of an operation that our kernels
# do not use (GCC bug 106322), but the one without it, SCALAR, cannot see one lane as two.
# SVE and RVV: their vectors have no size at compile time, so that kernels could not keep them in arrays.
target_compile_definitions(hwy::hwy INTERFACE HWY_WANT_AVX3_DL HWY_BROKEN_EMU128=0
  "HWY_DISABLED_TARGETS=(HWY_SVE|HWY_SVE_256|HWY_SVE2|HWY_SVE2_128|HWY_RVV)")
