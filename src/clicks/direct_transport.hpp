#pragma once

#include "clicks/batch_transport.hpp"
#include "clicks/click_store.hpp"

namespace urltrim::clicks {

/// The shortest way from relay to store: a call on the relay thread.
class DirectTransport final : public BatchTransport {
public:
    /// `store` must outlive the transport.
    explicit DirectTransport(ClickStore& store) : store_(store) {}

    void deliver(std::span<const Batch> batches) override { store_.apply(batches); }

private:
    ClickStore& store_;
};

}  // namespace urltrim::clicks
