// What accounts ask for themselves, without spaces behind it: each sees files that tell whose they are.
import type { User } from '../../src/accounts/accounts.ts'
import { ApiError } from '../../src/api/errors.ts'
import type { OwnService } from '../../src/api/own-service.ts'

/** Every account has one file, named for it. What would change something is refused. */
export function fakeOwn(): (user: User) => OwnService {
  const refuse = async (): Promise<never> => {
    throw new ApiError('wrong-state', 'Nothing changes here.')
  }
  return ({ name, displayName, quotaBytes }) => {
    const size = name.length
    const file = { name: `of ${name}`, sizeBytes: size, mtimeMs: 0, etag: `e-${name}` }
    return {
      about: async () => ({ account: name, displayName, quotaBytes, usedBytes: size, folders: [] }),
      changePassword: async () => {},
      appPasswords: async () => [],
      addAppPassword: refuse,
      removeAppPassword: refuse,
      list: async place => ({
        ...{ place, from: 0, total: 1, directories: 0, sizeBytes: size, rights: ['add'] },
        items: [{ ...file, path: file.name, kind: 'file', rights: ['write', 'remove', 'rename'], isGranted: false }],
      }),
      open: async () => ({ ...file, bytes: async function* () {} }),
      ...{ upload: refuse, makeDirectory: refuse, move: refuse, remove: refuse },
      trash: { list: async () => ({ items: [] }), restore: refuse, remove: refuse, empty: refuse },
      versions: {
        list: async path => ({ path, mayRestore: true, versions: [] }),
        open: refuse,
        restore: refuse,
      },
    }
  }
}
