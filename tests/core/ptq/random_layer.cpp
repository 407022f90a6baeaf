// SPDX-License-Identifier: GPL-3.0-or-later
#include "random_layer.h"

#include <algorithm>

namespace axescope::testing {

RandomLayer randomLayer(const RandomLayerShape& shape, std::mt19937& random) {
  std::normal_distribution<float> normal;
  const auto fill = [&](std::int64_t rows, std::int64_t columns) {
    MatrixF m(rows, columns);
    for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = normal(random);
    return m;
  };
  RandomLayer layer;
  layer.weight = fill(shape.channels, shape.k);
  const std::int64_t latent = std::max<std::int64_t>(2, shape.k / 3);
  layer.inputs = fill(shape.samples, latent) * fill(latent, shape.k) / std::sqrt(static_cast<float>(latent)) +
                 0.4F * fill(shape.samples, shape.k);
  const bool rectified = shape.encoding != ActivationEncoding::signedSymmetric;
  if (rectified) layer.inputs = layer.inputs.cwiseMax(-0.3F);
  if (shape.tiedEnergies) {
    // The same values in reversed sample order: another input with exactly the same energy.
    for (std::int64_t i = 0; i + 1 < shape.k; i += 2) layer.inputs.col(i + 1) = layer.inputs.col(i).reverse().eval();
  }
  if (shape.deadInputs) {
    for (std::int64_t i = 3; i < shape.k; i += 7) layer.inputs.col(i).setZero();
  }
  layer.quantizer =
      activationQuantizer(static_cast<double>(layer.inputs.minCoeff()), static_cast<double>(layer.inputs.maxCoeff()),
                          shape.activationBits, shape.encoding);
  layer.codes.resize(shape.samples, shape.k);
  for (Eigen::Index i = 0; i < layer.inputs.size(); ++i) {
    layer.codes.data()[i] = layer.quantizer.quantize(layer.inputs.data()[i]);
  }
  layer.quantized = layer.quantizer.scale *
                    (layer.codes.cast<double>().array() - static_cast<double>(layer.quantizer.zeroPoint)).matrix();
  return layer;
}

InputStatistics RandomLayer::statistics() const {
  StatisticsAccumulator accumulator(weight, quantizer);
  accumulator.add(inputs.data(), inputs.cols(), codes.data(), codes.cols(), inputs.rows());
  return accumulator.finish();
}

double RandomLayer::outputError(Eigen::Index channel, const CodeMatrix& channelCodes, double scale) const {
  const Eigen::VectorXd target = inputs.cast<double>() * weight.row(channel).cast<double>().transpose();
  return (target - quantized * (scale * channelCodes.row(channel).cast<double>()).transpose()).squaredNorm();
}

}  // namespace axescope::testing
