// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/tile_balance.h"

#include <cassert>
#include <numeric>
#include <utility>

#include "core/linalg/product.h"

namespace axescope {

namespace {

constexpr int mostSweeps = 20;
constexpr double leastGain = 1e-7;  // of the whole: less is rounding

// Rows in shares of their ℓ₁ norms: magnitudes, or positive parts above negative ones.
MatrixF pressures(const MatrixF& weight, Pressure pressure) {
  MatrixF shares = weight;
  for (auto row : shares.rowwise()) {
    if (const double norm = row.cast<double>().cwiseAbs().sum(); norm > 0.0) row /= static_cast<float>(norm);
  }
  if (pressure == Pressure::ofBoth) return shares.cwiseAbs();
  MatrixF signs(2 * shares.rows(), shares.cols());
  signs << shares.cwiseMax(0.0F), (-shares).cwiseMax(0.0F);
  return signs;
}

MatrixF columnProducts(const MatrixF& a) {
  MatrixF products(a.cols(), a.cols());
  multiplyParallel({.transposeA = Transpose::yes,
                    .m = a.cols(),
                    .n = a.cols(),
                    .k = a.rows(),
                    .a = a.data(),
                    .lda = a.cols(),
                    .b = a.data(),
                    .ldb = a.cols(),
                    .c = products.data(),
                    .ldc = a.cols()});
  return products;
}

// With a_k the pressures of column k and L_t their sums over tile t, Σ_t ‖L_t‖² changes by moves of columns from tile f
// to tile t as 2(a·L_t − a·L_f) of each and the products of the moved columns with each other tell.
class Search {
 public:
  Search(const MatrixF& weight, std::int64_t runLength, const Tiling& tiling, Pressure pressure)
      : length_(runLength),
        tiling_(tiling),
        products_(columnProducts(pressures(weight, pressure))),
        ofTiles_(MatrixD::Zero(tiling.tiles(), tiling.k)),
        order_(static_cast<std::size_t>(tiling.k / runLength)) {
    std::iota(order_.begin(), order_.end(), 0);
    for (std::int64_t column = 0; column < tiling.k; ++column) {
      ofTiles_.row(tiling.tileOf(column)) += products_.row(column).cast<double>();
    }
    for (std::int64_t column = 0; column < tiling.k; ++column) whole_ += ofTiles_(tiling.tileOf(column), column);
  }

  std::vector<std::int64_t> run() {
    for (int sweep = 0; sweep < mostSweeps; ++sweep) {
      bool changed = false;
      for (std::size_t i = 0; i + 1 < order_.size(); ++i) changed = swapBest(i) || changed;
      if (!changed) break;
    }
    return order_;
  }

 private:
  struct Move {
    std::int64_t column, from, to;
  };

  // The best partner behind place i.
  bool swapBest(std::size_t i) {
    double best = -leastGain * whole_;
    std::size_t partner = i;
    for (std::size_t j = i + 1; j < order_.size(); ++j) {
      listMoves(i, j);
      if (const double change = changeByMoves(); change < best) {
        best = change;
        partner = j;
      }
    }
    if (partner == i) return false;
    listMoves(i, partner);
    for (const Move& move : moves_) {
      const auto row = products_.row(move.column).cast<double>();
      ofTiles_.row(move.from) -= row;
      ofTiles_.row(move.to) += row;
    }
    std::swap(order_[i], order_[partner]);
    return true;
  }

  // Of the columns that change their tile when the runs at two places change theirs.
  void listMoves(std::size_t i, std::size_t j) {
    moves_.clear();
    for (std::int64_t q = 0; q < length_; ++q) {
      const std::int64_t here = tiling_.tileOf(static_cast<std::int64_t>(i) * length_ + q);
      const std::int64_t there = tiling_.tileOf(static_cast<std::int64_t>(j) * length_ + q);
      if (here == there) continue;
      moves_.push_back({order_[i] * length_ + q, here, there});
      moves_.push_back({order_[j] * length_ + q, there, here});
    }
  }

  double changeByMoves() const {
    double change = 0.0;
    for (const Move& a : moves_) {
      change += 2.0 * (ofTiles_(a.to, a.column) - ofTiles_(a.from, a.column));
      for (const Move& b : moves_) {
        const int meets =
            (a.to == b.to ? 1 : 0) + (a.from == b.from ? 1 : 0) - (a.to == b.from ? 1 : 0) - (a.from == b.to ? 1 : 0);
        change += meets * static_cast<double>(products_(a.column, b.column));
      }
    }
    return change;
  }

  std::int64_t length_;
  Tiling tiling_;
  MatrixF products_;  // K×K, a_i·a_j
  MatrixD ofTiles_;   // tiles×K, a_k·L_t
  double whole_ = 0.0;
  std::vector<std::int64_t> order_;
  std::vector<Move> moves_;
};

}  // namespace

std::vector<std::int64_t> balancedOrder(const MatrixF& weight, std::int64_t runLength, const Tiling& tiling,
                                        Pressure pressure) {
  assert(tiling.k == weight.cols() && runLength >= 1 && tiling.k % runLength == 0);
  if (tiling.tiles() == 1) {
    std::vector<std::int64_t> natural(static_cast<std::size_t>(tiling.k / runLength));
    std::iota(natural.begin(), natural.end(), 0);
    return natural;
  }
  return Search(weight, runLength, tiling, pressure).run();
}

double tilePressure(const MatrixF& weight, const Tiling& tiling, Pressure pressure) {
  const MatrixF shares = pressures(weight, pressure);
  double sum = 0.0;
  for (std::int64_t tile = 0; tile < tiling.tiles(); ++tile) {
    const auto columns = shares.middleCols(tiling.begin(tile), tiling.end(tile) - tiling.begin(tile));
    sum += columns.cast<double>().rowwise().sum().squaredNorm();
  }
  return sum;
}

}  // namespace axescope
