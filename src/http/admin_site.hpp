#pragma once

#include <functional>
#include <string>

#include "http/readiness.hpp"
#include "http/route.hpp"
#include "http/site.hpp"

namespace urltrim::http {

/// What the admin listener serves: Prometheus metrics and the probes.
class AdminSite final : public Site {
public:
    /// `metrics` answers the whole text of /metrics; called on the io thread of the admin listener.
    AdminSite(std::function<std::string()> metrics, Readiness readiness);

    Instant answer_instantly(const RequestHead&, const Peer&, const ResponseWriter&, bool,
                             std::string&) noexcept override {
        return Instant::unusual;
    }
    Task<> settled() override { co_return; }
    Task<Response> answer(const Request& request) override;

    static std::span<const Route<AdminSite>> routes();

private:
    Task<Response> metrics(const Call& call);
    Task<Response> live(const Call& call);
    Task<Response> ready(const Call& call);

    std::function<std::string()> metrics_;
    Readiness readiness_;
};

}  // namespace urltrim::http
