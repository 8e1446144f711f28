#include "limits/sliding_window.hpp"

#include <algorithm>
#include <utility>

namespace urltrim::limits {
namespace {

std::chrono::seconds rounded_up(std::chrono::nanoseconds duration) {
    return std::chrono::ceil<std::chrono::seconds>(duration);
}

}  // namespace

SlidingWindow::SlidingWindow(unsigned limit, std::chrono::nanoseconds window, const Clock& clock,
                             std::size_t max_clients)
    : limit_(limit), window_(window), clock_(clock), max_clients_(max_clients) {}

Admission SlidingWindow::admit(std::string_view key) {
    if (limit_ == 0) return {};
    const Clock::SteadyTime now = clock_.steady();
    forget_expired(now);

    const auto client = client_named(key);
    auto& admissions = client->admissions;
    const auto expired = [&](Clock::SteadyTime admitted) { return now - admitted >= window_; };
    admissions.erase(admissions.begin(), std::find_if_not(admissions.begin(), admissions.end(), expired));

    Admission answer;
    answer.limit = limit_;
    answer.allowed = admissions.size() < limit_;
    if (answer.allowed) {
        admissions.push_back(now);
        by_admission_.splice(by_admission_.end(), by_admission_, client);
    } else {
        answer.retry_after = rounded_up(admissions.front() + window_ - now);
    }
    answer.remaining = limit_ - static_cast<unsigned>(admissions.size());
    answer.reset = rounded_up(admissions.back() + window_ - now);
    return answer;
}

SlidingWindow::ByAdmission::iterator SlidingWindow::client_named(std::string_view key) {
    if (const auto known = clients_.find(key); known != clients_.end()) return known->second;
    if (clients_.size() >= max_clients_) {
        clients_.erase(by_admission_.front().key);
        by_admission_.pop_front();
    }
    by_admission_.push_back(Client{std::string(key), {}});
    const auto added = std::prev(by_admission_.end());
    clients_.emplace(added->key, added);
    return added;
}

void SlidingWindow::forget_expired(Clock::SteadyTime now) {
    while (!by_admission_.empty() && now - by_admission_.front().admissions.back() >= window_) {
        clients_.erase(by_admission_.front().key);
        by_admission_.pop_front();
    }
}

Task<Admission> InProcessRateLimiter::admit(std::string client) {
    const std::lock_guard lock(mutex_);
    co_return window_.admit(client);
}

}  // namespace urltrim::limits
