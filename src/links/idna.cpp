#include "links/idna.hpp"

#include <unicode/uidna.h>

#include <cstdint>
#include <memory>

#include "base/unavailable.hpp"

namespace urltrim::links {
namespace {

// ICU always checks hyphens and lengths and reports them as bits; the standard asks for neither.
constexpr std::uint32_t errors_to_ignore = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                           UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                           UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

struct CloseIdna {
    void operator()(UIDNA* idna) const { ::uidna_close(idna); }
};
using Idna = std::unique_ptr<UIDNA, CloseIdna>;

Idna open_idna() {
    UErrorCode status = U_ZERO_ERROR;
    Idna idna(::uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                                    UIDNA_NONTRANSITIONAL_TO_UNICODE,
                                &status));
    if (U_FAILURE(status)) throw Unavailable("icu", ::u_errorName(status));
    return idna;
}

/// Opened when the first such domain comes: most services never see one. The object is immutable and
/// ICU documents it as thread-safe.
const UIDNA* shared_idna() {
    static const Idna idna = open_idna();
    return idna.get();
}

/// No name in the DNS is longer than 253 characters. Normalising takes ICU time that grows with the square of
/// the length (50 ms for 16 KB of combining marks), which an io thread cannot afford.
constexpr std::size_t longest_domain = 2048;

using Conversion = decltype(&::uidna_nameToASCII_UTF8);

/// Appends the converted name; false on any error bit the standard asks for. `errors` gets all of them.
bool convert(Conversion conversion, std::string_view domain, std::string& out, std::uint32_t& errors) {
    const std::size_t start = out.size();
    std::size_t room = 2 * domain.size() + 64;
    for (;;) {
        out.resize(start + room);
        UIDNAInfo info = UIDNA_INFO_INITIALIZER;
        UErrorCode status = U_ZERO_ERROR;
        const std::int32_t length =
            conversion(shared_idna(), domain.data(), static_cast<std::int32_t>(domain.size()),
                       out.data() + start, static_cast<std::int32_t>(room), &info, &status);
        if (status == U_BUFFER_OVERFLOW_ERROR) {
            room = static_cast<std::size_t>(length);
            continue;
        }
        errors = info.errors;
        if (U_FAILURE(status) || (errors & ~errors_to_ignore) != 0) return false;
        out.resize(start + static_cast<std::size_t>(length));
        return true;
    }
}

/// UTS #46 forbids a label that still starts with `xn--` once decoded. ICU before 74 reports such a label
/// only as one with hyphens in the third and fourth place, which by itself is allowed.
bool has_doubly_encoded_label(std::string_view ascii_domain) {
    std::string unicode;
    std::uint32_t errors = 0;
    if (!convert(&::uidna_nameToUnicodeUTF8, ascii_domain, unicode, errors)) return true;
    return unicode.starts_with("xn--") || unicode.find(".xn--") != std::string::npos;
}

/// Since Unicode 15.1 capital sharp s is mapped to small sharp s; ICU before 74 maps it to "ss", which is
/// another host. Replaced beforehand, every ICU gives the same answer.
std::string with_small_sharp_s(std::string_view domain) {
    constexpr std::string_view capital = "\u1e9e";
    constexpr std::string_view small = "\u00df";
    std::string replaced(domain);
    for (std::size_t at = replaced.find(capital); at != std::string::npos; at = replaced.find(capital, at)) {
        replaced.replace(at, capital.size(), small);
    }
    return replaced;
}

}  // namespace

bool append_domain_to_ascii(std::string_view domain, std::string& out) {
    if (domain.size() > longest_domain) return false;
    const std::size_t start = out.size();
    std::uint32_t errors = 0;
    if (!convert(&::uidna_nameToASCII_UTF8, with_small_sharp_s(domain), out, errors)) return false;
    if ((errors & UIDNA_ERROR_HYPHEN_3_4) == 0) return true;
    return !has_doubly_encoded_label(std::string_view(out).substr(start));
}

}  // namespace urltrim::links
