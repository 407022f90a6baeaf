// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/transform/transformed_model.h"

namespace axescope {

/// Batch norms that alone read a layer become part of it, core/README.md (17): its weights and bias take up scale and
/// shift, and the node leaves the graph. Only of layers that may change, are used once and have their channels where
/// the batch norm has them. Errors: those of the params, with the node.
Status foldBatchNorms(TransformedModel& model);

}  // namespace axescope
