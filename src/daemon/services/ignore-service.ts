// Ignore rules of folders: read, tried and written.
import { setImmediate } from 'node:timers/promises'
import type { IgnoreService } from '../../api/service.ts'
import type { IgnoreChange } from '../../api/shapes/ignore.ts'
import { OWN_DIRECTORY, type Path, ROOT } from '../../model/path.ts'
import { isMissing, type Tree } from '../../platform/tree.ts'
import { randomHex } from '../../platform/world.ts'
import type { ExplainedRules } from '../../scan/ignore.ts'
import { DEVICE_RULES, loadIgnore, MAX_IGNORE_BYTES, SHARED_RULES, SYNCTHING_RULES } from '../../scan/load-ignore.ts'
import type { FolderSession } from '../folders/folder-session.ts'
import { loopOf, type ServiceParts, sessionOf } from './service-parts.ts'

/** Rows looked at in one go. */
const TURN = 2000

const FILES = { shared: SHARED_RULES, device: DEVICE_RULES } as const

export function ignoreService(parts: ServiceParts): IgnoreService {
  return {
    read: async folder => {
      const { tree } = sessionOf(parts, folder).local.files
      const syncthing = await textOf(tree, SYNCTHING_RULES)
      return {
        shared: (await textOf(tree, SHARED_RULES)) ?? '',
        device: (await textOf(tree, DEVICE_RULES)) ?? '',
        ...(syncthing === undefined ? {} : { syncthing }),
      }
    },
    write: async (folder, change) => {
      const session = sessionOf(parts, folder)
      await rulesWith(session, change)
      await write(session.local.files.tree, change, hex => randomHex(parts.world.random, hex))
      loopOf(parts, folder).reopen()
    },
    preview: async (folder, change, limit, signal) => {
      const session = sessionOf(parts, folder)
      return compare(session, await rulesWith(session, change), limit, signal)
    },
  }
}

/** The rules as they would be. Throws `usage`, with the line. */
function rulesWith({ local }: FolderSession, { file, text }: IgnoreChange): Promise<ExplainedRules> {
  const { tree } = local.files
  const changed: Pick<Tree, 'readSmall'> = {
    readSmall: async (path, limit) => {
      if (path !== FILES[file]) return tree.readSmall(path, limit)
      const { stat } = await tree.readSmall(path, limit).catch(() => ({ stat: undefined }))
      return { bytes: Buffer.from(text), stat: stat as Awaited<ReturnType<Tree['readSmall']>>['stat'] }
    },
  }
  return loadIgnore(changed as Tree, { caseFold: !local.folder.home.can.names.caseSensitive })
}

async function write(tree: Tree, { file, text }: IgnoreChange, random: (bytes: number) => string): Promise<void> {
  const draft = `${OWN_DIRECTORY}/ignore.${random(4)}`
  const mode = file === 'device' ? { mode: 0o600 } : {}
  const [written] = await tree.writeSmall([{ path: draft, bytes: Buffer.from(text), ...mode }])
  if (written instanceof Error) throw written
  await tree.flush()
  await tree.rename(draft, FILES[file], 'replace')
  await tree.flush()
}

/** Looks at every row; others have their turn in between. */
async function compare({ local }: FolderSession, rules: ExplainedRules, limit: number, signal: AbortSignal) {
  const hidden: { path: string; rule: string }[] = []
  const shown: string[] = []
  let [hiddenCount, shownCount, looked] = [0, 0, 0]
  for (const { path, state } of local.files.index.rowsBelow(ROOT)) {
    looked += 1
    if (looked % TURN === 0) await setImmediate(undefined, { signal })
    const kind = state.kind === 'directory' ? 'directory' : 'other'
    const isKept = isKeptBy(rules, path, kind)
    if (state.kind === 'blocked') {
      if (!isKept || state.why !== 'ignored') continue
      shownCount += 1
      if (shown.length < limit) shown.push(path)
    } else if (!isKept) {
      hiddenCount += 1
      if (hidden.length < limit) hidden.push({ path, rule: rules.ruleOf(path, kind)?.text ?? '' })
    }
  }
  return { hiddenCount, hidden, shownCount, shown }
}

function isKeptBy(rules: ExplainedRules, path: Path, kind: 'directory' | 'other'): boolean {
  return rules.verdict(path, kind) === 'kept'
}

async function textOf(tree: Tree, file: string): Promise<string | undefined> {
  try {
    const { bytes } = await tree.readSmall(file, MAX_IGNORE_BYTES)
    return Buffer.from(bytes).toString('utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
