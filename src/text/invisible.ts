// Characters that nobody sees, and those that are seen as a space.

/** Unicode's default ignorable code points (joiners, direction marks, fillers …), and controls that are no white space. */
export const INVISIBLE = /\p{Default_Ignorable_Code_Point}|(?![\s\u0085])\p{Cc}/gu

/** White space in a row. U+0085 (next line) and U+2800 (an empty Braille cell) look like what \s knows. */
export const WHITE_SPACE = /[\s\u0085\u2800]+/gu
