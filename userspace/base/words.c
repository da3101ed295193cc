// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "base/words.h"

/**
 * line_has_word() - is it one of the words of a line?
 * @line: ends with a newline, or the text
 * @word: without blanks
 */
bool line_has_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	for (line += strspn(line, WORDS_BLANKS); *line && *line != '\n';
	     line += strspn(line, WORDS_BLANKS)) {
		size_t n = strcspn(line, WORDS_BLANKS "\n");

		if (n == length && !memcmp(line, word, n))
			return true;
		line += n;
	}
	return false;
}
