# SPDX-License-Identifier: GPL-3.0-or-later
# Vector kernels: sources that name <hwy/foreach_target.h> are compiled for every processor and chosen at run time.
find_package(hwy REQUIRED)
set_package_properties(hwy PROPERTIES PURPOSE "vector kernels for every processor, chosen at run time")
# Highway 1.0.3 attains this target only when asked, even where the compiler's own processor has it.
target_compile_definitions(hwy::hwy INTERFACE HWY_WANT_AVX3_DL)
