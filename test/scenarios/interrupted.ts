// A replica at which somebody else acts in the middle of a run, at a moment of the story's choice.
import type { Commit, Replica, Source } from '../../src/replica/replica.ts'

export interface Interruption {
  readonly side: 'local' | 'remote'
  readonly at: 'observe' | 'read' | 'stage' | 'commit'
  readonly path: string | undefined
  /** Done once, right before the first such call. */
  readonly act: () => void
}

export function interrupted(replica: Replica, interruptions: readonly Interruption[]): Replica {
  if (interruptions.length === 0) return replica
  const open = new Set(interruptions)
  const strike = (at: Interruption['at'], paths: readonly string[]): void => {
    for (const interruption of [...open]) {
      const isHere = interruption.path === undefined || paths.includes(interruption.path)
      if (interruption.at !== at || !isHere) continue
      open.delete(interruption)
      interruption.act()
    }
  }
  return new Proxy(replica, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return (...args: readonly unknown[]) => {
        const moment = momentOf(String(key), args)
        if (moment !== undefined) strike(moment.at, moment.paths)
        return value.apply(target, args)
      }
    },
  })
}

function momentOf(method: string, args: readonly unknown[]): { at: Interruption['at']; paths: string[] } | undefined {
  switch (method) {
    case 'observe':
      return { at: 'observe', paths: [''] }
    case 'read':
      return { at: 'read', paths: [String(args[0])] }
    case 'located':
    case 'readMany':
      return { at: 'read', paths: (args[0] as readonly { readonly path: string }[]).map(({ path }) => path) }
    case 'stage':
      return { at: 'stage', paths: [(args[0] as Source).path] }
    case 'stageFrom':
      return { at: 'stage', paths: (args[1] as readonly Source[]).map(({ path }) => path) }
    case 'stageMany':
      return { at: 'stage', paths: (args[0] as readonly Source[]).map(({ path }) => path) }
    case 'commit':
      return { at: 'commit', paths: [pathOf(args[0] as Commit)] }
    case 'commitMany':
      return { at: 'commit', paths: (args[0] as readonly Commit[]).map(pathOf) }
    default:
      return undefined
  }
}

function pathOf(change: Commit): string {
  return change.do === 'move' ? change.from : change.path
}
