// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/colour_map.h"

#include <algorithm>
#include <array>

namespace axescope::ui {

namespace {

// Eleven samples of matplotlib's viridis (CC0), linear in between.
constexpr std::array<QRgb, 11> viridis{0xff440154, 0xff482475, 0xff414487, 0xff355f8d, 0xff2a788e, 0xff21918c,
                                       0xff22a884, 0xff44bf70, 0xff7ad151, 0xffbddf26, 0xfffde725};
constexpr std::array<QRgb, 5> blueWhiteRed{0xff0072b2, 0xff8fc1de, 0xfff5f5f5, 0xfff0b08a, 0xffd55e00};

template <std::size_t N>
QColor interpolated(const std::array<QRgb, N>& stops, double position) {
  const double scaled = std::clamp(position, 0.0, 1.0) * (N - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(scaled), N - 2);
  const double t = scaled - static_cast<double>(below);
  const QColor a(stops[below]);
  const QColor b(stops[below + 1]);
  return QColor::fromRgbF(static_cast<float>(a.redF() + t * (b.redF() - a.redF())),
                          static_cast<float>(a.greenF() + t * (b.greenF() - a.greenF())),
                          static_cast<float>(a.blueF() + t * (b.blueF() - a.blueF())));
}

}  // namespace

QColor sequentialColour(double position) {
  return interpolated(viridis, position);
}
QColor divergingColour(double position) {
  return interpolated(blueWhiteRed, position);
}

}  // namespace axescope::ui
