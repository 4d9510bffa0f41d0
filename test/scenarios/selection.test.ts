import { describe, expect, test } from 'vitest'
import { SyncError } from '../../src/model/errors.ts'
import { plain } from './expectations.ts'
import { Stage } from './stage.ts'
import { SELECTION } from './stories/selection.ts'
import type { RemoteKind } from './story.ts'
import { tell } from './tell.ts'

tell('G. what this device keeps', SELECTION)

const FILES = { 'docs/a': 'a', 'photos/x': 'x', 'photos/y': 'y', 'photos/z': 'z' }

/** The run ends at the last of three files: what is on record and what is on the disk are as far apart as they ever are. */
async function endedHalfWay(kind: RemoteKind): Promise<Stage> {
  const stage = await Stage.open(kind, 'forth')
  stage.perform(
    'b',
    Object.entries(FILES).map(([path, text]) => ({ do: 'write', path, text })),
  )
  await stage.run()
  await stage.choose({ deselect: ['photos' as never] })
  const act = () => {
    throw new SyncError('folder-unusable', 'The disk is gone.')
  }
  const { error } = await stage.run({ interruptions: [{ side: 'local', at: 'commit', path: 'photos/z', act }] })
  expect(error?.code).toBe('folder-unusable')
  expect(Object.keys(plain(stage.local))).toEqual(['docs', 'docs/a', 'photos', 'photos/z'])
  return stage
}

const all = { docs: null, photos: null, ...FILES }

describe.each(['directory', 'webdav', 'nextcloud'] as const)(
  'a run that ends while something goes, towards %s',
  kind => {
    test('is gone on with by the next one', async () => {
      const stage = await endedHalfWay(kind)
      try {
        const { summary } = await stage.run()
        expect(summary?.unsynced).toEqual([])
        expect([plain(stage.local), plain(stage.remote)]).toEqual([{ docs: null, 'docs/a': 'a' }, all])
      } finally {
        await stage.close()
      }
    })

    test('has deleted nothing there when everything is selected at once', async () => {
      const stage = await endedHalfWay(kind)
      try {
        await stage.choose({ select: ['photos' as never] })
        const { summary } = await stage.run()
        expect(summary?.counts).toMatchObject({ deletedThere: 0, conflicts: 0 })
        expect([plain(stage.local), plain(stage.remote)]).toEqual([all, all])
      } finally {
        await stage.close()
      }
    })
  },
)
