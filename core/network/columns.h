// SPDX-License-Identifier: GPL-3.0-or-later
// A convolution as a matrix product: each output position becomes a row of the K values its window sees
// (im2col). The same for float values and integer codes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/dump/dump.h"

namespace axescope {

/// How to lay out one sample [inputs][height][width], planar, for a convolution.
template <class T>
struct Columns {
  ConvGeometry conv;
  std::int64_t inputs = 0;  // channels over all groups
  std::int64_t height = 0;
  std::int64_t width = 0;
  T padding{};  // what stands for 0 around the image: the zero point, for codes

  std::int64_t channels() const { return inputs / conv.groups; }
  std::int64_t k() const { return channels() * conv.kernelHeight * conv.kernelWidth; }
  std::int64_t positions() const { return conv.outputHeight(height) * conv.outputWidth(width); }

  /// Writes output[row · stride + column] for the positions (oy · outputWidth + ox) = first + row, row < count, and
  /// column = (c · kernelHeight + y) · kernelWidth + x, c a channel of the group. stride ≥ k(); what lies between
  /// k() and stride is left alone.
  void fill(const T* sample, std::int64_t group, std::int64_t first, std::int64_t count, T* output,
            std::int64_t stride) const {
    switch (conv.dilationX == 1 ? conv.kernelWidth : 0) {
      case 1:
        return fillRows<1>(sample, group, first, count, output, stride);
      case 3:
        return fillRows<3>(sample, group, first, count, output, stride);
      case 5:
        return fillRows<5>(sample, group, first, count, output, stride);
      case 7:
        return fillRows<7>(sample, group, first, count, output, stride);
      default:
        return fillRows<0>(sample, group, first, count, output, stride);
    }
  }

 private:
  // Output positions [first, last) of a row whose whole window lies inside the image.
  struct Inside {
    std::int64_t first = 0, last = 0;
  };
  Inside inside() const {
    const std::int64_t room = width + conv.padLeft - (conv.kernelWidth - 1) * conv.dilationX - 1;
    if (room < 0) return {};
    return {(conv.padLeft + conv.strideX - 1) / conv.strideX, room / conv.strideX + 1};
  }

  // runWidth: the kernel's width where windows are contiguous, known to the compiler; 0 for any other kernel.
  template <std::int64_t runWidth>
  void fillRows(const T* sample, std::int64_t group, std::int64_t first, std::int64_t count, T* output,
                std::int64_t stride) const {
    const std::int64_t outputWidth = conv.outputWidth(width);
    const T* const planes = sample + group * channels() * height * width;
    const Inside whole = runWidth > 0 ? inside() : Inside{};
    for (std::int64_t done = 0; done < count;) {
      const std::int64_t oy = (first + done) / outputWidth;
      const std::int64_t ox = (first + done) % outputWidth;
      const std::int64_t run = std::min(outputWidth - ox, count - done);
      const std::int64_t firstInside = std::clamp(whole.first - ox, std::int64_t{0}, run);
      const Inside part{firstInside, std::clamp(whole.last - ox, firstInside, run)};
      T* target = output + done * stride;
      for (std::int64_t c = 0; c < channels(); ++c) {
        for (std::int64_t y = 0; y < conv.kernelHeight; ++y, target += conv.kernelWidth) {
          const std::int64_t iy = oy * conv.strideY + y * conv.dilationY - conv.padTop;
          if (iy < 0 || iy >= height) {
            for (std::int64_t i = 0; i < run; ++i) std::fill_n(target + i * stride, conv.kernelWidth, padding);
            continue;
          }
          const T* const row = planes + (c * height + iy) * width;
          for (std::int64_t i = 0; i < part.first; ++i) copyWindow(row, ox + i, target + i * stride);
          copyRuns<runWidth>(row, ox, part, target, stride);
          for (std::int64_t i = part.last; i < run; ++i) copyWindow(row, ox + i, target + i * stride);
        }
      }
      done += run;
    }
  }

  // The windows ox + i, i in part, each one run of memory.
  template <std::int64_t runWidth>
  void copyRuns(const T* row, std::int64_t ox, Inside part, T* target, std::int64_t stride) const {
    if constexpr (runWidth > 0) {
      const std::int64_t step = conv.strideX;  // a local: stores to target cannot change it
      const std::int64_t shift = ox * step - conv.padLeft;
      for (std::int64_t i = part.first; i < part.last; ++i) {
        std::memcpy(target + i * stride, row + (i * step + shift), runWidth * sizeof(T));
      }
    }
  }

  // One window with its edges.
  void copyWindow(const T* row, std::int64_t ox, T* target) const {
    for (std::int64_t x = 0; x < conv.kernelWidth; ++x) {
      const std::int64_t ix = ox * conv.strideX + x * conv.dilationX - conv.padLeft;
      target[x] = ix < 0 || ix >= width ? padding : row[ix];
    }
  }
};

}  // namespace axescope
