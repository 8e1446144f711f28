#pragma once

#include <span>

#include "clicks/batch.hpp"

namespace urltrim::clicks {

/// Takes batches from the relay to the store. A blocking port, called only on the relay thread.
class BatchTransport {
public:
    virtual ~BatchTransport() = default;

    /// Returns once every batch is applied in the store. Throws Unavailable if it cannot say so: the batches
    /// may or may not have arrived, and the same ranges are delivered again.
    virtual void deliver(std::span<const Batch> batches) = 0;
};

}  // namespace urltrim::clicks
