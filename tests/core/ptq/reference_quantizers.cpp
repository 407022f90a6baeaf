// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference_quantizers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>

namespace axescope::testing {

namespace {

// Soft threshold by bisection on λ, not by sorting.
double bisectedThreshold(std::vector<double> magnitudes, double radius) {
  double low = 0.0;
  double high = *std::max_element(magnitudes.begin(), magnitudes.end());
  const auto norm = [&](double lambda) {
    double sum = 0.0;
    for (const double m : magnitudes) sum += std::max(m - lambda, 0.0);
    return sum;
  };
  if (norm(0.0) <= radius) return 0.0;
  for (int i = 0; i < 200; ++i) (norm((low + high) / 2) > radius ? low : high) = (low + high) / 2;
  return (low + high) / 2;
}

struct Shaper {
  Shaper(const ReferenceOptions& options, Eigen::RowVectorXd scaled) : o(options.constraint), range(options.codes) {
    const auto k = static_cast<std::int64_t>(scaled.size());
    tile = o.tileSize > 0 ? std::min(o.tileSize, k) : k;
    const std::int64_t tiles = (k + tile - 1) / tile;
    positive.assign(static_cast<std::size_t>(tiles), 0);
    negative = positive;
    const double radius = (std::pow(2.0, o.innerBits) - 2) / static_cast<double>(o.activationHigh - o.activationLow);
    for (std::int64_t t = 0; t < tiles; ++t) {
      const std::int64_t end = std::min(k, (t + 1) * tile);
      double mean = 0.0;
      for (std::int64_t i = t * tile; i < end; ++i) mean += scaled[i] / static_cast<double>(end - t * tile);
      std::vector<double> magnitudes;
      for (std::int64_t i = t * tile; i < end; ++i) magnitudes.push_back(std::abs(scaled[i] - mean));
      lambda.push_back(bisectedThreshold(magnitudes, radius));
    }
  }

  bool allowed(std::int64_t t, std::int64_t code) const {
    const std::int64_t p = positive[static_cast<std::size_t>(t)] + std::max<std::int64_t>(code, 0);
    const std::int64_t n = negative[static_cast<std::size_t>(t)] + std::min<std::int64_t>(code, 0);
    const std::int64_t limit = (std::int64_t{1} << (o.innerBits - 1)) - 1;
    return o.activationHigh * p + o.activationLow * n <= limit && o.activationLow * p + o.activationHigh * n >= -limit;
  }

  // How far a code may go in one direction, by trying every integer.
  double reach(std::int64_t t, int direction) const {
    std::int64_t code = 0;
    while (std::abs(code) < 400 && allowed(t, code + direction)) code += direction;
    return static_cast<double>(code);
  }

  double halfReach(std::int64_t t, int direction) const {
    const double limit = std::pow(2.0, o.innerBits - 1) - 1;
    const auto p = static_cast<double>(positive[static_cast<std::size_t>(t)]);
    const auto n = static_cast<double>(negative[static_cast<std::size_t>(t)]);
    const auto high = static_cast<double>(o.activationHigh);
    const auto low = static_cast<double>(o.activationLow);
    double up = (limit - (high * p + low * n)) / high;
    double down = (-limit - (low * p + high * n)) / high;
    if (low < 0) {
      up = std::min(up, (-limit - (low * p + high * n)) / low);
      down = std::max(down, (limit - (high * p + low * n)) / low);
    }
    return direction > 0 ? std::max(up - 0.5, 0.0) : std::min(down + 0.5, 0.0);
  }

  double shape(double v, std::int64_t column) const {
    const std::int64_t t = column / tile;
    if (o.soft) {
      const double l = lambda[static_cast<std::size_t>(t)];
      v = v > 0 ? std::max(v - l, 0.0) : std::min(v + l, 0.0);
    }
    if (o.strict) {
      v = o.halfSlack ? std::clamp(v, halfReach(t, -1), halfReach(t, 1)) : std::clamp(v, reach(t, -1), reach(t, 1));
    }
    return v;
  }

  void take(std::int64_t code, std::int64_t column) {
    auto& sum = code > 0 ? positive : negative;
    sum[static_cast<std::size_t>(column / tile)] += code;
  }

  ReferenceConstraint o;
  IntegerRange range;
  std::int64_t tile = 0;
  std::vector<std::int64_t> positive, negative;
  std::vector<double> lambda;
};

struct Choice {
  double code;
  double fedBack;
};

// The nearest of the levels that the tile's budget still allows, by trying all; how far from the next best it is.
double nearestLevel(double shaped, std::int64_t column, const Shaper& shaper, const std::vector<double>& levels,
                    double& margin) {
  double best = 0.0;
  double least = std::abs(shaped);
  double second = least + 2.0;
  for (const double magnitude : levels) {
    for (const double level : {magnitude, -magnitude}) {
      if (magnitude == 0.0) continue;
      if (shaper.o.strict && !shaper.allowed(column / shaper.tile, static_cast<std::int64_t>(level))) continue;
      const double distance = std::abs(shaped - level);
      if (distance < least) {
        second = least;
        least = distance;
        best = level;
      } else {
        second = std::min(second, distance);
      }
    }
  }
  margin = second - least;
  return best;
}

Choice choose(double v, std::int64_t column, bool dead, Shaper& shaper, const ReferenceOptions& options,
              double& margin) {
  double shaped = shaper.shape(v, column);
  double code = std::nearbyint(shaped);
  margin = std::abs(std::abs(shaped - std::floor(shaped)) - 0.5);
  code = std::clamp(code, static_cast<double>(options.codes.low), static_cast<double>(options.codes.high));
  if (!options.levels.empty()) code = nearestLevel(shaped, column, shaper, options.levels, margin);
  if (dead) {
    code = 0.0;
    shaped = v;
  }
  shaper.take(static_cast<std::int64_t>(code), column);
  return {code, options.shapedErrorReference ? code + (v - shaped) : code};
}

// Of each column of a channel.
Eigen::RowVectorXd columnScales(const std::vector<double>& scales, const ReferenceOptions& options, Eigen::Index c,
                                Eigen::Index k) {
  const double s = scales[static_cast<std::size_t>(c)];
  if (options.multipliers.size() == 0) return Eigen::RowVectorXd::Constant(k, s);
  return s * options.multipliers.row(c);
}

}  // namespace

CodeMatrix projectedTowardZero(const MatrixD& values, const ReferenceConstraint& constraint, IntegerRange codes) {
  const auto limit = std::ldexp(1.0, constraint.innerBits - 1) - 1;
  const auto low = static_cast<double>(constraint.activationLow);
  const auto high = static_cast<double>(constraint.activationHigh);
  const Eigen::Index tile = constraint.tileSize > 0 ? constraint.tileSize : values.cols();
  const double fullRadius = constraint.a2qBudget ? std::floor(limit * (low < 0 ? 2 : 1) / (high - low + 1))
                                                 : (std::ldexp(1.0, constraint.innerBits) - 2) / (high - low);
  CodeMatrix answer(values.rows(), values.cols());
  for (Eigen::Index c = 0; c < values.rows(); ++c) {
    for (Eigen::Index begin = 0; begin < values.cols(); begin += tile) {
      const Eigen::RowVectorXd part = values.row(c).segment(begin, std::min(tile, values.cols() - begin));
      const Eigen::RowVectorXd sizes = part.cwiseAbs();
      const std::vector<double> magnitudes(sizes.begin(), sizes.end());
      double worst = limit + 1;
      for (double radius = fullRadius; worst > limit; radius *= 0.98) {
        const double lambda = bisectedThreshold(magnitudes, radius);
        double p = 0.0;
        double n = 0.0;
        for (Eigen::Index i = 0; i < part.size(); ++i) {
          const double magnitude = std::floor(std::max(std::abs(part[i]) - lambda, 0.0));
          const double code = std::clamp(part[i] < 0 ? -magnitude : magnitude, static_cast<double>(codes.low),
                                         static_cast<double>(codes.high));
          (code > 0 ? p : n) += code;
          answer(c, begin + i) = static_cast<std::int16_t>(code);
        }
        worst = std::max(high * p + low * n, -(low * p + high * n));
      }
    }
  }
  return answer;
}

std::vector<std::int64_t> energyOrder(const MatrixD& quantized) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(quantized.cols()));
  std::iota(order.begin(), order.end(), 0);
  // Energies of integer codes scaled by one factor: compare what float64 sums exactly.
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return quantized.col(a).squaredNorm() > quantized.col(b).squaredNorm() * (1 + 1e-12);
  });
  return order;
}

ReferenceAnswer textbookGpfq(const MatrixD& weight, const std::vector<double>& scales, const MatrixD& x,
                             const MatrixD& quantized, const ReferenceOptions& options) {
  ReferenceAnswer answer{CodeMatrix(weight.rows(), weight.cols()), MatrixD(weight.rows(), weight.cols())};
  for (Eigen::Index c = 0; c < weight.rows(); ++c) {
    const Eigen::RowVectorXd s = columnScales(scales, options, c, weight.cols());
    Shaper shaper(options, weight.row(c).cwiseQuotient(s));
    Eigen::VectorXd u = Eigen::VectorXd::Zero(x.rows());
    for (const std::int64_t column : options.order) {
      const Eigen::VectorXd target = u + weight(c, column) * x.col(column);
      const double energy = quantized.col(column).squaredNorm();
      const bool dead = !(energy > 0.0);
      const double v = (dead ? weight(c, column) : quantized.col(column).dot(target) / energy) / s[column];
      const auto [code, fedBack] = choose(v, column, dead, shaper, options, answer.margins(c, column));
      answer.codes(c, column) = static_cast<std::int16_t>(code);
      u = target - s[column] * fedBack * quantized.col(column);
    }
  }
  return answer;
}

ReferenceAnswer inverseHessianOptq(const MatrixD& weight, const std::vector<double>& scales, const MatrixD* x,
                                   const MatrixD& quantized, double damping, const ReferenceOptions& options) {
  const Eigen::Index k = weight.cols();
  MatrixD permutedInputs(quantized.rows(), k);
  MatrixD current(weight.rows(), k);
  MatrixD target = weight;
  const MatrixD squares = quantized.transpose() * quantized;
  const double delta = damping * squares.diagonal().mean();
  const MatrixD damped = squares + delta * MatrixD::Identity(k, k);
  if (x != nullptr) {
    const MatrixD g = x->transpose() * quantized + delta * MatrixD::Identity(k, k);
    target = weight * g * damped.inverse();
  }
  for (Eigen::Index i = 0; i < k; ++i) {
    permutedInputs.col(i) = quantized.col(options.order[static_cast<std::size_t>(i)]);
    current.col(i) = target.col(options.order[static_cast<std::size_t>(i)]);
  }
  const MatrixD h = permutedInputs.transpose() * permutedInputs + delta * MatrixD::Identity(k, k);
  const MatrixD inverse = h.inverse();
  const MatrixD u = inverse.llt().matrixU();
  ReferenceAnswer answer{CodeMatrix(weight.rows(), k), MatrixD(weight.rows(), k)};
  for (Eigen::Index c = 0; c < weight.rows(); ++c) {
    const Eigen::RowVectorXd s = columnScales(scales, options, c, k);
    Shaper shaper(options, weight.row(c).cwiseQuotient(s));
    for (Eigen::Index i = 0; i < k; ++i) {
      const std::int64_t column = options.order[static_cast<std::size_t>(i)];
      const bool dead = !(permutedInputs.col(i).squaredNorm() > 0.0);
      const double v = current(c, i) / s[column];
      const auto [code, fedBack] = choose(v, column, dead, shaper, options, answer.margins(c, column));
      answer.codes(c, column) = static_cast<std::int16_t>(code);
      const double error = s[column] * (v - fedBack) / u(i, i);
      for (Eigen::Index j = i + 1; j < k; ++j) current(c, j) -= error * u(i, j);
    }
  }
  return answer;
}

ReferenceAnswer textbookQronos(const MatrixD& weight, const std::vector<double>& scales, const MatrixD& x,
                               const MatrixD& quantized, double damping, const ReferenceOptions& options) {
  const Eigen::Index k = weight.cols();
  std::vector<std::int64_t> alive;  // in visiting order
  std::vector<std::int64_t> visited;
  for (const std::int64_t column : options.order) {
    (quantized.col(column).squaredNorm() > 0.0 ? alive : visited).push_back(column);
  }
  const double delta = damping * (quantized.transpose() * quantized).diagonal().mean();
  MatrixD inputs(quantized.rows(), static_cast<Eigen::Index>(alive.size()));
  for (Eigen::Index i = 0; i < inputs.cols(); ++i) inputs.col(i) = quantized.col(alive[static_cast<std::size_t>(i)]);
  const Eigen::Index rest = inputs.cols() - 1;
  const MatrixD later = inputs.rightCols(rest);
  const MatrixD h = later.transpose() * later + delta * MatrixD::Identity(rest, rest);
  const Eigen::LDLT<Eigen::MatrixXd> solver(h);
  // OPTQ without a factor: of each Hessian of what is left, the first column of the inverse by its diagonal.
  std::vector<Eigen::VectorXd> spreads;
  for (Eigen::Index i = 0; i < rest; ++i) {
    const Eigen::Index left = rest - i;
    const Eigen::VectorXd column =
        Eigen::MatrixXd(h.bottomRightCorner(left, left)).ldlt().solve(Eigen::VectorXd::Unit(left, 0));
    spreads.push_back(column / column[0]);
  }
  ReferenceAnswer answer{CodeMatrix(weight.rows(), k), MatrixD(weight.rows(), k)};
  for (Eigen::Index c = 0; c < weight.rows(); ++c) {
    const Eigen::RowVectorXd s = columnScales(scales, options, c, weight.cols());
    Shaper shaper(options, weight.row(c).cwiseQuotient(s));
    for (const std::int64_t column : visited) {
      answer.codes(c, column) = 0;
      answer.margins(c, column) = 1.0;
    }
    const auto take = [&](Eigen::Index i, double value) {
      const std::int64_t column = alive[static_cast<std::size_t>(i)];
      const auto [code, fedBack] = choose(value / s[column], column, false, shaper, options, answer.margins(c, column));
      answer.codes(c, column) = static_cast<std::int16_t>(code);
      return s[column] * fedBack;
    };
    Eigen::VectorXd current(rest);
    for (Eigen::Index i = 0; i < rest; ++i) current[i] = weight(c, alive[static_cast<std::size_t>(i) + 1]);
    const Eigen::VectorXd target = x * weight.row(c).transpose();
    const double first = take(0, inputs.col(0).dot(target - later * current) / inputs.col(0).squaredNorm());
    current = solver.solve(later.transpose() * (target - first * inputs.col(0)) + delta * current);
    for (Eigen::Index i = 0; i < rest; ++i) {
      const double error = current[i] - take(i + 1, current[i]);
      current.tail(rest - i) -= error * spreads[static_cast<std::size_t>(i)];
    }
  }
  return answer;
}

}  // namespace axescope::testing
