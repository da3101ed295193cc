// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text from elsewhere goes to terminals, where nothing in it shall move the
 * cursor, and into JSON, which is UTF-8.
 */
#include <stddef.h>

#include "base/text.h"

/* Bytes of the character that @s begins with; 0 where they are none of UTF-8. */
static size_t character(const unsigned char *s)
{
	static const struct {
		unsigned char mask, lead;
		unsigned long least;
	} forms[] = { { 0x80, 0x00, 0 },
		      { 0xe0, 0xc0, 0x80 },
		      { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };
	unsigned long code;
	size_t form = 0;

	while (form < 4 && (s[0] & forms[form].mask) != forms[form].lead)
		form++;
	if (form == 4)
		return 0;
	code = s[0] & (unsigned char)~forms[form].mask;
	for (size_t i = 1; i <= form; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < forms[form].least || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return form + 1;
}

/** text_is_utf8() - is it UTF-8? */
bool text_is_utf8(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t length = character(s);

		if (!length)
			return false;
		s += length;
	}
	return true;
}

/**
 * text_clean() - make text fit for a terminal and for JSON
 * @text: control characters, C1's too, become blanks, what is not UTF-8 question marks
 */
void text_clean(char *text)
{
	unsigned char *s = (unsigned char *)text;

	while (*s) {
		size_t length = character(s);

		if (!length)
			*s = '?';
		else if (*s < ' ' || *s == 0x7f)
			*s = ' ';
		else if (length == 2 && s[0] == 0xc2 && s[1] < 0xa0)
			s[0] = s[1] = ' ';
		s += length ? length : 1;
	}
}
