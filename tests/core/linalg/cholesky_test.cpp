// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/cholesky.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "core/base/parallel.h"

namespace axescope {
namespace {

MatrixD positiveDefinite(Eigen::Index size) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::normal_distribution<double> normal;
  MatrixD x(size + 5, size);
  for (double& value : x.reshaped()) value = normal(random);
  return x.transpose() * x;
}

TEST(UpperFactor, TimesItsTransposeIsTheMatrix) {
  for (const Eigen::Index size : {1, 2, 17, 130, 256, 257, 700}) {
    const MatrixD h = positiveDefinite(size);
    const auto factor = upperFactor(h, "layer");
    ASSERT_TRUE(factor) << factor.error().line();
    const MatrixD& r = *factor;
    EXPECT_LE((r * r.transpose() - h).cwiseAbs().maxCoeff(), 1e-12 * h.cwiseAbs().maxCoeff()) << size;
    for (Eigen::Index i = 0; i < size; ++i) {
      EXPECT_GT(r(i, i), 0.0);
      for (Eigen::Index j = 0; j < i; ++j) EXPECT_EQ(r(i, j), 0.0);
    }
  }
}

TEST(UpperFactor, DoesNotDependOnTheNumberOfThreads) {
  const MatrixD h = positiveDefinite(600);
  const auto factorWith = [&](int threads) {
    MatrixD factor;
    withThreads(threads, [&] { factor = *upperFactor(h, "layer"); });
    return factor;
  };
  EXPECT_EQ(factorWith(1), factorWith(2));
}

TEST(UpperFactor, OfOneNumberIsItsRoot) {
  EXPECT_EQ((*upperFactor(MatrixD::Constant(1, 1, 9.0), "layer"))(0, 0), 3.0);
}

TEST(UpperFactor, WhatHasNoneIsReportedWithAdvice) {
  MatrixD indefinite = MatrixD::Identity(3, 3);
  indefinite(1, 1) = -1.0;
  MatrixD notANumber = positiveDefinite(4);
  notANumber(2, 1) = notANumber(1, 2) = std::numeric_limits<double>::quiet_NaN();
  MatrixD notOnTheDiagonal = positiveDefinite(4);
  notOnTheDiagonal(3, 3) = std::numeric_limits<double>::quiet_NaN();
  MatrixD infinite = positiveDefinite(4);
  infinite(0, 0) = std::numeric_limits<double>::infinity();
  const MatrixD singular = MatrixD::Constant(2, 2, 1.0);
  const MatrixD nothing = MatrixD::Zero(1, 1);
  for (const MatrixD& h : {indefinite, notANumber, notOnTheDiagonal, infinite, singular, nothing}) {
    const auto factor = upperFactor(h, "layer fc1");
    ASSERT_FALSE(factor) << h;
    EXPECT_EQ(factor.error().code, ErrorCode::numerical);
    EXPECT_NE(factor.error().line().find("layer fc1"), std::string::npos);
    EXPECT_NE(factor.error().line().find("--damping"), std::string::npos);
  }
}

}  // namespace
}  // namespace axescope
