# SPDX-License-Identifier: GPL-3.0-or-later
# Warnings, sanitizers and processor flags, on one interface target that every target of ours links.
include(FeatureSummary)

add_library(axescope_options INTERFACE)
add_library(axescope::options ALIAS axescope_options)
target_include_directories(axescope_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(axescope_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12's own AVX-512 headers and string code trip these warnings (GCC bugs 105593, 105651).
  target_compile_options(axescope_options INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized -Wno-restrict)
endif()
# Results must not depend on what a compiler contracts or reorders: no fused multiply-add behind our back.
target_compile_options(axescope_options INTERFACE -ffp-contract=off)
if(AXESCOPE_WERROR)
  target_compile_options(axescope_options INTERFACE -Werror)
endif()
if(AXESCOPE_NATIVE)
  target_compile_options(axescope_options INTERFACE -march=native)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    # GCC 12.2 copies structures in pieces of 256 bits where it tunes for recent Intel processors, and takes a constant
    # piece whose upper half is zero, four integers 2, 2, 0, 0, for 2, 2, 2, 2. Tuned for any processor it uses 128 bits.
    target_compile_options(axescope_options INTERFACE -mtune=generic)
  endif()
endif()
if(AXESCOPE_SANITIZE)
  target_compile_options(axescope_options INTERFACE -fsanitize=${AXESCOPE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(axescope_options INTERFACE -fsanitize=${AXESCOPE_SANITIZE})
endif()

configure_file(${PROJECT_SOURCE_DIR}/cmake/version.h.in ${PROJECT_BINARY_DIR}/generated/axescope_version.h @ONLY)
