#pragma once

#include <span>

#include "clicks/batch.hpp"

namespace urltrim::clicks {

/// Where counts live. A blocking port, called only on the relay (or worker) thread.
class ClickStore {
public:
    virtual ~ClickStore() = default;

    /// In one transaction: for every batch, works out which of its slots are not yet applied, adds
    /// their clicks to the link's total and to its hour (UTC, of the record's own time), and marks them
    /// applied. Applying a range twice, in whole or in part, changes nothing the second time. Clicks of a
    /// link that does not exist are added to the segment's `orphaned`. Durable when it returns; throws
    /// Unavailable when the outcome is a failure or unknown (then call again with the same batches).
    virtual void apply(std::span<const Batch> batches) = 0;
};

}  // namespace urltrim::clicks
