#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "clicks/batch.hpp"

namespace urltrim::clicks {

/// Where the relay gets its batches: the journal. A blocking port, called only on the relay thread.
class BatchSource {
public:
    virtual ~BatchSource() = default;

    /// The next batches, at most one per segment and about `max_records` in all, oldest segments first;
    /// empty if nothing waits. Every range is on disk (fdatasync'ed) before it is returned, or marked by
    /// the source as living in memory only. A range is returned once; after rewind() again.
    virtual std::vector<Batch> cut(std::size_t max_records) = 0;

    /// The store has these ranges: their memory may go, and a segment of which all is applied is deleted.
    virtual void applied(std::span<const Batch> batches) = 0;

    /// Everything that was cut but not applied is pending again (the transport failed).
    virtual void rewind() = 0;
};

}  // namespace urltrim::clicks
