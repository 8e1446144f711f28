#include "sqlite/connection.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace urltrim::sqlite {
namespace {

/// Between two looks at a lock.
constexpr std::chrono::milliseconds longest_nap{10};

int open_flags(Connection::Access access) {
    // Readers of a WAL database write to its shared index, hence not SQLITE_OPEN_READONLY.
    // NOMUTEX: each connection belongs to one thread.
    const int create = access == Connection::Access::create ? SQLITE_OPEN_CREATE : 0;
    return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | create;
}

/// Without its statistics SQLite's allocator takes no global lock. Only possible before its first use.
void configure_library_once() {
    static const int result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(result);
}

}  // namespace

bool Error::transient() const noexcept {
    return code() == SQLITE_BUSY || code() == SQLITE_FULL;
}

Connection::Connection(const std::filesystem::path& path, std::string purpose, const Settings& settings)
    : settings_(settings), purpose_(std::move(purpose)) {
    configure_library_once();
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, open_flags(settings.access), nullptr);
    handle_.reset(opened);  // also when it failed: the handle carries the message
    if (code != SQLITE_OK) fail(code);

    sqlite3_busy_handler(opened, &Connection::wait_for_lock, this);
    run("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; "
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = OFF; "
        "PRAGMA cache_size = -" +
        std::to_string(settings.cache_kib));
    if (settings.access == Access::read) run("PRAGMA query_only = ON");
}

/// SQLite calls this when somebody else has the lock, and tries again if it answers 1
/// (https://www.sqlite.org/c3ref/busy_handler.html).
int Connection::wait_for_lock(void* self, int tries) {
    auto& connection = *static_cast<Connection*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (tries == 0) connection.locked_out_since_ = now;
    const Settings& settings = connection.settings_;
    if (now - connection.locked_out_since_ >= settings.busy_timeout) return 0;
    if (settings.finish_by != nullptr && now >= settings.finish_by->load(std::memory_order_relaxed)) return 0;
    std::this_thread::sleep_for(std::min(longest_nap, std::chrono::milliseconds(1 + tries)));
    return 1;
}

void Connection::run(const std::string& sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

Statement Connection::prepare(std::string_view sql) {
    return Statement(*this, sql);
}

std::int64_t Connection::number(std::string_view sql) {
    Statement statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

void Connection::fail(int code) const {
    const char* sentence = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    throw Error(purpose_ + ": " + sentence + " (" + std::to_string(code) + ")", code);
}

Statement::Statement(const Connection& connection, std::string_view sql) : connection_(&connection) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    statement_.reset(prepared);
    if (code != SQLITE_OK) connection.fail(code);
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) connection_->fail(code);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), parameter, value));
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    check(sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int parameter, std::span<const std::byte> bytes) {
    check(sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(), SQLITE_STATIC));
    return *this;
}

Statement& Statement::bind_null(int parameter) {
    check(sqlite3_bind_null(statement_.get(), parameter));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    const int outcome = sqlite3_reset(statement_.get());
    if (code != SQLITE_DONE) check(outcome == SQLITE_OK ? code : outcome);
    return false;
}

void Statement::run() {
    if (step()) reset();
}

std::string_view Statement::text(int column) const noexcept {
    const unsigned char* bytes = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
    connection_.run(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    // Some errors have rolled back already. A rollback that fails leaves nothing: the connection is closed
    // next.
    if (connection_.in_transaction()) {
        sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void Transaction::commit() {
    connection_.run("COMMIT");
}

}  // namespace urltrim::sqlite
