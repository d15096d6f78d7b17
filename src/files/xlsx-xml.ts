// Reads the XML of a workbook as a stream of what opens, what closes and the text between.
import { loadSaxes } from '../late'
import { unreadableError } from './unreadable'
import { entryText, type Room, type ZipEntry } from './xlsx-zip'

type Attributes = Record<string, string>
/** What a reader tells, with names without their prefix. */
export type Handler = {
  open?: (name: string, attributes: Attributes) => void
  close?: (name: string) => void
  text?: (text: string) => void
}
export type Reader = (handler: Handler) => Promise<void>

export async function read(entry: ZipEntry | undefined, room: Room, handler: Handler): Promise<void> {
  if (!entry) return
  const parser = await parserOf(handler)
  for await (const piece of entryText(entry, room)) parser.write(piece)
  parser.close()
}

// Entities that a document defines itself are not known to the parser, so none can grow.
export async function parserOf({ open, close, text }: Handler) {
  const { SaxesParser } = await loadSaxes()
  const parser = new SaxesParser()
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  parser.on('error', (error) => {
    throw unreadableError(`The workbook is damaged: ${error.message.slice(0, 100)}`)
  })
  parser.on('opentag', ({ name, attributes }) => open?.(local(name), attributes))
  if (close) parser.on('closetag', ({ name }) => close(local(name)))
  if (text) {
    parser.on('text', text)
    parser.on('cdata', text)
  }
  return parser
}
