// Checksums as these servers write them: several in one line, some of kinds nobody knows.
import { type Checksum, parseChecksum } from '../../model/content.ts'
import type { XmlElement } from '../dav/xml.ts'

const MAX_LINE = 4096

/** The checksums in a header (`OC-Checksum`) or in the text of one element. Unknown kinds are left out. */
export function parseChecksums(line: string): readonly Checksum[] {
  if (line.length > MAX_LINE) return []
  return line
    .split(/[\s,]+/)
    .map(parseChecksum)
    .filter(sum => sum !== undefined)
}

/** The checksums of an `oc:checksums` property: one element of several, or several elements. */
export function checksumsOf(property: XmlElement | undefined): readonly Checksum[] {
  if (property === undefined) return []
  return [property.text, ...property.children.map(child => child.text)].flatMap(parseChecksums)
}
