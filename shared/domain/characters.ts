/** Controls, format characters, separators, what Unicode ignores or rules out, and two blank signs (braille, a note's head). */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{1d159}]/u

/** Whether a reader sees anything of a text: a character that leaves a trace on the page. A mark that combines needs one to stand on. */
export const isVisible = (text: string): boolean => [...text].some((character) => !invisible.test(character) && !/\p{M}/u.test(character))

/** Characters that change the direction of the text around them: overrides, embeddings and isolates. */
export const turning = /[\u202a-\u202e\u2066-\u2069]/

/** How many combining marks may stack: more run into the lines above and below. */
const highest = 4

/** A stack of marks; format characters in between, such as joiners, carry none. */
const tower = new RegExp(`((?:\\p{M}\\p{Cf}*){${highest}})(?:\\p{M}\\p{Cf}*)+`, 'gu')

/** A text with at most four combining marks in a row: further ones are dropped. */
export const withoutTowers = (text: string): string => text.replace(tower, '$1')

/**
 * Lower case of ASCII letters alone, as addresses are compared: in Unicode's lower case the Kelvin sign is a k, which would make one person
 * of two. The invitation page carries its source, so that it must stand by itself.
 */
export const lowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
