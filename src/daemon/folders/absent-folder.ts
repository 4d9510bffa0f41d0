// A granted folder while its disk is not there: its root is shown as ever, and nothing can be done in it.
import { SyncError } from '../../model/errors.ts'
import type { DirectoryNode, Etag, NodeId, Space } from '../../store/space.ts'

/** Without it, the user's tree would look as if somebody had deleted the folder, and clients would delete their copies. */
export function absentFolder(id: string, label: string, root: NodeId): Space {
  const node: DirectoryNode = {
    kind: 'directory',
    id: root,
    path: '',
    etag: `absent-${root}` as Etag,
    mtimeMs: 0,
    size: 0,
  }
  const refuse = (): never => {
    throw new SyncError('offline', `The folder "${label}" is not there at the moment. Syncing goes on when it is back.`)
  }
  const refuseLater = async (): Promise<never> => refuse()
  // biome-ignore lint/correctness/useYield: it fails before there is anything to yield.
  async function* refuseAll(): AsyncGenerator<never> {
    refuse()
  }
  const nothing = async () => new Map()
  return {
    id: `folder-${id}`,
    label,
    find: async path => (path === '' ? node : refuse()),
    findById: async asked => (asked === root ? node : refuse()),
    list: refuseAll,
    read: refuseAll,
    receive: refuseLater,
    discard: async () => {},
    change: refuseLater,
    usage: async () => ({ usedBytes: 0, freeBytes: 0 }),
    properties: nothing,
    propertiesOf: nothing,
    setProperties: refuseLater,
    trash: { list: noPages, restore: refuseLater, remove: refuseLater, empty: refuseLater, read: refuseAll },
    versions: { list: refuseLater, read: refuseAll, restore: refuseLater },
    watch: () => ({ [Symbol.dispose]() {} }),
    close: async () => {},
  }
}

async function* noPages(): AsyncGenerator<never> {}
