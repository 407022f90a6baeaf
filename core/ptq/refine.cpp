// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/refine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/parallel.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

constexpr Eigen::Index panelRows = 32;

// One channel's codes; half its gradient is kept abreast of them.
class RowRefinement {
 public:
  using Row = Eigen::Ref<Eigen::RowVectorXd>;

  /// `exact` may be null.
  RowRefinement(const MatrixD& s, IntegerRange codeRange, const AxeOptions* exact, std::span<std::int16_t> codes,
                double& scale, Row gradient)
      : s_(s), codeRange_(codeRange), exact_(exact), codes_(codes), scale_(scale), gradient_(gradient) {
    if (exact != nullptr) sums_ = tileSums(codes, exact->tiling);
  }

  /// wG when the scale may be fitted anew, else null.
  void run(int sweeps, const Eigen::RowVectorXd* target) {
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      bool changed = descend();
      if (exact_ != nullptr) changed |= trade();
      if (!changed && (target == nullptr || !refit(*target))) break;
    }
  }

 private:
  // Cyclic coordinate descent.
  bool descend() {
    bool changed = false;
    for (Eigen::Index k = 0; k < gradient_.size(); ++k) {
      const double energy = s_(k, k);
      if (!(energy > 0.0)) continue;
      const std::int64_t old = at(k);
      double code = roundHalfEven(static_cast<double>(old) - gradient_[k] / (energy * scale_));
      TileSums* tile = exact_ != nullptr ? &sums_[static_cast<std::size_t>(exact_->tiling.tileOf(k))] : nullptr;
      if (tile != nullptr) {
        tile->remove(old);
        const BudgetLeft left = budgetLeft(*tile, *exact_);
        code = std::clamp(code, -left.down, left.up);
        tile->add(old);
      }
      code = std::clamp(code, static_cast<double>(codeRange_.low), static_cast<double>(codeRange_.high));
      const auto chosen = static_cast<std::int64_t>(code);
      if (chosen == old) continue;
      changed = true;
      set(k, chosen, tile);
    }
    return changed;
  }

  // Steps that the budget forbids, each paid for by another code of its tile.
  bool trade() {
    bool changed = false;
    for (std::int64_t t = 0; t < exact_->tiling.tiles(); ++t) {
      relief_[0].resize(0);
      for (Eigen::Index i = exact_->tiling.begin(t); i < exact_->tiling.end(t); ++i) {
        if (!(s_(i, i) > 0.0)) continue;
        const int step = gradient_[i] < 0.0 ? 1 : -1;
        if (costOf(i, step) < 0.0 && isBlocked(i, step, t)) changed |= tradeFor(i, step, t);
      }
    }
    return changed;
  }

  // What a step changes the error by.
  double costOf(Eigen::Index k, int step) const {
    return 2.0 * scale_ * step * gradient_[k] + scale_ * scale_ * s_(k, k);
  }

  bool isBlocked(Eigen::Index i, int step, std::int64_t t) const {
    const std::int64_t code = at(i) + step;
    if (code < codeRange_.low || code > codeRange_.high) return false;
    return !fitsAfter(t, {{i, step}});
  }

  bool fitsAfter(std::int64_t t, std::initializer_list<std::pair<Eigen::Index, int>> steps) const {
    TileSums sums = sums_[static_cast<std::size_t>(t)];
    for (const auto& [k, step] : steps) {
      sums.remove(at(k));
      sums.add(at(k) + step);
    }
    return fits(sums.extremes(exact_->activations), exact_->innerBits);
  }

  bool tradeFor(Eigen::Index i, int step, std::int64_t t) {
    const Eigen::Index begin = exact_->tiling.begin(t);
    const Eigen::Index length = exact_->tiling.end(t) - begin;
    if (relief_[0].size() != length) readRelief(begin, length);
    const double own = costOf(i, step);
    constexpr double never = std::numeric_limits<double>::infinity();
    const std::array<double, 2> ownRelief{relief_[0][i - begin], relief_[1][i - begin]};
    for (auto& relief : relief_) relief[i - begin] = never;
    double least = 0.0;
    Eigen::Index partner = -1;
    for (std::size_t side = 0; side < 2; ++side) {
      // A positive code steps down, a negative one up.
      const int back = side == 0 ? -1 : 1;
      Eigen::Index j = 0;
      const double cost =
          own + (relief_[side] + (2.0 * scale_ * scale_ * step * back) * s_.row(i).segment(begin, length).array())
                    .minCoeff(&j);
      if (cost < least && fitsAfter(t, {{i, step}, {begin + j, back}})) {
        least = cost;
        partner = begin + j;
      }
    }
    for (std::size_t side = 0; side < 2; ++side) relief_[side][i - begin] = ownRelief[side];
    if (partner < 0) return false;
    TileSums* tile = &sums_[static_cast<std::size_t>(t)];
    set(partner, at(partner) + (at(partner) > 0 ? -1 : 1), tile);
    set(i, at(i) + step, tile);
    readRelief(begin, length);
    return true;
  }

  // By side, what it costs each code of the tile to step towards zero; without end where it has the other sign.
  void readRelief(Eigen::Index begin, Eigen::Index length) {
    for (std::size_t side = 0; side < 2; ++side) {
      const int sign = side == 0 ? 1 : -1;
      relief_[side].resize(length);
      for (Eigen::Index j = 0; j < length; ++j) {
        relief_[side][j] =
            at(begin + j) * sign > 0 ? costOf(begin + j, -sign) : std::numeric_limits<double>::infinity();
      }
    }
  }

  // The scale that fits the codes best; false where it is as good as reached.
  bool refit(const Eigen::RowVectorXd& target) {
    const Eigen::Map<const Eigen::Matrix<std::int16_t, 1, Eigen::Dynamic>> codes(codes_.data(), gradient_.size());
    const Eigen::RowVectorXd q = codes.cast<double>();
    const Eigen::RowVectorXd product = (gradient_ + target) / scale_;  // q S
    const double energy = product.dot(q);
    const double fitted = target.dot(q) / energy;
    constexpr double noticeable = 1e-4;
    if (!(energy > 0.0) || !(fitted > 0.0) || std::abs(fitted - scale_) < noticeable * scale_) return false;
    scale_ = fitted;
    gradient_ = fitted * product - target;
    return true;
  }

  std::int64_t at(Eigen::Index k) const { return codes_[static_cast<std::size_t>(k)]; }
  void set(Eigen::Index k, std::int64_t code, TileSums* tile) {
    const std::int64_t old = at(k);
    if (tile != nullptr) {
      tile->remove(old);
      tile->add(code);
    }
    codes_[static_cast<std::size_t>(k)] = static_cast<std::int16_t>(code);
    gradient_ += static_cast<double>(code - old) * scale_ * s_.row(k);
  }

  const MatrixD& s_;
  IntegerRange codeRange_;
  const AxeOptions* exact_;
  std::span<std::int16_t> codes_;
  double& scale_;
  Row gradient_;
  std::vector<TileSums> sums_;
  std::array<Eigen::Array<double, 1, Eigen::Dynamic>, 2> relief_;  // of the tile at hand: positive codes, negative ones
};

}  // namespace

void refine(const MatrixF& weight, const InputStatistics& statistics, ChannelRows of, const RefineOptions& options,
            std::vector<double>& scales, CodeMatrix& codes) {
  std::optional<AxeOptions> exact;
  if (options.strict != nullptr) {
    exact = *options.strict;
    exact->slack = Slack::floor;  // codes are rounded before they are clipped
  }
  parallelPieces(codes.rows(), panelRows, [&](Eigen::Index first, Eigen::Index rows) {
    // g = q̂ S − w G, half the gradient, of a panel at once: S is read once for all its rows.
    const MatrixD w = weight.middleRows(first, rows).cast<double>();
    MatrixD d = -w;
    for (Eigen::Index row = 0; row < rows; ++row) {
      d.row(row) += scales[static_cast<std::size_t>(first + row)] * codes.row(first + row).cast<double>();
    }
    MatrixD gradients(rows, codes.cols());
    gradients.noalias() = d * statistics.s;
    MatrixD targets(options.refitScales ? rows : 0, codes.cols());
    if (options.refitScales) targets.noalias() = w * statistics.s;
    for (Eigen::Index row = 0; row < rows; ++row) {
      const auto shift = statistics.targetShift.row(of.channelOf(first + row));
      gradients.row(row) -= shift;
      RowRefinement refinement(statistics.s, options.codes, exact ? &*exact : nullptr,
                               {&codes(first + row, 0), static_cast<std::size_t>(codes.cols())},
                               scales[static_cast<std::size_t>(first + row)], gradients.row(row));
      if (!options.refitScales) {
        refinement.run(options.sweeps, nullptr);
        continue;
      }
      const Eigen::RowVectorXd target = targets.row(row) + shift;
      refinement.run(options.sweeps, &target);
    }
  });
}

}  // namespace axescope
