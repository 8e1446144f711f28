#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/unavailable.hpp"

namespace urltrim::sqlite {

/// SQLite's C API (https://www.sqlite.org/c3ref/intro.html) with owners and exceptions. Everything here
/// blocks, and belongs to one thread at a time.

/// A call failed. `what()` is the connection's purpose and SQLite's own words, which name tables and
/// columns but never values: all values are bound.
class Error : public Unavailable {
public:
    Error(const std::string& problem, int code)
        : Unavailable("sqlite", problem), problem_(problem), code_(code) {}

    /// `what()` without the name of the dependency.
    const std::string& problem() const noexcept { return problem_; }

    /// Primary result code, SQLITE_….
    int code() const noexcept { return code_ & 0xFF; }

    /// Whether the same connection can be expected to work again once the condition has ended. After any
    /// other error the connection is closed and a new one opened: the file may have been replaced.
    bool transient() const noexcept;

private:
    std::string problem_;
    int code_;
};

class Statement;

class Connection {
public:
    enum class Access {
        read,    ///< look-ups; refuses to change anything
        write,   ///< the file must exist
        create,  ///< makes the file if it is missing
    };

    struct Settings {
        Access access = Access::read;
        /// How long a call waits for a lock that another process holds.
        std::chrono::milliseconds busy_timeout{2000};
        /// Memory for pages, in KiB, allocated as it is needed.
        int cache_kib = 512;
        /// No wait for a lock goes on beyond this moment (steady clock). Null: there is none.
        const std::atomic<std::chrono::steady_clock::time_point>* finish_by = nullptr;
    };

    /// Opens `path`. `purpose` starts every error message: "link inserts". WAL and synchronous=FULL: what
    /// is committed survives a power cut.
    Connection(const std::filesystem::path& path, std::string purpose, const Settings& settings);

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs statements that take no values and whose rows, if any, are of no interest.
    void run(const std::string& sql);

    Statement prepare(std::string_view sql);

    /// The first column of the first row, for statements that take no values.
    std::int64_t number(std::string_view sql);

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    std::int64_t changes() const noexcept { return sqlite3_changes64(handle_.get()); }

    bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

    sqlite3* handle() const noexcept { return handle_.get(); }

    /// Throws `code`, which the last call on this connection answered.
    [[noreturn]] void fail(int code) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
    };

    static int wait_for_lock(void* self, int tries);

    const Settings settings_;
    std::chrono::steady_clock::time_point locked_out_since_;
    std::string purpose_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement; its connection must outlive it. Parameters count from 1, columns from 0. What is
/// bound by reference (text, bytes) must live until the statement is reset.
class Statement {
public:
    Statement(const Connection& connection, std::string_view sql);

    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind(int parameter, std::span<const std::byte> bytes);
    Statement& bind_null(int parameter);

    /// Goes to the next row: false when there is none. A statement that ended or failed is reset.
    bool step();

    /// step() for a statement that answers no rows.
    void run();

    /// Lets go of the row, and of the read lock that goes with it.
    void reset() noexcept { sqlite3_reset(statement_.get()); }

    std::int64_t integer(int column) const noexcept { return sqlite3_column_int64(statement_.get(), column); }
    /// Valid until the next step or reset.
    std::string_view text(int column) const noexcept;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };

    void check(int code) const;

    const Connection* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// BEGIN now; COMMIT when asked, else ROLLBACK at the end of the scope.
class Transaction {
public:
    enum class Kind {
        read,   ///< one snapshot for all statements
        write,  ///< takes the write lock at once, so that nothing in it can fail for want of the lock
    };

    Transaction(Connection& connection, Kind kind);
    ~Transaction();

    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Connection& connection_;
};

}  // namespace urltrim::sqlite
