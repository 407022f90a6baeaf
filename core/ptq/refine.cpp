// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/refine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/parallel.h"

namespace axescope {

namespace {

constexpr Eigen::Index panelRows = 32;
constexpr double unlimited = std::numeric_limits<double>::infinity();

// One channel's codes; half its gradient is kept abreast of them.
class RowRefinement {
 public:
  using Row = Eigen::Ref<Eigen::RowVectorXd>;

  /// `energy` is the diagonal of S, one value beside the other; multipliers[K] are those of the columns; `exact` may be
  /// null.
  RowRefinement(const MatrixD& s, const Eigen::RowVectorXd& energy, const WeightLevels& levels, const AxeOptions* exact,
                const Eigen::Ref<const Eigen::RowVectorXd>& multipliers, std::span<std::int16_t> codes, double& scale,
                const Row& gradient)
      : s_(s),
        energy_(energy),
        levels_(levels),
        exact_(exact),
        multipliers_(multipliers),
        codes_(codes),
        scale_(scale),
        units_(scale * multipliers),
        gradient_(gradient) {
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
      const double energy = energy_[k];
      if (!(energy > 0.0)) continue;
      const std::int64_t old = at(k);
      const double wanted = static_cast<double>(old) - gradient_[k] / (energy * units_[k]);
      BudgetLeft left{unlimited, unlimited};
      TileSums* tile = exact_ != nullptr ? &sums_[static_cast<std::size_t>(exact_->tiling.tileOf(k))] : nullptr;
      if (tile != nullptr) {
        tile->remove(old);
        left = budgetLeft(*tile, *exact_);
        tile->add(old);
      }
      const auto chosen = static_cast<std::int64_t>(levels_.nearestWithin(wanted, left.down, left.up));
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
        if (!(energy_[i] > 0.0)) continue;
        const std::int64_t step = stepOf(i, gradient_[i] < 0.0 ? 1 : -1);
        if (costOf(i, step) < 0.0 && isBlocked(i, step, t)) changed |= tradeFor(i, step, t);
      }
    }
    return changed;
  }

  // To the next level in a direction; 0 at the last.
  std::int64_t stepOf(Eigen::Index k, int direction) const { return levels_.neighbour(at(k), direction) - at(k); }

  // What a step changes the error by.
  double costOf(Eigen::Index k, std::int64_t step) const {
    const double moved = units_[k] * static_cast<double>(step);
    return 2.0 * moved * gradient_[k] + moved * moved * energy_[k];
  }

  bool isBlocked(Eigen::Index i, std::int64_t step, std::int64_t t) const {
    return step != 0 && !fitsAfter(t, i, step, 0, 0);
  }

  // With `back` added to the positive or, side 1, the negative codes of the tile.
  bool fitsAfter(std::int64_t t, Eigen::Index i, std::int64_t step, std::size_t side, std::int64_t back) const {
    TileSums sums = sums_[static_cast<std::size_t>(t)];
    sums.remove(at(i));
    sums.add(at(i) + step);
    (side == 0 ? sums.positive : sums.negative) += back;
    return fits(sums.extremes(exact_->activations), exact_->innerBits);
  }

  bool tradeFor(Eigen::Index i, std::int64_t step, std::int64_t t) {
    const Eigen::Index partner = levels_.isUniform() ? unitPartner(i, step, t) : levelPartner(i, step, t);
    if (partner < 0) return false;
    TileSums* tile = &sums_[static_cast<std::size_t>(t)];
    set(partner, at(partner) + stepOf(partner, at(partner) > 0 ? -1 : 1), tile);
    set(i, at(i) + step, tile);
    relief_[0].resize(0);
    return true;
  }

  // The code that gives way at the least cost, of levels whose steps differ; −1 where none pays.
  Eigen::Index levelPartner(Eigen::Index i, std::int64_t step, std::int64_t t) const {
    const double own = costOf(i, step);
    double least = 0.0;
    Eigen::Index partner = -1;
    for (Eigen::Index j = exact_->tiling.begin(t); j < exact_->tiling.end(t); ++j) {
      if (j == i || at(j) == 0) continue;
      const std::int64_t back = stepOf(j, at(j) > 0 ? -1 : 1);
      const double both =
          own + costOf(j, back) +
          2.0 * units_[i] * units_[j] * static_cast<double>(step) * static_cast<double>(back) * s_(i, j);
      if (both >= least || !fitsAfter(t, i, step, at(j) > 0 ? 0 : 1, back)) continue;
      least = both;
      partner = j;
    }
    return partner;
  }

  // The same for steps of 1: any code of a side gives the tile the same room.
  Eigen::Index unitPartner(Eigen::Index i, std::int64_t step, std::int64_t t) {
    const Eigen::Index begin = exact_->tiling.begin(t);
    const Eigen::Index length = exact_->tiling.end(t) - begin;
    if (relief_[0].size() != length) readRelief(begin, length);
    const double own = costOf(i, step);
    const double unit = units_[i];  // of the whole tile
    constexpr double never = std::numeric_limits<double>::infinity();
    double least = 0.0;
    Eigen::Index partner = -1;
    for (std::size_t side = 0; side < 2; ++side) {
      if (!fitsAfter(t, i, step, side, stepBack(side))) continue;
      const double kept = std::exchange(relief_[side][i - begin], never);
      const auto costs = relief_[side] + (2.0 * unit * unit * static_cast<double>(step * stepBack(side))) *
                                             s_.row(i).segment(begin, length).array();
      // First the least, then its place, which few candidates ask for: both at once would go one by one.
      const double lowest = costs.minCoeff();
      if (own + lowest < least) {
        least = own + lowest;
        Eigen::Index j = 0;
        while (costs.coeff(j) != lowest) ++j;
        partner = begin + j;
      }
      relief_[side][i - begin] = kept;
    }
    return partner;
  }

  // Sides are those of zero on which a code that gives way lies: positive codes step down, negative ones up.
  static int stepBack(std::size_t side) { return side == 0 ? -1 : 1; }

  // By side, what it costs each code of the tile to step towards zero; without end where it has the other sign.
  void readRelief(Eigen::Index begin, Eigen::Index length) {
    constexpr double never = std::numeric_limits<double>::infinity();
    for (auto& relief : relief_) relief.resize(length);
    const double linear = 2.0 * units_[begin];
    const double square = units_[begin] * units_[begin];
    for (Eigen::Index j = 0; j < length; ++j) {
      const std::int16_t code = codes_[static_cast<std::size_t>(begin + j)];
      const double slope = linear * gradient_[begin + j];
      const double bend = square * energy_[begin + j];
      relief_[0][j] = code > 0 ? bend - slope : never;
      relief_[1][j] = code < 0 ? bend + slope : never;
    }
  }

  // The scale that fits the codes best; false where it is as good as reached.
  bool refit(const Eigen::RowVectorXd& target) {
    const Eigen::Map<const Eigen::Matrix<std::int16_t, 1, Eigen::Dynamic>> codes(codes_.data(), gradient_.size());
    const Eigen::RowVectorXd q = codes.cast<double>().cwiseProduct(multipliers_);
    const Eigen::RowVectorXd product = (gradient_ + target) / scale_;  // q S
    const double energy = product.dot(q);
    const double fitted = target.dot(q) / energy;
    constexpr double noticeable = 1e-4;
    if (!(energy > 0.0) || !(fitted > 0.0) || std::abs(fitted - scale_) < noticeable * scale_) return false;
    scale_ = fitted;
    units_ = fitted * multipliers_;
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
    gradient_ += static_cast<double>(code - old) * units_[k] * s_.row(k);
  }

  const MatrixD& s_;
  const Eigen::RowVectorXd& energy_;
  const WeightLevels& levels_;
  const AxeOptions* exact_;
  Eigen::Ref<const Eigen::RowVectorXd> multipliers_;
  std::span<std::int16_t> codes_;
  double& scale_;
  Eigen::RowVectorXd units_;  // what a step of each code is worth
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
  const Eigen::RowVectorXd energy = statistics.s.diagonal();
  parallelPieces(codes.rows(), panelRows, [&](Eigen::Index first, Eigen::Index rows) {
    // g = q̂ S − w G, half the gradient, of a panel at once: S is read once for all its rows.
    const MatrixD w = weight.middleRows(first, rows).cast<double>();
    MatrixD d = -w;
    MatrixD multipliers(rows, codes.cols());
    for (Eigen::Index row = 0; row < rows; ++row) {
      for (Eigen::Index k = 0; k < codes.cols(); ++k) {
        multipliers(row, k) = static_cast<double>(options.multipliers.ofColumn(first + row, k));
      }
      d.row(row) += scales[static_cast<std::size_t>(first + row)] *
                    codes.row(first + row).cast<double>().cwiseProduct(multipliers.row(row));
    }
    MatrixD gradients(rows, codes.cols());
    gradients.noalias() = d * statistics.s;
    MatrixD targets(options.refitScales ? rows : 0, codes.cols());
    if (options.refitScales) targets.noalias() = w * statistics.s;
    for (Eigen::Index row = 0; row < rows; ++row) {
      const auto shift = statistics.targetShift.row(of.channelOf(first + row));
      gradients.row(row) -= shift;
      RowRefinement refinement(statistics.s, energy, options.codes, exact ? &*exact : nullptr, multipliers.row(row),
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
