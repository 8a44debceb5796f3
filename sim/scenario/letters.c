/* SPDX-License-Identifier: Apache-2.0 */
#include "letters.h"

#include <stdint.h>
#include <string.h>

const char *letters_begin(const char *bytes, size_t *size)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (*size < 3 || memcmp(bytes, mark, 3) != 0) return bytes;
    *size -= 3;
    return bytes + 3;
}

/* How many bytes the character that begins with `lead` has; 0 when none begins so. */
static size_t length_of(unsigned char lead)
{
    if (lead < 0x80) return 1;
    if (0xC2 <= lead && lead < 0xE0) return 2;
    if (0xE0 <= lead && lead < 0xF0) return 3;
    return 0xF0 <= lead && lead < 0xF5 ? 4 : 0;
}

/* The character at `at`; false when it is cut short, written longer than need be or a surrogate. */
static bool decode(const unsigned char *at, size_t left, uint32_t *character, size_t *length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *length = length_of(*at);
    if (*length == 0 || *length > left) return false;
    *character = *length == 1 ? *at : *at & (0x7Fu >> *length);
    for (size_t i = 1; i < *length; i++) {
        if ((at[i] & 0xC0) != 0x80) return false;
        *character = *character << 6 | (at[i] & 0x3F);
    }
    if (*character < least[*length] || *character > 0x10FFFF) return false;
    return *character < 0xD800 || *character > 0xDFFF;
}

/* What YAML and CSV both take for text. */
static bool printable(uint32_t character)
{
    if (character == '\t' || character == '\n' || character == '\r' || character == 0x85) return true;
    if (character < ' ' || (0x7F <= character && character < 0xA0)) return false;
    return character != 0xFFFE && character != 0xFFFF && character != 0xFEFF;
}

static bool complain(struct diag *diag, struct place place, uint32_t character, bool decoded)
{
    if (!decoded)
        diag_error(diag, place, "is not UTF-8 text: save the file as UTF-8");
    else if (character == 0)
        diag_error(diag, place, "holds a NUL byte, so it is binary or UTF-16: save it as UTF-8 text");
    else
        diag_error(diag, place, "holds the control character U+%04X: remove it", (unsigned)character);
    return false;
}

bool letters_check(const char *bytes, size_t size, struct place place, struct diag *diag)
{
    const unsigned char *at = (const unsigned char *)bytes, *end = at + size;
    while (at < end) {
        uint32_t character = 0;
        size_t length;
        bool decoded = decode(at, (size_t)(end - at), &character, &length);
        if (!decoded || !printable(character)) return complain(diag, place, character, decoded);
        bool breaks = character == '\n' || (character == '\r' && (at + 1 == end || at[1] != '\n'));
        place.column = breaks ? 1 : place.column + 1;
        place.line += breaks;
        at += length;
    }
    return true;
}
