// A real tree that does not wait for the disk: no story cuts the power, and each flush starts a program of the system.
import type { Tree } from '../../src/platform/tree.ts'

export function withoutFlush(tree: Tree): Tree {
  return new Proxy(tree, {
    get(target, key) {
      if (key === 'flush') return async () => {}
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
