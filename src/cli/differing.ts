// `syncline override FOLDER --dry-run` and `revert FOLDER --dry-run`: which paths they are about, and what becomes of each.
import type { ServiceClient } from '../api/client.ts'
import { ApiError } from '../api/errors.ts'
import type { Folder } from '../api/shapes/folders.ts'
import type { Differing } from '../api/shapes/paths.ts'
import { shown } from '../words/show.ts'
import { EXIT } from './exit-status.ts'
import { printList } from './listing.ts'
import type { Stream } from './output.ts'

const MOST_AT_ONCE = 1000
const TYPES = { override: 'send-only', revert: 'receive-only' } as const
const BECOMES = {
  override: { changed: 'replaced there', 'only-here': 'comes there', 'only-there': 'deleted there' },
  revert: { changed: 'replaced here', 'only-here': 'deleted here', 'only-there': 'comes here' },
} as const

export interface DifferingIn {
  readonly client: ServiceClient
  readonly id: string
  readonly type: Folder['type']
}

/** Changes nothing. Throws `wrong-state` where the folder is of another type. */
export async function listDiffering(
  what: keyof typeof BECOMES,
  { client, id, type }: DifferingIn,
  { json }: { readonly json?: boolean },
  out: Stream,
): Promise<number> {
  if (type !== TYPES[what]) throw new ApiError('wrong-state', `The folder '${id}' is not ${TYPES[what]}.`)
  const { signal } = new AbortController()
  const items: Differing[] = []
  for (let after: string | undefined, isMore = true; isMore; isMore = after !== undefined) {
    const page = await client.paths.differing(id, { after, limit: MOST_AT_ONCE }, signal)
    items.push(...page.items)
    after = page.next
  }
  const words = ({ path, is }: Differing) => [BECOMES[what][is], shown(path)]
  printList(out, json, { items, type: 'differing', words, none: 'Nothing differs.' })
  return EXIT.equal
}
