// What a file may be, and the error of one that cannot be read: the parts of reading that stand in the main module.
import { AppError } from '../errors'

export const MAX_FILE_BYTES = 50 * 1_048_576

/** Encodings that are read, by the names of the Encoding Standard; each is the main one of its kind. */
export const ENCODINGS = [
  ...['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'windows-1250', 'windows-1251', 'windows-1253', 'windows-1254'],
  ...['windows-1255', 'windows-1256', 'windows-1257', 'windows-1258', 'windows-874', 'iso-8859-1', 'iso-8859-2'],
  ...['iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7', 'iso-8859-8', 'iso-8859-9', 'iso-8859-10'],
  ...['iso-8859-13', 'iso-8859-14', 'iso-8859-15', 'iso-8859-16', 'koi8-r', 'koi8-u', 'ibm866', 'macintosh'],
  ...['shift_jis', 'euc-jp', 'iso-2022-jp', 'gb18030', 'gbk', 'big5', 'euc-kr'],
] as const
export type EncodingName = (typeof ENCODINGS)[number]

/** The error of a file that cannot be read at all. */
export function unreadableError(detail: string): AppError {
  return new AppError('unreadable_import', { detail })
}
