// Sets a file's modification time by PROPPATCH, and tells whether the server did.
import { SyncError } from '../../model/errors.ts'
import type { Path } from '../../model/path.ts'
import { parseMultistatus } from '../../wire/dav/multistatus.ts'
import { dav } from '../../wire/dav/names.ts'
import { writeProppatch } from '../../wire/dav/proppatch.ts'
import { XmlFault } from '../../wire/dav/xml.ts'
import { faultOf } from '../http/faults.ts'
import type { HttpRequest } from '../http/message.ts'
import { hrefOf, type Site } from './site.ts'

/** `property` is the one that was found to work. */
export async function setMtime(
  site: Site,
  property: string,
  path: Path,
  mtimeNs: bigint,
  signal: AbortSignal,
): Promise<void> {
  const seconds = mtimeNs / 1_000_000_000n
  const value = property === dav('lastmodified') ? String(seconds) : new Date(Number(seconds) * 1000).toUTCString()
  const body = writeProppatch(new Map([[property, value]]))
  const headers = { 'Content-Type': 'application/xml; charset=utf-8' }
  const failed = { doing: `set the time of ${path}`, path }
  const wanted: HttpRequest = { method: 'PROPPATCH', path: hrefOf(site, path), headers, body, repeat: 'safe' }
  const answer = await site.client.request(wanted, signal)
  if (answer.status >= 400) throw faultOf(site.client.base.host, answer, failed)
  if (!tells(await answer.text(), property))
    throw new SyncError('unsupported', `${site.client.base.host} could not ${failed.doing}.`, { path })
}

/** Whether the reply to a PROPPATCH says that `property` was set. */
export function tells(text: string, property: string): boolean {
  try {
    return parseMultistatus(text).some(response => response.props.has(property))
  } catch (error) {
    if (error instanceof XmlFault) return false
    throw error
  }
}
